package dev.kula.benchmarks.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.swap.PlanRequest;
import dev.kula.swap.SwapPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What plans by deficit are worth beside the exact optimum over all pairs. */
final class QualityTest {
  private static double share(SyntheticFleet shape, int devices, double stddev, long seed) {
    PlanRequest request = Scale.request(shape.profiles(devices, stddev, new Seed(seed)), seed);
    return new Worth(request).share(SwapPolicy.parse("deficit").plan(request));
  }

  @ParameterizedTest
  @CsvSource({
    "SKEWED, 100, 0",
    "SKEWED, 100, 2",
    "SKEWED, 300, 0",
    "SKEWED, 300, 2",
    "SKEWED, 600, 2",
    "FEW_HOLDERS, 100, 2",
    "FEW_HOLDERS, 300, 0",
    "FEW_HOLDERS, 600, 2",
    "SHARP, 300, 2",
    "SHARP, 600, 2"
  })
  void plansAreWorthNineteenTwentieths(SyntheticFleet shape, int devices, double stddev) {
    for (long seed = 1; seed <= 2; seed++) {
      double share = share(shape, devices, stddev, seed);
      assertTrue(share >= 0.95 && share <= 1 + 1e-6, "seed " + seed + ": " + share);
    }
  }

  @Test
  void theOptimumIsExact() {
    double[][] values = {{3, 2}, {2, 0.5}};
    assertEquals(4, Optimum.of(values, 1, new int[] {1, 1}), 1e-6);
    assertEquals(5, Optimum.of(values, 1, new int[] {2, 1}), 1e-6);
    assertEquals(7, Optimum.of(values, 2, new int[] {2, 1}), 1e-6);
  }
}
