package dev.kula.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.engine.blas.BlasLibrary;
import dev.kula.model.InputShape;
import dev.kula.model.ModelSpec;
import dev.kula.model.ParameterLayout;
import dev.kula.model.ParameterLayout.Tensor;
import dev.kula.model.Scope;
import dev.kula.model.Task;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingPlan;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class EnginesTest {
  private static final String PROPERTY = "kula.blas";
  private static final Task TEN_CLASSES = new Task.Classification(10);

  private final Optional<String> before = Optional.ofNullable(System.getProperty(PROPERTY));

  @BeforeEach
  void forgetTheProperty() {
    System.clearProperty(PROPERTY);
  }

  @AfterEach
  void restoreTheProperty() {
    before.ifPresentOrElse(
        value -> System.setProperty(PROPERTY, value), () -> System.clearProperty(PROPERTY));
  }

  @Test
  void theSystemPropertyChoosesJava() {
    System.setProperty(PROPERTY, "java");
    TrainingEngine engine =
        Engines.best().create(new ModelSpec.Softmax(), InputShape.vector(3), TEN_CLASSES);
    assertEquals("java", engine.backend());
    assertEquals("java (asked for by -Dkula.blas=java)", Engines.backend());
  }

  @ParameterizedTest
  @EnumSource(BlasLibrary.class)
  void theSystemPropertyChoosesAnyLibraryOrSaysWhyNot(BlasLibrary library) {
    System.setProperty(PROPERTY, library.notation());
    TrainingEngine engine =
        Engines.best().create(new ModelSpec.Softmax(), InputShape.vector(3), TEN_CLASSES);
    if (library.isLoaded()) {
      assertTrue(engine.backend().startsWith(library.notation()), engine.backend());
    } else {
      assertEquals("java (" + library.status() + ")", engine.backend());
    }
  }

  @Test
  void withoutThePropertyTheBestIsTheFirstThatLoads() {
    TrainingEngine engine =
        Engines.best().create(new ModelSpec.Softmax(), InputShape.vector(3), TEN_CLASSES);
    if (BlasLibrary.ONEDNN.isLoaded()) {
      assertEquals("onednn", engine.backend());
    } else if (BlasLibrary.OPENBLAS.isLoaded()) {
      assertEquals("openblas", engine.backend());
    } else {
      assertTrue(engine.backend().startsWith("java (onednn not loaded: "), engine.backend());
    }
  }

  @Test
  void anUnknownLibraryIsRefused() {
    System.setProperty(PROPERTY, "mkl");
    String message = message(assertThrows(KulaException.class, Engines::best));
    assertEquals(
        "kula.blas is 'mkl', must be onednn, openblas or java; leave it out for the fastest",
        message);
  }

  @ParameterizedTest
  @MethodSource("dev.kula.engine.EngineCase#all")
  void allLibrariesAgree(EngineCase of) {
    TestSamples samples = TestSamples.random(of, 37, 50);
    TrainingPlan plan = new TrainingPlan(3, 8, of.learningRate(), 0.5f, 0.01f, 0.1f, Scope.ALL);
    float[] java = trained(BlasLibrary.JAVA, of, samples, plan);
    for (BlasLibrary library : BlasLibrary.values()) {
      assumeTrue(library.isLoaded(), library.status());
      float[] other = trained(library, of, samples, plan);
      for (int i = 0; i < java.length; i++) {
        assertEquals(java[i], other[i], 1e-4, library + ", parameter " + i);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 4, 4", "3, 5, 11"})
  void convolutionsTakeImagesOfAnyShape(int channels, int height, int width) {
    InputShape input = new InputShape(channels, height, width);
    EngineCase of = new EngineCase(new ModelSpec.Cnn(), input, TEN_CLASSES);
    TrainingEngine engine = Engines.best().create(of.spec(), input, TEN_CLASSES);
    float[] parameters = engine.initialParameters(new Seed(53).generator());
    TestSamples samples = TestSamples.random(of, 2, 54);
    float[] predicted = new float[20];
    engine.outputs(parameters, samples, predicted);
    for (int i = 0; i < 2; i++) {
      double[] expected =
          new ReferenceNetwork(of)
              .outputs(ReferenceNetwork.doubles(parameters), ReferenceNetwork.row(samples, i));
      for (int j = 0; j < 10; j++) {
        assertEquals(expected[j], predicted[10 * i + j], 5e-5, "output " + i + ", " + j);
      }
    }
  }

  @Test
  void layersAreLaidOutInTheOrderOfTheData() {
    assertEquals(
        new ParameterLayout(
            List.of(
                new Tensor("hidden1.weight", List.of(64, 784), 0),
                new Tensor("hidden1.bias", List.of(64), 50176),
                new Tensor("hidden2.weight", List.of(32, 64), 50240),
                new Tensor("hidden2.bias", List.of(32), 52288),
                new Tensor("output.weight", List.of(10, 32), 52320),
                new Tensor("output.bias", List.of(10), 52640))),
        layout("mlp:64,32", new InputShape(1, 28, 28)));
    ParameterLayout convolutional = layout("cnn", new InputShape(3, 9, 12));
    assertEquals(
        List.of(
            "conv1.weight [5, 5, 3, 32]",
            "conv1.bias [32]",
            "conv2.weight [5, 5, 32, 64]",
            "conv2.bias [64]",
            "hidden1.weight [512, 384]",
            "hidden1.bias [512]",
            "output.weight [10, 512]",
            "output.bias [10]"),
        convolutional.tensors().stream().map(t -> t.name() + " " + t.shape()).toList());
    assertEquals(5130, convolutional.headSize());
  }

  @Test
  void theModelsOfThePapersHaveTheirSizes() {
    InputShape image = new InputShape(1, 28, 28);
    assertEquals(7850, layout("softmax", image).size());
    assertEquals(159_010, layout("mlp:200", image).size());
    // McMahan et al. 2017, section 3: 1,663,370 parameters.
    assertEquals(1_663_370, layout("cnn", image).size());
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 10", "1, 3, 8", "3, 8, 3"})
  void aConvolutionNeedsAnImage(int channels, int height, int width) {
    InputShape input = new InputShape(channels, height, width);
    KulaException e = assertThrows(KulaException.class, () -> layout("cnn", input));
    assertEquals(KulaException.Blame.USER, e.blame());
    assertTrue(
        message(e).contains("'cnn'") && message(e).contains(channels + "×" + height + "×" + width),
        message(e));
  }

  private static ParameterLayout layout(String spec, InputShape input) {
    return Engines.on(BlasLibrary.JAVA)
        .orElseThrow()
        .create(ModelSpec.parse(spec), input, TEN_CLASSES)
        .layout();
  }

  private static float[] trained(
      BlasLibrary library, EngineCase of, TestSamples samples, TrainingPlan plan) {
    TrainingEngine engine =
        Engines.on(library).orElseThrow().create(of.spec(), of.input(), of.task());
    float[] parameters = engine.initialParameters(new Seed(51).generator());
    engine.train(parameters, samples, plan, new Seed(52).generator());
    return parameters;
  }

  private static String message(Throwable e) {
    return String.valueOf(e.getMessage());
  }
}
