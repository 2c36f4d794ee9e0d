package dev.kula.privacy.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
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
    GaussianMechanism mechanism = new GaussianMechanism(2, 0.125);
    assertEquals(4, mechanism.stddev(), 1e-12);
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
        NoiseSource.seeded(new Seed(1)).nextGaussian(),
        NoiseSource.seeded(new Seed(1)).nextGaussian());
  }

  @Test
  void infiniteRhoAddsNothing() {
    double[] values = {1, 2, 3};
    new GaussianMechanism(1, Double.POSITIVE_INFINITY).addTo(values, NoiseSource.secure());
    assertArrayEquals(new double[] {1, 2, 3}, values);
  }

  @Test
  void refusesWhatProtectsNothing() {
    assertThrows(IllegalArgumentException.class, () -> new GaussianMechanism(1, 0));
    assertThrows(IllegalArgumentException.class, () -> new GaussianMechanism(0, 1));
    assertThrows(IllegalArgumentException.class, () -> new GaussianMechanism(1, Double.NaN));
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
