package dev.kula.audit;

import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * μ-Gaussian differential privacy: neighbours are as hard to tell apart as N(0, 1) and N(μ, 1)
 * (Dong, Roth and Su 2022, Definition 4 and Corollary 1).
 *
 * @param mu μ, 0 or more
 */
record GaussianTradeoff(double mu) {
  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);
  private static final double LARGEST_EPSILON = 1e4;

  /** The least μ that allows a test with these rates of error or less; 0 if all do. */
  static GaussianTradeoff of(double falsePositive, double falseNegative) {
    if (falsePositive + falseNegative >= 1) {
      return new GaussianTradeoff(0);
    }
    return new GaussianTradeoff(
        NORMAL.inverseSurvivalProbability(falsePositive)
            - NORMAL.inverseCumulativeProbability(falseNegative));
  }

  /** Φ(−ε/μ + μ/2) − e^ε Φ(−ε/μ − μ/2). */
  double delta(double epsilon) {
    if (mu == 0) {
      return 0;
    }
    double far = NORMAL.cumulativeProbability(-epsilon / mu - mu / 2);
    return NORMAL.cumulativeProbability(-epsilon / mu + mu / 2)
        - (far == 0 ? 0 : Math.exp(epsilon + Math.log(far)));
  }

  /** The ε of it at {@code delta}, in (0, 1). */
  double epsilon(double delta) {
    double low = 0;
    double high = LARGEST_EPSILON;
    if (delta(0) <= delta) {
      return 0;
    }
    while (high - low > 1e-9 * high) {
      double middle = (low + high) / 2;
      if (delta(middle) > delta) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
