package dev.kula.privacy.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import java.util.function.DoubleUnaryOperator;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class GaussianMechanismTest {
  private static final int DRAWS = 200_000;

  @Test
  void noiseHasTheStatedVariance() {
    assertVariance(NoiseSource.seeded(new Seed(7)));
  }

  @Test
  void secureNoiseHasTheStatedVarianceToo() {
    assertVariance(NoiseSource.secure());
  }

  /** Tolerances of 6 standard errors: a right implementation fails once in 10^8 runs. */
  private static void assertVariance(NoiseSource noise) {
    GaussianMechanism mechanism = new GaussianMechanism(2, 0.125, 1);
    assertEquals(4, mechanism.stddev(), 1e-4);
    double[] values = new double[DRAWS];
    mechanism.addTo(values, noise);
    double sum = 0;
    double squares = 0;
    double fourth = 0;
    for (double value : values) {
      sum += value;
      squares += value * value;
      fourth += Math.pow(value, 4);
    }
    double root = Math.sqrt(DRAWS);
    assertEquals(0, sum / DRAWS, 6 * 4 / root);
    assertEquals(16, squares / DRAWS, 6 * 16 * Math.sqrt(2) / root);
    assertEquals(3 * 256, fourth / DRAWS, 6 * 256 * Math.sqrt(96) / root);
  }

  @Test
  void saysWhetherNoiseCanBeRepeated() {
    assertTrue(NoiseSource.seeded(new Seed(1)).isSeeded());
    assertFalse(NoiseSource.secure().isSeeded());
    assertEquals(
        NoiseSource.seeded(new Seed(1)).nextLong(), NoiseSource.seeded(new Seed(1)).nextLong());
  }

  @Test
  void infiniteRhoAddsNothing() {
    double[] values = {1, 2, 3};
    new GaussianMechanism(1, Double.POSITIVE_INFINITY, 3).addTo(values, NoiseSource.secure());
    assertArrayEquals(new double[] {1, 2, 3}, values);
  }

  @Test
  void refusesWhatProtectsNothing() {
    assertThrows(IllegalArgumentException.class, () -> new GaussianMechanism(1, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> new GaussianMechanism(0, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new GaussianMechanism(1, Double.NaN, 1));
    assertThrows(IllegalArgumentException.class, () -> new GaussianMechanism(1, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> new GaussianMechanism(1, 1e-12, 1_000_000));
  }

  /** The price in steps, by the bound of the Javadoc, is what was charged. */
  @Property
  void noiseMakesUpForRounding(
      @ForAll @Scale(4) @DoubleRange(min = 1e-4, max = 10) double rho,
      @ForAll @IntRange(min = 1, max = 2_000_000) int coordinates) {
    GaussianMechanism mechanism = new GaussianMechanism(3, rho, coordinates);
    double sensitivity = 3 / mechanism.step() + (1 + 0x1p-10) * Math.sqrt(coordinates);
    double sigma = DiscreteGaussian.LARGEST_SIGMA;
    assertEquals(rho, sensitivity * sensitivity / (2 * sigma * sigma), 1e-9 * rho);
    assertTrue(mechanism.stddev() >= 3 / Math.sqrt(2 * rho));
    assertTrue(
        coordinates > 160_000
            || rho < 0.01
            || mechanism.stddev() < 1.0035 * 3 / Math.sqrt(2 * rho));
  }

  @Test
  void nothingButMultiplesOfTheStepComesOut() {
    GaussianMechanism mechanism = new GaussianMechanism(1, 0.3, 5);
    double[] values = {0, 1.0 / 3, -1e-300, Double.POSITIVE_INFINITY, Double.NaN};
    mechanism.addTo(values, NoiseSource.secure());
    for (double value : values) {
      double steps = Math.rint(value / mechanism.step());
      assertTrue(Math.abs(steps) < 0x1p41, () -> "got " + value);
      assertEquals(steps * mechanism.step(), value);
    }
  }

  /**
   * Mironov's attack in its simplest form: a sum that began at 1 has no bits below those of 1. What
   * adds doubles is betrayed by it; what adds integers is not.
   */
  @Test
  void lowOrderBitsDoNotTellNeighboursApart() {
    RandomGenerator doubles = new Seed(3).generator();
    assertTrue(
        coarseShare(value -> value + doubles.nextGaussian(), 1)
            > 0.3 + coarseShare(value -> value + doubles.nextGaussian(), 0));
    NoiseSource bits = NoiseSource.seeded(new Seed(4));
    GaussianMechanism mechanism = new GaussianMechanism(1, 0.5, 1);
    DoubleUnaryOperator exact =
        value -> {
          double[] values = {value};
          mechanism.addTo(values, bits);
          return values[0];
        };
    // Six standard errors of a difference of two shares.
    assertEquals(coarseShare(exact, 0), coarseShare(exact, 1), 6 * Math.sqrt(0.5 / TRIES));
  }

  private static final int TRIES = 20_000;

  /**
   * How often, among results below a half, one is a multiple of the last place of numbers near 1.
   */
  private static double coarseShare(DoubleUnaryOperator mechanism, double value) {
    int coarse = 0;
    int small = 0;
    while (small < TRIES) {
      double result = mechanism.applyAsDouble(value);
      if (Math.abs(result) < 0.5) {
        small++;
        coarse += result == Math.rint(result * 0x1p53) * 0x1p-53 ? 1 : 0;
      }
    }
    return (double) coarse / TRIES;
  }

  @Property
  void clippedVectorsHaveAtMostTheNorm(
      @ForAll @Size(min = 1, max = 50) float[] values,
      @ForAll @Scale(3) @DoubleRange(min = 1e-3, max = 1e3) double norm) {
    float[] before = values.clone();
    double factor = GaussianMechanism.clip(values, 0, values.length, norm);
    assertTrue(norm(values) <= norm, () -> "norm is " + norm(values));
    if (norm(before) <= norm) {
      assertArrayEquals(before, values);
      assertEquals(1, factor);
    }
  }

  @Test
  void clipsOnlyTheRangeAndOverflowToZero() {
    float[] values = {3, 3, 4, 3};
    assertEquals(0.2, GaussianMechanism.clip(values, 1, 3, 1), 1e-6);
    assertArrayEquals(new float[] {3, 0.6f, 0.8f, 3}, values, 1e-6f);
    float[] overflown = {1, Float.POSITIVE_INFINITY, Float.NaN};
    assertEquals(0, GaussianMechanism.clip(overflown, 0, 3, 1));
    assertArrayEquals(new float[3], overflown);
  }

  private static double norm(float[] values) {
    double squares = 0;
    for (float value : values) {
      squares += (double) value * value;
    }
    return Math.sqrt(squares);
  }
}
