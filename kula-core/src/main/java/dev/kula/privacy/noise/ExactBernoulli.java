package dev.kula.privacy.noise;

/**
 * Coins whose chances are exact: rational numbers, and exponentials of rational numbers, by integer
 * arithmetic alone. Canonne, Kamath and Steinke 2020, <i>The Discrete Gaussian for Differential
 * Privacy</i>, Algorithm 1.
 *
 * <p><b>Not protected:</b> the time that a draw takes depends on what is drawn.
 */
final class ExactBernoulli {
  private ExactBernoulli() {}

  /** Uniform in [0, {@code bound}), bound at least 1. */
  static long below(long bound, NoiseSource bits) {
    long mask = bound == 1 ? 0 : -1L >>> Long.numberOfLeadingZeros(bound - 1);
    long drawn = bits.nextLong() & mask;
    while (drawn >= bound) {
      drawn = bits.nextLong() & mask;
    }
    return drawn;
  }

  /** True with probability exp(−{@code numerator}/{@code denominator}); numerator at least 0. */
  static boolean exponential(long numerator, long denominator, NoiseSource bits) {
    long left = numerator;
    while (left > denominator) {
      if (!upToOne(1, 1, bits)) {
        return false;
      }
      left -= denominator;
    }
    return upToOne(left, denominator, bits);
  }

  /**
   * True with probability exp(−γ), γ = numerator/denominator in [0, 1]: the first k at which a coin
   * of chance γ/k falls short is odd with just that probability.
   */
  private static boolean upToOne(long numerator, long denominator, NoiseSource bits) {
    long k = 1;
    while (below(Math.multiplyExact(denominator, k), bits) < numerator) {
      k++;
    }
    return (k & 1) == 1;
  }
}
