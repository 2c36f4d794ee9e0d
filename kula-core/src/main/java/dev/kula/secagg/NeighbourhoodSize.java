package dev.kula.secagg;

import dev.kula.KulaException;
import org.apache.commons.statistics.distribution.HypergeometricDistribution;

/**
 * How many neighbours a device needs on a sparse graph, and how many shares. The smallest degree k
 * and for it the smallest threshold t for which, with the union bound over the cohort of n,
 *
 * <ol>
 *   <li>nobody has more corrupt neighbours than 2t − k − 1, but with probability 2<sup>−σ−1</sup>:
 *       n · P[Hyp(n − 1, γn, k) ≥ 2t − k], the condition of {@link Neighbourhoods};
 *   <li>the honest survivors are connected, but with probability 2<sup>−σ−1</sup>: n · (γ +
 *       δ)<sup>k/2</sup>, as only k/2 next to each other on the ring part it;
 *   <li>everybody has t surviving neighbours, but with probability 2<sup>−η</sup>: n · P[Hyp(n − 1,
 *       (1 − δ)n − 1, k) &lt; t].
 * </ol>
 *
 * <p>After Bell et al. 2020, where the first condition is the weaker one of a server that does not
 * lie, fewer than t. <b>Assumes</b> that whoever is corrupt, and whoever drops out, is so
 * independently of the graph.
 *
 * @param cohort n, at least 3
 * @param corruptFraction γ, in [0, 1)
 * @param dropoutFraction δ, in [0, 1), together with γ below 1
 * @param securityBits σ, at least 1; 40 is usual
 * @param correctnessBits η, at least 1; 20 is a failed aggregation in a million
 */
public record NeighbourhoodSize(
    int cohort,
    double corruptFraction,
    double dropoutFraction,
    int securityBits,
    int correctnessBits) {
  public NeighbourhoodSize {
    if (cohort < 3 || cohort > Session.LARGEST_COHORT) {
      throw new IllegalArgumentException(
          "cohort is %d, must be from 3 to %d".formatted(cohort, Session.LARGEST_COHORT));
    }
    if (!(corruptFraction >= 0 && dropoutFraction >= 0 && corruptFraction + dropoutFraction < 1)) {
      throw new IllegalArgumentException(
          "corruptFraction is %s and dropoutFraction %s, must be 0 or more, together below 1"
              .formatted(corruptFraction, dropoutFraction));
    }
    if (securityBits < 1 || correctnessBits < 1) {
      throw new IllegalArgumentException(
          "securityBits are %d and correctnessBits %d, must be at least 1"
              .formatted(securityBits, correctnessBits));
    }
  }

  /**
   * The smallest graph that will do.
   *
   * @throws KulaException blaming the user if none of fewer neighbours than everybody will
   */
  public Neighbourhoods.Sparse smallest() {
    for (int degree = 2; degree < cohort; degree += 2) {
      if (parting(degree) > securityShare()) {
        continue;
      }
      int threshold = smallestThreshold(degree);
      if (threshold <= degree && tooFewSurvivors(degree, threshold) <= power(correctnessBits)) {
        return new Neighbourhoods.Sparse(degree, threshold);
      }
    }
    throw KulaException.user(
        "cohort of %d with %s corrupt and %s dropping out has no sparse graph that fails less often"
                .formatted(cohort, corruptFraction, dropoutFraction)
            + " than asked for; expect fewer of them, or use a complete graph");
  }

  private int smallestThreshold(int degree) {
    int low = degree / 2 + 1;
    int high = degree + 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (tooManyCorrupt(degree, middle) <= securityShare()) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  private double securityShare() {
    return power(securityBits + 1);
  }

  private static double power(int bits) {
    return Math.scalb(1.0, -bits);
  }

  /** Condition 1: a bound on the probability that somebody's secrets are not safe. */
  double tooManyCorrupt(int degree, int threshold) {
    int corrupt = Math.min(cohort - 1, (int) Math.ceil(corruptFraction * cohort));
    return cohort
        * HypergeometricDistribution.of(cohort - 1, corrupt, degree)
            .survivalProbability(2 * threshold - degree - 1);
  }

  /** Condition 2: a bound on the probability that the graph falls apart. */
  double parting(int degree) {
    return cohort * Math.pow(corruptFraction + dropoutFraction, degree / 2.0);
  }

  /** Condition 3: a bound on the probability that somebody's secrets cannot be had back. */
  double tooFewSurvivors(int degree, int threshold) {
    int survivors = Math.max(0, (int) Math.floor((1 - dropoutFraction) * cohort) - 1);
    return cohort
        * HypergeometricDistribution.of(cohort - 1, survivors, degree)
            .cumulativeProbability(threshold - 1);
  }
}
