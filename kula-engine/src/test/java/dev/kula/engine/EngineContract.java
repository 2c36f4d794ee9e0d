package dev.kula.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.model.Evaluation;
import dev.kula.model.ParameterLayout.Tensor;
import dev.kula.model.Scope;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingPlan;
import dev.kula.model.TrainingResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link TrainingEngine} must do, for each {@link EngineCase}. Other modules run it from
 * the test jar of this one.
 */
public abstract class EngineContract extends StepContract {
  private ReferenceNetwork reference;

  protected EngineContract(EngineCase of) {
    super(of);
  }

  @BeforeEach
  void refer() {
    reference = new ReferenceNetwork(of, this::loss);
  }

  /**
   * The loss of a sample that training lowers: cross-entropy, or half the squared error. An engine
   * of a model of its own overrides it.
   *
   * @param outputs what the model says
   */
  protected double loss(double[] outputs, float target) {
    return ReferenceNetwork.loss(of.task(), outputs, target);
  }

  @Test
  void startsWhereASeedSaysWithFiniteParameters() {
    float[] fresh = engine.initialParameters(new Seed(5).generator());
    assertArrayEquals(fresh, engine.initialParameters(new Seed(5).generator()));
    assertEquals(engine.layout().size(), fresh.length);
    for (float number : fresh) {
      assertTrue(Float.isFinite(number), "got " + number);
    }
    fresh[0]++;
    assertFalse(Arrays.equals(fresh, engine.initialParameters(new Seed(5).generator())), "a copy");
  }

  @Test
  void laysTensorsOutAsTheArchitectureNamesThem() {
    TrainingEngine builtIn = Engines.best().create(of.spec(), of.input(), of.task());
    assertEquals(builtIn.layout(), engine.layout());
  }

  @Test
  void outputsEmbeddingsAndLossesAreThoseOfTheDefinition() {
    TestSamples samples = TestSamples.random(of, 9, 21);
    int outputs = of.task().outputs();
    int width = engine.embeddingSize();
    float[] predicted = new float[9 * outputs];
    float[] embedded = new float[9 * width];
    float[] losses = new float[9];
    engine.outputs(initial, samples, predicted);
    engine.embed(initial, samples, embedded);
    engine.losses(initial, samples, losses);
    double[] parameters = ReferenceNetwork.doubles(initial);
    for (int i = 0; i < 9; i++) {
      double[] row = ReferenceNetwork.row(samples, i);
      double[] expected = reference.outputs(parameters, row);
      double[] embedding = reference.embed(parameters, row);
      assertEquals(embedding.length, width);
      for (int j = 0; j < outputs; j++) {
        assertEquals(expected[j], predicted[i * outputs + j], 2e-5, "output " + i + ", " + j);
      }
      for (int j = 0; j < width; j++) {
        assertEquals(embedding[j], embedded[i * width + j], 2e-5, "embedding " + i + ", " + j);
      }
      assertEquals(reference.loss(parameters, row, samples.target(i)), losses[i], 5e-5);
    }
  }

  @Test
  void gradientsAreFiniteDifferencesOfTheWeightedMeanLoss() {
    TestSamples samples = TestSamples.random(of, 4, 22).withWeights(1f, 0.5f, 3f, 2f);
    float[] gradient = gradient(initial, samples);
    double[] parameters = ReferenceNetwork.doubles(initial);
    RandomGenerator random = new Seed(23).generator();
    for (Tensor tensor : engine.layout().tensors()) {
      for (int trial = 0; trial < 5; trial++) {
        int index = tensor.offset() + random.nextInt(tensor.size());
        double here = parameters[index];
        double step = 1e-5;
        parameters[index] = here + step;
        double above = reference.meanLoss(parameters, samples);
        parameters[index] = here - step;
        double below = reference.meanLoss(parameters, samples);
        parameters[index] = here;
        double expected = (above - below) / (2 * step);
        assertEquals(
            expected,
            gradient[index],
            1e-5 + 1e-3 * Math.abs(expected),
            tensor.name() + " at " + (index - tensor.offset()));
      }
    }
  }

  @Test
  void weightTwoIsTheSampleTwice() {
    TestSamples samples = TestSamples.random(of, 3, 24);
    float[] weighted = trained(samples.withWeights(1f, 2f, 1f), fullStep);
    float[] repeated = trained(samples.pick(0, 1, 1, 2), fullStep);
    assertClose(repeated, weighted, 1e-6);
    assertFalse(Arrays.equals(trained(samples, fullStep), weighted));
  }

  @Test
  void weightsCountWithinTheirBatchOnly() {
    // Every batch is divided by the sum of its own weights: scaling all of them changes nothing.
    TestSamples samples = TestSamples.random(of, 5, 25);
    TrainingPlan plan = TrainingPlan.of(2, 2, rate);
    float[] ones = trained(samples, plan);
    float[] fours = trained(samples.withWeights(4f, 4f, 4f, 4f, 4f), plan);
    assertClose(ones, fours, 1e-6);
  }

