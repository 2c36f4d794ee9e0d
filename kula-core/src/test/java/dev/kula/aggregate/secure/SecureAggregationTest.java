package dev.kula.aggregate.secure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.aggregate.FederatedAveraging;
import dev.kula.aggregate.PartialSum;
import dev.kula.aggregate.Update;
import dev.kula.aggregate.robust.RobustRule;
import dev.kula.aggregate.secure.SecureAggregation.Groups;
import dev.kula.privacy.noise.DistributedGaussian;
import dev.kula.privacy.noise.NoiseSource;
import dev.kula.secagg.Quantiser;
import dev.kula.secagg.Quantiser.Rounding;
import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

final class SecureAggregationTest {
  private static final int PARAMETERS = 50;
  private static final Quantiser FINE = new Quantiser(8, 1 << 19);

  private static SecureAggregation strategy(
      Graph graph, Quantiser quantiser, Rounding rounding, Optional<Groups> groups) {
    return new SecureAggregation(
        new FederatedAveraging(), graph, quantiser, rounding, groups, new Seed(1));
  }

  private static float[] normal(RandomGenerator random) {
    float[] delta = new float[PARAMETERS];
    for (int i = 0; i < PARAMETERS; i++) {
      delta[i] = (float) (0.1 * random.nextGaussian());
    }
    return delta;
  }

  @Test
  void theMeanIsThatOfTheUpdatesToWithinRounding() {
    assertMean(Graph.COMPLETE, 9);
  }

  @Test
  @Tag("slow")
  void soItIsOnASparseGraph() {
    assertMean(Graph.SPARSE, 60);
  }

  private static void assertMean(Graph graph, int cohort) {
    RandomGenerator random = new Seed(2).generator();
    PartialSum sum = strategy(graph, FINE, Rounding.STOCHASTIC, Optional.empty()).init(PARAMETERS);
    double[] expected = new double[PARAMETERS];
    for (int device = 0; device < cohort; device++) {
      float[] delta = normal(random);
      for (int i = 0; i < PARAMETERS; i++) {
        expected[i] += delta[i] / cohort;
      }
      sum.accumulate(new Update(delta, 7 + device, 0.5)); // weights are not believed
    }
    float[] actual = sum.finish(new float[PARAMETERS]);
    for (int i = 0; i < PARAMETERS; i++) {
      assertEquals(expected[i], actual[i], 8.0 / (1 << 19) + 1e-6);
    }
    assertEquals(0, sum.trainingLoss(), "losses are not sent");
    long plain = (long) cohort * PARAMETERS * Float.BYTES;
    assertTrue(sum.bytes().orElseThrow() > plain, "keys and shares cost more than 50 numbers");
  }

  @Test
  void noiseOnTheGridGoesThroughExactly() {
    DistributedGaussian noise = new DistributedGaussian(1, 0.5, PARAMETERS, 5);
    Quantiser exact =
        new Quantiser((float) (noise.largest() * noise.step()), (int) noise.largest());
    RandomGenerator random = new Seed(3).generator();
    PartialSum sum =
        strategy(Graph.COMPLETE, exact, Rounding.NEAREST, Optional.empty()).init(PARAMETERS);
    double[] expected = new double[PARAMETERS];
    for (int device = 0; device < 8; device++) {
      float[] delta = normal(random);
      noise.addTo(delta, NoiseSource.seeded(new Seed(device)));
      for (int i = 0; i < PARAMETERS; i++) {
        expected[i] += delta[i];
      }
      sum.accumulate(new Update(delta, 1, 0));
    }
    float[] actual = sum.finish(new float[PARAMETERS]);
    for (int i = 0; i < PARAMETERS; i++) {
      assertEquals((float) (expected[i] / 8), actual[i]);
    }
  }

  @Test
  void aLyingDeviceSpoilsNoMoreThanItsGroup() {
    Groups groups = new Groups(8, RobustRule.parse("median"));
    PartialSum sum =
        strategy(Graph.COMPLETE, FINE, Rounding.NEAREST, Optional.of(groups)).init(PARAMETERS);
    PartialSum plain =
        strategy(Graph.COMPLETE, FINE, Rounding.NEAREST, Optional.empty()).init(PARAMETERS);
    RandomGenerator random = new Seed(4).generator();
    for (int device = 0; device < 24; device++) {
      float[] delta = normal(random);
      if (device == 0) {
        Arrays.fill(delta, 8f);
      }
      sum.accumulate(new Update(delta.clone(), 1, 0));
      plain.accumulate(new Update(delta, 1, 0));
    }
    double spoiled = 0;
    double spared = 0;
    float[] robust = sum.finish(new float[PARAMETERS]);
    float[] mean = plain.finish(new float[PARAMETERS]);
    for (int i = 0; i < PARAMETERS; i++) {
      spoiled += mean[i] / PARAMETERS;
      spared += robust[i] / PARAMETERS;
    }
    assertEquals(8.0 / 24, spoiled, 0.02);
    assertEquals(0, spared, 0.05);
  }

  @Test
  void refusesWhatHidesNothing() {
    RobustRule median = RobustRule.parse("median");
    assertThrows(IllegalArgumentException.class, () -> new Groups(7, median));
    PartialSum sum =
        strategy(Graph.SPARSE, FINE, Rounding.NEAREST, Optional.empty()).init(PARAMETERS);
    float[] ones = new float[PARAMETERS];
    Arrays.fill(ones, 1);
    for (int device = 0; device < 5; device++) {
      sum.accumulate(new Update(ones, 1, 0));
    }
    float[] global = new float[PARAMETERS];
    assertArrayEquals(global, sum.finish(global), "five make no sparse graph: nothing is folded");
    assertEquals(0, sum.updates());
    assertThrows(
        IllegalArgumentException.class,
        () -> sum.accumulate(new Update(new float[PARAMETERS + 1], 1, 0)));
  }
}
