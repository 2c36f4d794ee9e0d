package dev.kula.privacy.noise;

/**
 * The discrete Gaussian distribution on the integers, P(x) ∝ exp(−x²/(2σ²)), drawn exactly. Added
 * to each coordinate of an integer vector that one record moves by at most Δ in the L2 norm it is
 * Δ²/(2σ²)-zCDP, as its continuous namesake, and its variance is at most σ². Canonne, Kamath and
 * Steinke 2020, Theorem 4, Corollary 9 and Algorithm 3 with a Laplace scale of σ.
 *
 * @param sigma σ in steps of the grid, from 1 to 2²⁰
 */
public record DiscreteGaussian(long sigma) {
  /** The largest σ, at which every product in a draw still is a long. */
  public static final long LARGEST_SIGMA = 1L << 20;

  public DiscreteGaussian {
    if (sigma < 1 || sigma > LARGEST_SIGMA) {
      throw new IllegalArgumentException("sigma is " + sigma + ", must be from 1 to 2^20");
    }
  }

  /** A draw. */
  public long sample(NoiseSource bits) {
    DiscreteLaplace proposal = new DiscreteLaplace(sigma);
    long denominator = 2 * sigma * sigma;
    while (true) {
      long drawn = proposal.sample(bits);
      long away = Math.abs(drawn) - sigma;
      // exp(−x²/2σ²) over exp(−|x|/σ) is exp(−(|x| − σ)²/2σ²) but for a constant.
      if (ExactBernoulli.exponential(Math.multiplyExact(away, away), denominator, bits)) {
        return drawn;
      }
    }
  }
}