  @Test
  void aSeedGivesTheSameBitsWhateverElseTheEngineDidOrRunsBesideIt() throws Exception {
    TestSamples samples = TestSamples.random(of, 11, 30);
    TrainingPlan plan = new TrainingPlan(2, 4, rate, 0.5f, 0.01f, 0.1f, Scope.ALL);
    float[] expected = trained(samples, plan);
    engine.importance(initial, samples, new float[11]);
    engine.train(initial.clone(), samples.slice(0, 3), plan, new Seed(5).generator());
    assertArrayEquals(expected, trained(samples, plan), "the engine keeps no state");
    float[] other = initial.clone();
    engine.train(other, samples, plan, new Seed(32).generator());
    assertFalse(Arrays.equals(expected, other), "another seed shuffles otherwise");

    Callable<float[]> training =
        () -> {
          float[] parameters = initial.clone();
          try (TrainingEngine own = newEngine()) {
            own.train(parameters, samples, plan, new Seed(31).generator());
          }
          return parameters;
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (Future<float[]> each : threads.invokeAll(List.of(training, training, training))) {
        assertArrayEquals(expected, each.get());
      }
    }
  }

  @Test
  void batchesMayHaveAnySize() {
    TestSamples samples = TestSamples.random(of, 7, 33);
    for (int batch : new int[] {1, 3, 6, 7, 8, Integer.MAX_VALUE}) {
      TrainingPlan plan = TrainingPlan.of(2, batch, rate);
      TrainingResult result =
          engine.train(initial.clone(), samples, plan, new Seed(31).generator());
      int stepsPerEpoch = (int) Math.ceil(7.0 / batch);
      assertEquals(2 * stepsPerEpoch, result.steps(), "batch " + batch);
    }
    TrainingResult none =
        engine.train(initial, samples, fullStep.withEpochs(0), new Seed(31).generator());
    assertEquals(new TrainingResult(0, 0), none);
    TestSamples empty = samples.slice(0, 0);
    assertEquals(
        new TrainingResult(0, 0), engine.train(initial, empty, fullStep, new Seed(1).generator()));
    assertEquals(Evaluation.EMPTY, engine.evaluate(initial, empty));
  }

  @Test
  void aBatchLargerThanTheBuffersIsOneStep() {
    TestSamples samples = TestSamples.random(of, 600, 34);
    float[] expected = new float[initial.length];
    for (int part = 0; part < 3; part++) {
      float[] gradient = gradient(initial, samples.slice(200 * part, 200 * part + 200));
      for (int i = 0; i < expected.length; i++) {
        expected[i] += gradient[i] / 3;
      }
    }
    assertClose(expected, gradient(initial, samples), 5e-6);

    float[] whole = new float[600];
    engine.losses(initial, samples, whole);
    float[] tail = new float[10];
    engine.losses(initial, samples.slice(590, 600), tail);
    assertClose(tail, Arrays.copyOfRange(whole, 590, 600), 1e-5);
  }

  @Test
  void reportsTheMeanLossOfTheLastEpoch() {
    TestSamples samples = TestSamples.random(of, 8, 35).withWeights(1, 2, 3, 1, 1, 1, 1, 1);
    TrainingResult result =
        engine.train(
            initial.clone(), samples, TrainingPlan.of(1, 8, rate), new Seed(31).generator());
    assertEquals(engine.evaluate(initial, samples).loss(), result.meanLoss(), 1e-5);
  }

  @Test
  void importanceIsGradientTimesInput() {
    TestSamples samples = TestSamples.random(of, 2, 36).withWeights(5f, 1f);
    float[] importance = new float[2];
    engine.importance(initial, samples, importance);
    double[] parameters = ReferenceNetwork.doubles(initial);
    for (int i = 0; i < 2; i++) {
      double[] input = ReferenceNetwork.row(samples, i);
      float target = samples.target(i);
      double expected = 0;
      for (int feature = 0; feature < input.length; feature++) {
        double here = input[feature];
        input[feature] = here + 1e-5;
        double above = reference.loss(parameters, input, target);
        input[feature] = here - 1e-5;
        double below = reference.loss(parameters, input, target);
        input[feature] = here;
        expected += Math.abs(here * (above - below) / 2e-5);
      }
      assertEquals(expected, importance[i], 1e-4 * (1 + expected), "sample " + i);
    }
  }

