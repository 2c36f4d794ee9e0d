package dev.kula.data.partition;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProportionsTest {
  private static final int DRAWS = 20_000;

  /** A share of a symmetric Dirichlet is Beta(α, (k−1)α): mean 1/k, variance (k−1)/(k²(kα+1)). */
  @ParameterizedTest
  @ValueSource(doubles = {0.001, 0.1, 1, 20})
  void sharesHaveMeanAndVarianceOfTheDirichlet(double alpha) {
    int count = 5;
    RandomGenerator random = new Seed(11).generator();
    double[] sums = new double[count];
    double[] squares = new double[count];
    double products = 0;
    for (int i = 0; i < DRAWS; i++) {
      double[] shares = Proportions.dirichlet(random, count, alpha);
      assertEquals(1, Arrays.stream(shares).sum(), 1e-9);
      for (int s = 0; s < count; s++) {
        sums[s] += shares[s];
        squares[s] += shares[s] * shares[s];
      }
      products += shares[0] * shares[1];
    }
    double variance = (count - 1) / (count * count * (count * alpha + 1));
    // Five standard errors: a sound sampler fails once in a million times, and the seed is fixed.
    double tolerance = 5 * Math.sqrt(variance / DRAWS);
    for (int s = 0; s < count; s++) {
      double mean = sums[s] / DRAWS;
      assertEquals(1.0 / count, mean, tolerance);
      assertEquals(variance, squares[s] / DRAWS - mean * mean, 0.05 * variance);
    }
    double covariance = products / DRAWS - sums[0] * sums[1] / DRAWS / DRAWS;
    assertEquals(-variance / (count - 1), covariance, 0.1 * variance);
  }

  @Test
  void oneShareIsAll() {
    assertArrayEquals(new double[] {1}, Proportions.dirichlet(new Seed(1).generator(), 1, 0.1));
  }

  @Test
  void smallestAlphaStillGivesShares() {
    double[] shares =
        Proportions.dirichlet(new Seed(1).generator(), 2, PartitionSpec.SMALLEST_ALPHA);
    assertEquals(1, shares[0] + shares[1], 1e-12);
  }

  @Test
  void cutsAtRoundedCumulativeShares() {
    assertArrayEquals(
        new int[] {0, 1, 1, 5, 5}, Proportions.cut(new double[] {0.25, 0, 0.75, 0}, 5));
    int[] bounds = Proportions.cut(new double[] {1e-17, 0.3, 0.7 + 1e-9}, 3);
    assertEquals(3, bounds[3]);
    assertTrue(bounds[2] <= 3);
  }
}
