package dev.kula.aggregate.robust;

import dev.kula.KulaException;
import java.util.random.RandomGenerator;

/**
 * The mean of every parameter by itself, without the ⌊βn⌋ largest and as many smallest values (Yin
 * et al. 2018, definition 2 and algorithm 1, option II). Stands f &lt; βn. Weights do not count.
 *
 * @param share β, what is left out at either end; from 0 to below 0.5
 */
public record TrimmedMean(double share) implements RobustRule {
  static final String NAME = "trimmed-mean";

  public TrimmedMean {
    if (!(share >= 0) || share >= 0.5) {
      throw new IllegalArgumentException("share is " + share + ", must be from 0 to below 0.5");
    }
  }

  @Override
  public String name() {
    return NAME + ":" + share;
  }

  @Override
  public boolean weighs() {
    return false;
  }

  @Override
  public boolean needsRoot() {
    return false;
  }

  @Override
  public int needed(int attackers) {
    Requirement.attackers(attackers);
    if (attackers == 0) {
      return 1;
    }
    int cohort = (int) Math.min(attackers / share, Integer.MAX_VALUE - 1.0);
    while (!stands(cohort, attackers)) {
      if (cohort == Integer.MAX_VALUE) {
        throw KulaException.user(
            "rule '%s' has %d attackers, no cohort stands them; raise the share"
                .formatted(name(), attackers));
      }
      cohort++;
    }
    return cohort;
  }

  @Override
  public void check(int cohort, int attackers) {
    Requirement.counts(cohort, attackers);
    if (!stands(cohort, attackers)) {
      throw KulaException.user(
          "rule '%s' has share %s, must be above the attackers' %d/%d and below 0.5; raise the share, or take more devices a round"
              .formatted(name(), share, attackers, cohort));
    }
  }

  private boolean stands(int cohort, int attackers) {
    return attackers == 0 || share > attackers / (double) cohort;
  }

  @Override
  public float[] combine(Cohort cohort, RandomGenerator random) {
    check(cohort.size(), 0);
    int trimmed = (int) (share * cohort.size());
    return SortedColumns.mean(cohort.deltas(), trimmed, cohort.size() - trimmed);
  }
}
