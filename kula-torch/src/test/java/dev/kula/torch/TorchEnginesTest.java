package dev.kula.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.engine.EngineCase;
import dev.kula.engine.Engines;
import dev.kula.engine.TestSamples;
import dev.kula.model.EngineFactory;
import dev.kula.model.InputShape;
import dev.kula.model.ModelSpec;
import dev.kula.model.ParameterLayout.Tensor;
import dev.kula.model.Scope;
import dev.kula.model.Task;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class TorchEnginesTest {
  private static final EngineCase SIX_TO_THREE =
      new EngineCase(ModelSpec.parse("mlp:7"), TestModules.SIX, TestModules.THREE_CLASSES);

  @TempDir Path directory;

  @Test
  void theServiceLoaderFindsThem() {
    assertInstanceOf(
        TorchEngines.class, ServiceLoader.load(EngineFactory.class).findFirst().orElseThrow());
  }

  @Test
  void theBackendIsLibtorch() {
    try (TrainingEngine engine = TestModules.engine("trained")) {
      assertTrue(engine.backend().matches("libtorch \\d+\\.\\d+\\.\\d+"), engine.backend());
    }
  }

  @ParameterizedTest
  @MethodSource("dev.kula.engine.EngineCase#all")
  void trainingAgreesWithTheBuiltInEngineOnTheSameWeights(EngineCase of) {
    TestSamples samples = TestSamples.random(of, 37, 50);
    TrainingPlan plan = new TrainingPlan(3, 8, of.learningRate(), 0.5f, 0.01f, 0.1f, Scope.ALL);
    TrainingEngine builtIn = Engines.best().create(of.spec(), of.input(), of.task());
    float[] expected = builtIn.initialParameters(new Seed(51).generator());
    float[] start = expected.clone();
    float[] actual = expected.clone();
    builtIn.train(expected, samples, plan, new Seed(52).generator());
    try (TrainingEngine torch = TestModules.twin(of)) {
      torch.train(actual, samples, plan, new Seed(52).generator());
    }
    assertFalse(Arrays.equals(start, actual));
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], 1e-4, "parameter " + i);
    }
  }

  @Test
  void aModelStartsAsItsFileSaysWhateverTheSeed() {
    try (TrainingEngine one = TestModules.engine("trained");
        TrainingEngine other = TestModules.engine("retrained")) {
      float[] start = one.initialParameters(new Seed(1).generator());
      assertArrayEquals(start, one.initialParameters(new Seed(2).generator()));
      assertFalse(Arrays.equals(start, other.initialParameters(new Seed(1).generator())));
      // torch.nn.Linear(6, 7) starts within 1/√6.
      for (int i = 0; i < 42; i++) {
        assertTrue(start[i] != 0 && Math.abs(start[i]) < 0.41, "weight " + start[i]);
      }
    }
  }

  @Test
  void whatTheFileDoesNotTrainStaysAndIsNotInTheLayout() {
    try (TrainingEngine engine = TestModules.engine("unused")) {
      assertEquals(
          List.of(
              "idle.weight",
              "idle.bias",
              "hidden.weight",
              "hidden.bias",
              "output.weight",
              "output.bias"),
          engine.layout().tensors().stream().map(Tensor::name).toList());
      float[] start = engine.initialParameters(new Seed(1).generator());
      float[] parameters = start.clone();
      TestSamples samples = TestSamples.random(SIX_TO_THREE, 20, 60);
      TrainingPlan plan = new TrainingPlan(3, 8, 0.1f, 0.5f, 0.01f, 0.1f, Scope.ALL);
      engine.train(parameters, samples, plan, new Seed(2).generator());
      assertArrayEquals(Arrays.copyOf(start, 6), Arrays.copyOf(parameters, 6), "does nothing");
      assertFalse(Arrays.equals(start, parameters));

      // x is halved by a parameter that is not trained and doubled by a buffer: both are in force.
      float[] outputs = new float[60];
      engine.outputs(start, samples, outputs);
      float[] expected = new float[60];
      Engines.best()
          .create(ModelSpec.parse("mlp:6"), TestModules.SIX, TestModules.THREE_CLASSES)
          .outputs(Arrays.copyOfRange(start, 6, start.length), samples, expected);
      assertArrayEquals(expected, outputs, 1e-5f);
    }
  }

  @Test
  void dropoutIsDrawnFromTheSeedAndOffInUse() {
    TestSamples samples = TestSamples.random(SIX_TO_THREE, 40, 61);
    TrainingPlan plan = TrainingPlan.of(3, 8, 0.1f);
    try (TrainingEngine engine = TestModules.engine("dropout")) {
      float[] start = engine.initialParameters(new Seed(1).generator());
      float[] one = trained(engine, start, samples, plan, 7);
      assertArrayEquals(one, trained(engine, start, samples, plan, 7));
      float[] losses = new float[40];
      engine.losses(start, samples, losses);
      float[] again = new float[40];
      engine.losses(start, samples, again);
      assertArrayEquals(losses, again, "no dropout in use");
      double inUse = engine.evaluate(start, samples).loss();
      double inTraining =
          engine
              .train(start.clone(), samples, TrainingPlan.of(1, 40, 1e-6f), new Seed(8).generator())
              .meanLoss();
      assertTrue(Math.abs(inUse - inTraining) > 1e-4, "dropout in training");
    }
  }

  private static float[] trained(
      TrainingEngine engine, float[] start, TestSamples samples, TrainingPlan plan, long seed) {
    float[] parameters = start.clone();
    engine.train(parameters, samples, plan, new Seed(seed).generator());
    return parameters;
  }

  @Test
  void enginesOfAFactoryHaveOneModelWhateverBecomesOfTheFile() throws IOException {
    Path file = Files.copy(TestModules.path("trained"), directory.resolve("model.pt"));
    ModelSpec spec = new ModelSpec.TorchScript(file.toString());
    TorchEngines engines = new TorchEngines();
    float[] before = initial(engines, spec);
    Files.copy(TestModules.path("retrained"), file, StandardCopyOption.REPLACE_EXISTING);
    assertArrayEquals(before, initial(engines, spec));
    assertFalse(Arrays.equals(before, initial(new TorchEngines(), spec)));
  }

  private static float[] initial(TorchEngines engines, ModelSpec spec) {
    try (TrainingEngine engine = engines.create(spec, TestModules.SIX, TestModules.THREE_CLASSES)) {
      return engine.initialParameters(new Seed(1).generator());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "frozen        | has no parameters to train | without torch.jit.freeze",
        "state-dict    | is no TorchScript model: | write it with torch.jit.script(model).save",
        "double        | parameter 'hidden1.weight' | is float64, must be float32; call",
        "strided       | hidden1.weight | no contiguous dense layout; save it with",
        "tied          | parameter 'two.weight' | another one under a second name, must be its own",
        "no-bias       | [hidden.bias [7], output.weight [3, 7]] | torch.nn.Linear(WIDTH, 3)",
        "output-first  | [hidden.weight [6, 6], hidden.bias [6]] | the last layer that __init__",
        "residual      | not its last weight times something plus its last bias | torch.nn.Linear",
        "softmax-twice | not its last weight times something plus its last bias | no softmax",
        "pair          | makes [(3, 3), (3, 6)] of a batch of (3, 6) | must make one tensor (3, 3)",
        "batch-norm    | other outputs after a pass in training | use GroupNorm or LayerNorm"
      })
  void aModelThatBreaksTheRulesIsTheUsersMistake(String name, String finding, String remedy) {
    String message = refused(TestModules.spec(name), TestModules.SIX, TestModules.THREE_CLASSES);
    assertTrue(message.contains(name + ".pt'"), message);
    assertTrue(message.contains(finding) && message.contains(remedy), message);
  }

  @Test
  void samplesThatDoNotFitAreTheUsersMistake() {
    String five =
        refused(TestModules.spec("trained"), InputShape.vector(5), TestModules.THREE_CLASSES);
    assertTrue(five.contains("cannot take samples of these data, batches of (3, 5): "), five);
    assertTrue(five.contains("(3x5 and 6x7)") && five.contains("change its first layer"), five);
    String four = refused(TestModules.spec("trained"), TestModules.SIX, new Task.Classification(4));
    assertTrue(four.contains("output.weight [3, 7]") && four.contains("(WIDTH, 4)"), four);
    String regression =
        refused(TestModules.spec("trained"), TestModules.SIX, new Task.Regression());
    assertTrue(regression.contains("torch.nn.Linear(WIDTH, 1)"), regression);
  }

  @Test
  void whatIsNoFileIsTheUsersMistake() throws IOException {
    Path file = directory.resolve("model.pt");
    String missing = refused(new ModelSpec.TorchScript(file.toString()));
    assertTrue(missing.contains("model.pt' does not exist, must be a TorchScript"), missing);
    String folder = refused(new ModelSpec.TorchScript(directory.toString()));
    assertTrue(folder.contains("' is not a file, must be"), folder);
    Files.writeString(file, "what is this?");
    String text = refused(new ModelSpec.TorchScript(file.toString()));
    assertTrue(text.contains("model.pt' is no TorchScript model: "), text);
    byte[] whole = Files.readAllBytes(TestModules.path("trained"));
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    String cut = refused(new ModelSpec.TorchScript(file.toString()));
    assertTrue(cut.contains("model.pt' is no TorchScript model: "), cut);
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new TorchEngines()
                .create(new ModelSpec.Softmax(), TestModules.SIX, TestModules.THREE_CLASSES));
  }

  private static String refused(ModelSpec spec) {
    return refused(spec, TestModules.SIX, TestModules.THREE_CLASSES);
  }

  private static String refused(ModelSpec spec, InputShape input, Task task) {
    KulaException e =
        assertThrows(
            KulaException.class, () -> new TorchEngines().create(spec, input, task).close());
    assertEquals(KulaException.Blame.USER, e.blame());
    String message = String.valueOf(e.getMessage());
    assertFalse(message.contains("\n"), message);
    return message;
  }
}
