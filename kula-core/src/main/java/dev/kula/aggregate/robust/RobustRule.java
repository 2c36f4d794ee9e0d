package dev.kula.aggregate.robust;

import dev.kula.KulaException;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * How the updates of a cohort become one, when some of them may have been made up: a pure function
 * of the updates, their weights and, for {@link TrustedRoot}, a root update.
 *
 * <p>Every rule is symmetric: the order in which updates are listed changes no bit of the result.
 * {@link Cohort} puts them in an order of their own, that of their contents, and every sum, tie and
 * draw goes by it. A rule that ties therefore takes the update that is smaller by content. Rules
 * work on the calling thread, so that no number of threads changes the result either.
 *
 * <p>Rules are immutable and thread safe. All need every update at once: they are no folds, and
 * they do not work on sums that secure aggregation hands out.
 *
 * <p>n is the number of updates in a cohort, f the number of attackers: updates that may have any
 * value and know all others.
 */
public sealed interface RobustRule
    permits NormBound,
        CoordinateMedian,
        TrimmedMean,
        Krum,
        MultiKrum,
        Bulyan,
        GeometricMedian,
        TrustedRoot,
        Bucketing {
  /** As {@link #parse} reads it. */
  String name();

  /**
   * Whether weights count. A weight is what a device says of itself, so only rules whose sources
   * have weights use them; pass equal ones where devices may lie about their samples.
   */
  boolean weighs();

  /** Whether {@link #combine} asks for {@link Cohort#root}. */
  boolean needsRoot();

  /**
   * The smallest cohort that stands {@code attackers}.
   *
   * @param attackers f, 0 or more
   * @throws KulaException blaming the user if no cohort does
   */
  int needed(int attackers);

  /**
   * Accepts cohorts of n updates of which up to f are attackers.
   *
   * @param cohort n, 1 or more
   * @param attackers f, from 0 to n
   * @throws KulaException blaming the user if the rule does not stand them
   */
  void check(int cohort, int attackers);

  /** Whether a cohort of that size, none of them an attacker, is one to work with. */
  default boolean accepts(int cohort) {
    if (cohort < 1) {
      return false;
    }
    try {
      check(cohort, 0);
      return true;
    } catch (KulaException tooSmall) {
      return false;
    }
  }

  /**
   * The combined update.
   *
   * @param random draws what the rule leaves to chance; only {@link Bucketing} draws. Where
   *     attackers must not foresee the draw, it comes from a secure source
   * @return a new array
   * @throws KulaException blaming the user if the cohort is smaller than the rule can work with, or
   *     lacks a root that it needs
   */
  float[] combine(Cohort cohort, RandomGenerator random);

  /**
   * The combined update of a cohort without a root.
   *
   * @param deltas updates of the same size, all numbers finite; kept only while this runs
   * @param weights one for each, positive
   * @throws KulaException as {@link #combine(Cohort, RandomGenerator)}, and for numbers that are
   *     not finite
   */
  default float[] combine(List<float[]> deltas, double[] weights, RandomGenerator random) {
    return combine(Cohort.of(deltas, weights), random);
  }

  /**
   * Reads {@code norm-bound[:BOUND]}, {@code median}, {@code trimmed-mean:SHARE}, {@code krum:F},
   * {@code multi-krum:F[:KEEP]}, {@code bulyan:F}, {@code geometric-median[:ITERATIONS[:NU]]},
   * {@code trusted-root}, or {@code bucketing:S:RULE} with one of those as RULE.
   *
   * @throws KulaException blaming the user for anything else
   */
  static RobustRule parse(String text) {
    return RuleText.parse(text);
  }
}
