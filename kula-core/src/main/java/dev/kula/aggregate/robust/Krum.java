package dev.kula.aggregate.robust;

import java.util.random.RandomGenerator;

/**
 * The one update that is closest to its n − f − 2 nearest neighbours, by the sum of squared
 * Euclidean distances (Blanchard et al. 2017). Stands f with n ≥ 2f + 3. Weights do not count. Ties
 * go to the update that is smaller by content.
 *
 * @param attackers f, 0 or more
 */
public record Krum(int attackers) implements RobustRule {
  static final String NAME = "krum";

  public Krum {
    Requirement.attackers(attackers);
  }

  @Override
  public String name() {
    return NAME + ":" + attackers;
  }

  @Override
  public boolean weighs() {
    return false;
  }

  @Override
  public boolean needsRoot() {
    return false;
  }

  /** 2f + 3 with the f that the rule is made for. */
  @Override
  public int needed(int attackers) {
    Requirement.attackers(attackers);
    Requirement.within(name(), this.attackers, attackers);
    return 2 * this.attackers + 3;
  }

  @Override
  public void check(int cohort, int attackers) {
    Requirement.counts(cohort, attackers);
    Requirement.atLeast(name(), "2f + 3", needed(attackers), cohort);
  }

  @Override
  public float[] combine(Cohort cohort, RandomGenerator random) {
    check(cohort.size(), 0);
    Neighbours neighbours = Neighbours.of(cohort.deltas());
    return cohort.deltas()[neighbours.closest(attackers, 1)[0]].clone();
  }
}