  @Test
  void anEvaluationIsTheWeightedSumOfItsSamples() {
    TestSamples samples = TestSamples.random(of, 5, 37).withWeights(1f, 2f, 0.5f, 4f, 1f);
    float[] losses = new float[5];
    int outputs = of.task().outputs();
    float[] predicted = new float[5 * outputs];
    engine.losses(initial, samples, losses);
    engine.outputs(initial, samples, predicted);
    double lossSum = 0;
    double correctSum = 0;
    for (int i = 0; i < 5; i++) {
      lossSum += samples.weight(i) * losses[i];
      int best = 0;
      for (int j = 1; j < outputs; j++) {
        best = predicted[i * outputs + j] > predicted[i * outputs + best] ? j : best;
      }
      correctSum += of.classifies() && best == samples.target(i) ? samples.weight(i) : 0;
    }
    Evaluation whole = engine.evaluate(initial, samples);
    assertEquals(8.5, whole.weight(), 1e-9);
    assertEquals(lossSum, whole.lossSum(), 1e-4);
    assertEquals(correctSum, whole.correctSum(), 1e-9);
    Evaluation parts =
        engine
            .evaluate(initial, samples.slice(0, 2))
            .plus(engine.evaluate(initial, samples.slice(2, 5)));
    assertEquals(whole.lossSum(), parts.lossSum(), 1e-4);
  }

  @Test
  void learnsWhatCanBeSeparated() {
    TestSamples training = TestSamples.separable(of, 90, 38);
    float[] parameters = EngineCase.parameters(engine.layout(), 0, new Seed(40));
    TrainingPlan plan = new TrainingPlan(20, 16, rate, 0.8f, 0f, 0f, Scope.ALL);
    engine.train(parameters, training, plan, new Seed(41).generator());
    double score = engine.evaluate(parameters, TestSamples.separable(of, 60, 39)).score(of.task());
    assertTrue(score > 0.95, "score " + score);
  }

  @Test
  void extremeOutputsStayProbabilities() {
    TestSamples samples = TestSamples.random(of, 4, 42);
    float[] huge = moved(initial, -1e6f, initial);
    float[] predicted = new float[4 * of.task().outputs()];
    engine.outputs(huge, samples, predicted);
    for (float number : predicted) {
      assertTrue(Float.isFinite(number) && (!of.classifies() || number <= 1), "got " + number);
    }
    assertTrue(Double.isFinite(engine.evaluate(huge, samples).lossSum()));
  }

  @Test
  void anExplodingLossBlamesTheLearningRate() {
    TestSamples samples = TestSamples.random(of, 8, 43);
    TrainingPlan plan = TrainingPlan.of(50, 2, 3e38f);
    KulaException e =
        assertThrows(
            KulaException.class,
            () -> engine.train(initial.clone(), samples, plan, new Seed(1).generator()));
    assertEquals(KulaException.Blame.USER, e.blame());
    assertTrue(message(e).contains("learning rate is '3.0E38'"), message(e));
    assertTrue(message(e).contains("try 3.0E+37"), message(e));
    assertFalse(message(e).contains("\n"), message(e));
  }

  @Test
  void argumentsThatDoNotFitAreRefusedWithBothShapes() {
    TestSamples samples = TestSamples.random(of, 4, 44);
    int size = initial.length;
    assertRefused(
        "[" + (size - 1) + "]", "[" + size + "]", Arrays.copyOf(initial, size - 1), samples);
    int features = of.input().size();
    TestSamples wide =
        new TestSamples(
            features + 1, new float[4][features + 1], samples.targets(), samples.weights());
    assertRefused("[4, " + (features + 1) + "]", "[4, " + features + "]", initial, wide);
    assertRefused("sample 1 is NaN", "must be", initial, samples.withTarget(1, Float.NaN));
    if (of.classifies()) {
      assertRefused("sample 2 is 3.0", "0 to 2", initial, samples.withTarget(2, 3f));
      assertRefused("sample 2 is -1.0", "0 to 2", initial, samples.withTarget(2, -1f));
      assertRefused("sample 2 is 0.5", "0 to 2", initial, samples.withTarget(2, 0.5f));
    }
    assertRefused("sample 3 is 0.0", "positive", initial, samples.withWeights(1, 1, 1, 0));
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> engine.losses(initial, samples, new float[3]));
    assertTrue(message(e).contains("[3], must hold [4, 1]"), message(e));
  }

  private void assertRefused(String actual, String rule, float[] parameters, TestSamples samples) {
    float[] before = parameters.clone();
    List<String> messages = new ArrayList<>();
    messages.add(
        message(
            assertThrows(
                IllegalArgumentException.class,
                () -> engine.train(parameters, samples, fullStep, new Seed(1).generator()))));
    messages.add(
        message(
            assertThrows(
                IllegalArgumentException.class, () -> engine.evaluate(parameters, samples))));
    for (String message : messages) {
      assertTrue(message.contains(actual) && message.contains(rule), message);
    }
    assertArrayEquals(before, parameters);
  }

  private static String message(Throwable e) {
    return String.valueOf(e.getMessage());
  }
}
