package dev.kula.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.model.GradientNoise;
import dev.kula.model.PrivateSteps;
import dev.kula.model.Scope;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingPlan;
import dev.kula.model.TrainingResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Clipped gradients against those of single samples, worked out by ordinary training. */
final class PrivateTrainingTest {
  private static final TrainingPlan UNIT_STEP = TrainingPlan.of(1, Integer.MAX_VALUE, 1f);
  private static final GradientNoise NONE = (sum, from, to) -> {};

  static Stream<EngineCase> cases() {
    return EngineCase.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aStepIsTheSumOfEachSamplesClippedGradient(EngineCase of) {
    TrainingEngine engine = Engines.java().create(of.spec(), of.input(), of.task());
    float[] initial = EngineCase.parameters(engine.layout(), 0.1f, new Seed(11));
    TestSamples samples = TestSamples.random(of, 7, 21).withWeights(1, 2, 1, 0.5f, 1, 3, 1);
    for (Scope scope : List.of(Scope.ALL, Scope.HEAD)) {
      double[][] single = new double[7][];
      double[] norms = new double[7];
      for (int i = 0; i < 7; i++) {
        single[i] = gradient(engine, initial, samples, i, scope);
        norms[i] = norm(single[i]);
      }
      if (scope == Scope.ALL) {
        float[] told = new float[7];
        engine.gradientNorms(initial, samples, told);
        for (int i = 0; i < 7; i++) {
          assertEquals(norms[i], told[i], 2e-5 + 1e-4 * norms[i]);
        }
      }
      double[] sorted = norms.clone();
      Arrays.sort(sorted);
      double clip = sorted[3]; // so that some are clipped and some are not
      double[] expected = new double[initial.length];
      for (int i = 0; i < 7; i++) {
        for (int k = 0; k < expected.length; k++) {
          expected[k] += single[i][k] * Math.min(1, clip / norms[i]) / 5;
        }
      }
      float[] after = initial.clone();
      engine.trainPrivately(
          after,
          samples,
          UNIT_STEP.withScope(scope),
          new PrivateSteps(1, 1, (float) clip, 5),
          NONE,
          new Seed(1).generator());
      for (int k = 0; k < expected.length; k++) {
        assertEquals(
            expected[k], (double) initial[k] - after[k], 2e-5 + 1e-4 * Math.abs(expected[k]));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void noNeighbourMovesTheSumByMoreThanTheClip(EngineCase of) {
    TrainingEngine engine = Engines.best().create(of.spec(), of.input(), of.task());
    float[] initial = EngineCase.parameters(engine.layout(), 0.1f, new Seed(12));
    TestSamples samples = TestSamples.random(of, 300, 22);
    float clip = 0.01f; // below every norm
    double[] all = sum(engine, initial, samples, clip);
    for (int left : new int[] {0, 255, 256, 299}) {
      double[] others = sum(engine, initial, samples.pick(without(300, left)), clip);
      double[] moved = new double[all.length];
      for (int k = 0; k < moved.length; k++) {
        moved[k] = all[k] - others[k];
      }
      // What rounding to floats adds is measured in what the sum of 300 weighs.
      assertEquals(clip, norm(moved), 300 * clip * 1e-5);
    }
  }

  @Test
  void samplesAreTakenIndependently() {
    EngineCase of = EngineCase.all().toList().getFirst();
    TrainingEngine engine = Engines.java().create(of.spec(), of.input(), of.task());
    float[] initial = EngineCase.parameters(engine.layout(), 0.1f, new Seed(13));
    TestSamples samples = TestSamples.random(of, 400, 23);
    List<Double> counts = new ArrayList<>();
    float[] parameters = initial.clone();
    // With a clip far below every norm, alike samples would each add it: so use one sample often.
    int[] same = new int[400];
    engine.trainPrivately(
        parameters,
        samples.pick(same),
        TrainingPlan.of(1, 1, 1e-9f),
        new PrivateSteps(0.1, 500, 1e-3f, 1),
        (sum, from, to) -> {
          double[] values = new double[to - from];
          Arrays.setAll(values, i -> sum[from + i]);
          counts.add(norm(values) / 1e-3);
        },
        new Seed(2).generator());
    double mean = counts.stream().mapToDouble(each -> each).average().orElseThrow();
    double variance =
        counts.stream().mapToDouble(each -> (each - mean) * (each - mean)).sum() / 499;
    assertEquals(40, mean, 6 * Math.sqrt(36.0 / 500));
    assertEquals(36, variance, 6 * 36 * Math.sqrt(2.0 / 499));
  }

  @Test
  void momentumDecayAndProximalTermActOnTheNoisedMean() {
    EngineCase of = EngineCase.all().toList().getFirst();
    TrainingEngine engine = Engines.java().create(of.spec(), of.input(), of.task());
    float[] initial = EngineCase.parameters(engine.layout(), 0.1f, new Seed(14));
    TestSamples none = TestSamples.random(of, 3, 24).slice(0, 0);
    float[] actual = initial.clone();
    TrainingPlan plan = new TrainingPlan(9, 9, 0.1f, 0.5f, 0.01f, 0.2f, Scope.ALL);
    TrainingResult result =
        engine.trainPrivately(
            actual,
            none,
            plan,
            new PrivateSteps(0.5, 2, 1, 4),
            (sum, from, to) -> {
              for (int i = from; i < to; i++) {
                assertEquals(0f, sum[i], "nothing is left of the step before");
                sum[i] += 8;
              }
            },
            new Seed(3).generator());
    assertEquals(new TrainingResult(2, 0), result);
    for (int k = 0; k < initial.length; k++) {
      double w = initial[k];
      double v = 0;
      for (int step = 0; step < 2; step++) {
        // Proximal term and decay enter the velocity, as in ordinary training.
        v = 0.5 * v + 2 + 0.01 * w + 0.2 * (w - initial[k]);
        w -= 0.1 * v;
      }
      assertEquals(w, actual[k], 1e-5);
    }
  }

  @Test
  void aSeedGivesTheSameBits() {
    EngineCase of = EngineCase.all().toList().getLast();
    TrainingEngine engine = Engines.best().create(of.spec(), of.input(), of.task());
    float[] initial = EngineCase.parameters(engine.layout(), 0.1f, new Seed(15));
    TestSamples samples = TestSamples.random(of, 50, 25);
    float[] first = privately(engine, initial, samples, 4);
    engine.train(initial.clone(), samples, UNIT_STEP, new Seed(9).generator());
    assertArrayEquals(first, privately(engine, initial, samples, 4));
    assertFalse(Arrays.equals(first, privately(engine, initial, samples, 5)));
  }

  @Test
  void learnsWhatCanBeSeparated() {
    for (EngineCase of : EngineCase.all().toList()) {
      TrainingEngine engine = Engines.best().create(of.spec(), of.input(), of.task());
      float[] parameters = engine.initialParameters(new Seed(16).generator());
      TestSamples samples = TestSamples.separable(of, 60, 26);
      double before = engine.evaluate(parameters, samples).lossSum();
      engine.trainPrivately(
          parameters,
          samples,
          TrainingPlan.of(1, 1, 0.1f),
          new PrivateSteps(0.5, 60, 1, 30),
          NONE,
          new Seed(6).generator());
      double after = engine.evaluate(parameters, samples).lossSum();
      assertTrue(after < 0.5 * before, of + ": " + before + " became " + after);
    }
  }

  @Test
  void anExplodingLossBlamesTheLearningRate() {
    EngineCase of = EngineCase.all().toList().getFirst();
    TrainingEngine engine = Engines.java().create(of.spec(), of.input(), of.task());
    float[] parameters = EngineCase.parameters(engine.layout(), 0.1f, new Seed(17));
    KulaException failure =
        assertThrows(
            KulaException.class,
            () ->
                engine.trainPrivately(
                    parameters,
                    TestSamples.random(of, 8, 27),
                    TrainingPlan.of(1, 1, 3e38f),
                    new PrivateSteps(1, 50, 1e30f, 1),
                    NONE,
                    new Seed(7).generator()));
    assertEquals(KulaException.Blame.USER, failure.blame());
    String message = String.valueOf(failure.getMessage());
    assertTrue(message.contains("learning rate is '3.0E38'"), message);
  }

  @Test
  void stepsThatMakeNoSenseAreRefused() {
    for (double rate : new double[] {0, -1, 1.1, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> new PrivateSteps(rate, 1, 1, 1));
    }
    assertThrows(IllegalArgumentException.class, () -> new PrivateSteps(1, -1, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new PrivateSteps(1, 1, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> new PrivateSteps(1, 1, 1, 0));
  }

  private static float[] privately(
      TrainingEngine engine, float[] initial, TestSamples samples, long seed) {
    float[] parameters = initial.clone();
    engine.trainPrivately(
        parameters,
        samples,
        UNIT_STEP,
        new PrivateSteps(0.3, 3, 0.1f, 15),
        NONE,
        new Seed(seed).generator());
    return parameters;
  }

  private static double[] gradient(
      TrainingEngine engine, float[] initial, TestSamples samples, int index, Scope scope) {
    float[] after = initial.clone();
    engine.train(after, samples.pick(index), UNIT_STEP.withScope(scope), new Seed(1).generator());
    double[] gradient = new double[initial.length];
    // A batch divides by its weights, so a single sample's weight is not in its step.
    Arrays.setAll(gradient, k -> ((double) initial[k] - after[k]) * samples.weight(index));
    return gradient;
  }

  private static double[] sum(
      TrainingEngine engine, float[] initial, TestSamples samples, float clip) {
    double[] sum = new double[initial.length];
    engine.trainPrivately(
        initial.clone(),
        samples,
        UNIT_STEP,
        new PrivateSteps(1, 1, clip, 1),
        (values, from, to) -> Arrays.setAll(sum, i -> values[i]),
        new Seed(1).generator());
    return sum;
  }

  private static int[] without(int count, int left) {
    int[] indices = new int[count - 1];
    Arrays.setAll(indices, i -> i < left ? i : i + 1);
    return indices;
  }

  private static double norm(double[] values) {
    double squares = 0;
    for (double value : values) {
      squares += value * value;
    }
    return Math.sqrt(squares);
  }
}
