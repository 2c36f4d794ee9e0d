package dev.kula.data.identity;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * How much of a difference between devices is left when what chance alone gives is taken off.
 *
 * @param observed the difference as it is, from 0 to 1
 * @param byChance mean of it where rows are dealt by chance
 * @param spread standard deviation of it there
 * @param pValue share of the deals by chance, the real one counted among them, whose difference is
 *     at least as large: a permutation test, exact whatever the distribution (Phipson and Smyth
 *     2010)
 */
public record Excess(double observed, double byChance, double spread, double pValue) {
  static Excess of(double observed, double[] byChance) {
    double mean = Arrays.stream(byChance).average().orElseThrow();
    double squares = Arrays.stream(byChance).map(x -> (x - mean) * (x - mean)).sum();
    // Sums of the same numbers in another order differ in their last bits.
    long asLarge = Arrays.stream(byChance).filter(x -> x >= observed - 1e-12).count();
    return new Excess(
        observed,
        mean,
        Math.sqrt(squares / Math.max(1, byChance.length - 1)),
        (1.0 + asLarge) / (1.0 + byChance.length));
  }

  /** What is left; below 0 if chance would have given more. */
  public double effect() {
    return observed - byChance;
  }

  /**
   * Half the width of an interval around {@link #effect()}. It is that of a fleet without a
   * difference, so it tells a small one from none; a large one is known less exactly.
   *
   * @param confidence of the interval, in (0, 1)
   */
  public double halfWidth(double confidence) {
    return NormalDistribution.of(0, 1).inverseCumulativeProbability(0.5 + confidence / 2) * spread;
  }
}
