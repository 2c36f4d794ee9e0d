package dev.kula.privacy.accounting;

import org.apache.commons.math3.analysis.solvers.AllowedSolution;
import org.apache.commons.math3.analysis.solvers.BracketingNthOrderBrentSolver;

/**
 * A limit on what may be released in sequence, kept at one Rényi order that is fixed before the
 * first release: as long as the sum of the releases' Rényi divergences of order α stays within what
 * ε and δ allow, all of them together are (ε, δ)-differentially private, also when each is chosen
 * in the light of those before it (Feldman and Zrnic 2021, <i>Individual Privacy Accounting via a
 * Rényi Filter</i>, Theorem 4.3). An account at many orders of which the best is picked afterwards
 * has no such theorem.
 *
 * <p>Prices are divergences divided by α: a release of ρ-zCDP, whose divergence is at most αρ,
 * costs ρ. Whole orders only, because at these the divergence of a subsampled <em>discrete</em>
 * Gaussian is that of its continuous namesake: the moments in Mironov, Talwar and Zhang 2019,
 * section 3.3, shift by whole steps of the grid.
 *
 * <p>Immutable, thread safe.
 *
 * @param epsilon ε, positive; infinite allows everything
 * @param delta δ, in (0, 1)
 * @param order α, from 2
 */
public record RenyiFilter(double epsilon, double delta, int order) {
  private static final int MOST_EVALUATIONS = 500;
  private static final double MOST_NOISE = 1e6;

  public RenyiFilter {
    if (!(epsilon > 0)) {
      throw new IllegalArgumentException(
          "epsilon is " + epsilon + ", must be positive or infinite");
    }
    ZeroConcentrated.requireProbability(delta);
    if (order < 2) {
      throw new IllegalArgumentException("order is " + order + ", must be at least 2");
    }
  }

  /** The filter that lets most of zCDP through. */
  public static RenyiFilter of(double epsilon, double delta) {
    if (Double.isInfinite(epsilon)) {
      return new RenyiFilter(epsilon, delta, 2);
    }
    // The optimum of αρ + ln(1/δ)/(α − 1); the better conversion moves it down.
    double rho = ZeroConcentrated.rho(epsilon, delta);
    double near = 1 + Math.sqrt(-Math.log(delta) / rho);
    RenyiFilter best = new RenyiFilter(epsilon, delta, 2);
    int to = (int) Math.min(1 << 20, 2 * near + 2);
    for (int order = 3; order <= to; order++) {
      RenyiFilter filter = new RenyiFilter(epsilon, delta, order);
      best = filter.limit() > best.limit() ? filter : best;
    }
    return best;
  }

  /** The largest sum of prices; negative if this order allows nothing, infinite if ε is. */
  public double limit() {
    return (epsilon - conversion()) / order;
  }

  /** ε of releases whose prices sum to {@code spent}; 0 for none. */
  public double epsilonOf(double spent) {
    ZeroConcentrated.requireNotNegative("spent", spent);
    return spent == 0 ? 0 : Math.max(0, order * spent + conversion());
  }

  /** ln(1 − 1/α) − ln(δα)/(α − 1): Canonne, Kamath and Steinke 2020, Proposition 12. */
  private double conversion() {
    return Math.log1p(-1.0 / order) - (Math.log(delta) + Math.log(order)) / (order - 1);
  }

  /**
   * What Gaussian releases on Poisson samples cost together.
   *
   * @param samplingRate q, in [0, 1]
   * @param noiseMultiplier σ, the noise's standard deviation over the sensitivity
   * @param steps how many
   */
  public double price(double samplingRate, double noiseMultiplier, int steps) {
    return steps * RenyiAccountant.divergence(samplingRate, noiseMultiplier, order) / order;
  }

  /**
   * The least noise multiplier with which {@code steps} Gaussian releases on Poisson samples cost
   * no more than {@code price}; 0 if the price is infinite.
   *
   * @throws IllegalArgumentException if a million would not do
   */
  public double noiseMultiplier(double samplingRate, int steps, double price) {
    if (Double.isInfinite(price)) {
      return 0;
    }
    if (!(price > 0) || price(samplingRate, MOST_NOISE, steps) > price) {
      throw new IllegalArgumentException(
          "a price of %s for %d steps is too small for any noise".formatted(price, steps));
    }
    // In logarithms, for σ and the price both range over many powers of ten.
    double least = Math.log(Math.sqrt(samplingRate * samplingRate / (2 * MOST_NOISE)));
    return Math.exp(
        new BracketingNthOrderBrentSolver(1e-12, 5)
            .solve(
                MOST_EVALUATIONS,
                log -> Math.log(price(samplingRate, Math.exp(log), steps) / price),
                Math.max(least, Math.log(1e-3)),
                Math.log(MOST_NOISE),
                AllowedSolution.BELOW_SIDE));
  }
}
