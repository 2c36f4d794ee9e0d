package dev.kula.privacy.noise;

/**
 * The discrete Laplace distribution on the integers, P(x) ∝ exp(−|x|/{@code scale}), drawn exactly.
 * Added to an integer that one record moves by at most Δ it is Δ/{@code scale}-differentially
 * private. Canonne, Kamath and Steinke 2020, Algorithm 2; Ghosh, Roughgarden and Sundararajan 2012.
 *
 * @param scale in steps of the grid, from 1 to 2⁴⁰
 */
public record DiscreteLaplace(long scale) {
  private static final long LARGEST_SCALE = 1L << 40;

  public DiscreteLaplace {
    if (scale < 1 || scale > LARGEST_SCALE) {
      throw new IllegalArgumentException("scale is " + scale + ", must be from 1 to 2^40");
    }
  }

  /** A draw. */
  public long sample(NoiseSource bits) {
    while (true) {
      long remainder = ExactBernoulli.below(scale, bits);
      if (!ExactBernoulli.exponential(remainder, scale, bits)) {
        continue;
      }
      long quotient = 0;
      while (ExactBernoulli.exponential(1, 1, bits)) {
        quotient++;
      }
      long magnitude = remainder + scale * quotient;
      boolean negative = bits.nextLong() < 0;
      if (!negative) {
        return magnitude;
      }
      if (magnitude != 0) { // else 0 would have both signs, and twice its chance
        return -magnitude;
      }
    }
  }
}
