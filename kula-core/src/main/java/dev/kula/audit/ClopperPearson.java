package dev.kula.audit;

import org.apache.commons.statistics.distribution.BetaDistribution;

/**
 * Exact one-sided limits of a probability from counts of independent trials (Clopper and Pearson
 * 1934).
 */
final class ClopperPearson {
  private ClopperPearson() {}

  /** With chance {@code confidence} or more, the probability is at least this. */
  static double lower(int hits, int trials, double confidence) {
    require(hits, trials, confidence);
    return hits == 0
        ? 0
        : BetaDistribution.of(hits, trials - hits + 1.0)
            .inverseCumulativeProbability(1 - confidence);
  }

  /** With chance {@code confidence} or more, the probability is at most this. */
  static double upper(int hits, int trials, double confidence) {
    require(hits, trials, confidence);
    return hits == trials
        ? 1
        : BetaDistribution.of(hits + 1.0, trials - hits).inverseSurvivalProbability(1 - confidence);
  }

  private static void require(int hits, int trials, double confidence) {
    if (trials < 1 || hits < 0 || hits > trials) {
      throw new IllegalArgumentException(
          "%d hits of %d trials, must be from 0 to the trials, of at least 1"
              .formatted(hits, trials));
    }
    if (!(confidence > 0 && confidence < 1)) {
      throw new IllegalArgumentException("confidence is " + confidence + ", must be in (0, 1)");
    }
  }
}
