package dev.kula.secagg;

import dev.kula.privacy.noise.NoiseSource;

/**
 * Turns floats into integers whose sums are exact, and sums of them back. Each number is clipped to
 * ±{@code clip} and becomes a multiple of {@code clip}/{@code largest}; what is not a number counts
 * as 0. Immutable, thread safe.
 *
 * @param clip positive and finite
 * @param largest integer that {@code clip} becomes, from 1 to 2²⁴, up to which floats are exact
 */
public record Quantiser(float clip, int largest) {
  private static final int MOST = 1 << 24;

  /** How a number between two integers becomes one. */
  public enum Rounding {
    /** To the closer one: an error of half a step at most, the same each time. */
    NEAREST,
    /** Up as often as it is close to the upper one: right on average, which sums make use of. */
    STOCHASTIC
  }

  public Quantiser {
    if (!(clip > 0) || Float.isInfinite(clip)) {
      throw new IllegalArgumentException("clip is " + clip + ", must be positive and finite");
    }
    if (largest < 1 || largest > MOST) {
      throw new IllegalArgumentException("largest is " + largest + ", must be from 1 to 2^24");
    }
  }

  /** What sums of a cohort's vectors need. */
  public Modulus modulus(int cohort) {
    return Modulus.forSums(cohort, largest);
  }

  /** Integers from −largest to largest. */
  public int[] quantise(float[] values, Rounding rounding, NoiseSource bits) {
    int[] integers = new int[values.length];
    double scale = largest / (double) clip;
    for (int i = 0; i < values.length; i++) {
      double scaled = Float.isNaN(values[i]) ? 0 : Math.clamp(values[i], -clip, clip) * scale;
      integers[i] =
          switch (rounding) {
            case NEAREST -> (int) Math.rint(scaled);
            case STOCHASTIC -> (int) Math.floor(scaled + fraction(bits));
          };
      integers[i] = Math.clamp(integers[i], -largest, largest);
    }
    return integers;
  }

  /** Uniform in [0, 1). */
  private static double fraction(NoiseSource bits) {
    return (bits.nextLong() >>> 11) * 0x1p-53;
  }

  /** The sum of the floats that a sum of integers stands for. */
  public double[] dequantise(int[] signedSum) {
    double[] values = new double[signedSum.length];
    double step = clip / (double) largest;
    for (int i = 0; i < values.length; i++) {
      values[i] = signedSum[i] * step;
    }
    return values;
  }
}
