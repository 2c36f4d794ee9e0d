package dev.kula.privacy.noise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import java.util.function.LongToDoubleFunction;
import java.util.function.ToLongFunction;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Draws against the distributions that they are said to come from. */
final class DiscreteNoiseTest {
  private static final int DRAWS = 400_000;

  /** A right sampler fails a test this often. */
  private static final double ERROR_RATE = 1e-7;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 7})
  void gaussianDrawsFollowTheirMassFunction(long sigma) {
    DiscreteGaussian gaussian = new DiscreteGaussian(sigma);
    assertFits(
        gaussian::sample, x -> Math.exp(-(double) (x * x) / (2.0 * sigma * sigma)), 6 * sigma);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 5})
  void laplaceDrawsFollowTheirMassFunction(long scale) {
    DiscreteLaplace laplace = new DiscreteLaplace(scale);
    assertFits(laplace::sample, x -> Math.exp(-(double) Math.abs(x) / scale), 30 * scale);
  }

  @Test
  void secureDrawsDoToo() {
    NoiseSource secure = NoiseSource.secure();
    DiscreteGaussian gaussian = new DiscreteGaussian(3);
    assertFits(bits -> gaussian.sample(secure), x -> Math.exp(-(double) (x * x) / 18), 18);
  }

  /** Pearson's χ², cells of fewer than 20 expected draws together. */
  private static void assertFits(
      ToLongFunction<NoiseSource> sampler, LongToDoubleFunction weight, long reach) {
    NoiseSource bits = NoiseSource.seeded(new Seed(11));
    int cells = Math.toIntExact(2 * reach + 1);
    double[] expected = new double[cells];
    double total = 0;
    for (int i = 0; i < cells; i++) {
      expected[i] = weight.applyAsDouble(i - reach);
      total += expected[i];
    }
    long[] counts = new long[cells];
    long outside = 0;
    for (int i = 0; i < DRAWS; i++) {
      long cell = sampler.applyAsLong(bits) + reach;
      if (cell < 0 || cell >= cells) {
        outside++;
      } else {
        counts[Math.toIntExact(cell)]++;
      }
    }
    double statistic = 0;
    int degrees = -1;
    double rareExpected = 0;
    long rare = outside;
    for (int i = 0; i < cells; i++) {
      double mean = DRAWS * expected[i] / total;
      if (mean < 20) {
        rareExpected += mean;
        rare += counts[i];
      } else {
        statistic += (counts[i] - mean) * (counts[i] - mean) / mean;
        degrees++;
      }
    }
    if (rareExpected >= 20) {
      statistic += (rare - rareExpected) * (rare - rareExpected) / rareExpected;
      degrees++;
    } else {
      assertTrue(rare < rareExpected + 60, "too many rare draws: " + rare);
    }
    double bound = ChiSquaredDistribution.of(degrees).inverseSurvivalProbability(ERROR_RATE);
    assertTrue(statistic < bound, "chi square is %s, must be below %s".formatted(statistic, bound));
  }

  /** At the largest σ no cell can be counted: moments, and the last bit, which must be fair. */
  @Test
  void theLargestSigmaHasTheMomentsOfAGaussian() {
    double sigma = DiscreteGaussian.LARGEST_SIGMA;
    NoiseSource bits = NoiseSource.seeded(new Seed(12));
    DiscreteGaussian gaussian = new DiscreteGaussian(DiscreteGaussian.LARGEST_SIGMA);
    double sum = 0;
    double squares = 0;
    double fourth = 0;
    int odd = 0;
    int beyondTwo = 0;
    for (int i = 0; i < DRAWS; i++) {
      long drawn = gaussian.sample(bits);
      double x = drawn / sigma;
      sum += x;
      squares += x * x;
      fourth += x * x * x * x;
      odd += (int) (drawn & 1);
      beyondTwo += Math.abs(x) > 2 ? 1 : 0;
    }
    double error = 6 / Math.sqrt(DRAWS);
    assertEquals(0, sum / DRAWS, error);
    assertEquals(1, squares / DRAWS, Math.sqrt(2) * error);
    assertEquals(3, fourth / DRAWS, Math.sqrt(96) * error);
    assertEquals(0.5, (double) odd / DRAWS, 0.5 * error);
    assertEquals(0.0455003, (double) beyondTwo / DRAWS, 0.21 * error);
  }

  @Test
  void scalesHaveLimits() {
    assertThrows(IllegalArgumentException.class, () -> new DiscreteGaussian(0));
    assertThrows(
        IllegalArgumentException.class,
        () -> new DiscreteGaussian(DiscreteGaussian.LARGEST_SIGMA + 1));
    assertThrows(IllegalArgumentException.class, () -> new DiscreteLaplace(0));
  }
}
