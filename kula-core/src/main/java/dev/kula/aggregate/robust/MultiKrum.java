package dev.kula.aggregate.robust;

import dev.kula.KulaException;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/**
 * The plain mean of the m updates with the best scores of {@link Krum} (Blanchard et al. 2017).
 * Stands f with n ≥ 2f + 3 and m ≤ n − f − 2 (Damaskinos et al. 2019). Weights do not count. Ties
 * go to the update that is smaller by content.
 *
 * @param attackers f, 0 or more
 * @param keep m, 1 or more; empty for n − f − 2
 */
public record MultiKrum(int attackers, OptionalInt keep) implements RobustRule {
  static final String NAME = "multi-krum";

  public MultiKrum {
    Requirement.attackers(attackers);
    if (keep.isPresent() && (keep.getAsInt() < 1 || keep.getAsInt() > Requirement.MOST)) {
      throw new IllegalArgumentException(
          "keep is %d, must be from 1 to %d".formatted(keep.getAsInt(), Requirement.MOST));
    }
  }

  @Override
  public String name() {
    String name = NAME + ":" + attackers;
    return keep.isPresent() ? name + ":" + keep.getAsInt() : name;
  }

  @Override
  public boolean weighs() {
    return false;
  }

  @Override
  public boolean needsRoot() {
    return false;
  }

  /** The larger of 2f + 3 and m + f + 2, with the f that the rule is made for. */
  @Override
  public int needed(int attackers) {
    Requirement.attackers(attackers);
    Requirement.within(name(), this.attackers, attackers);
    return Math.max(2 * this.attackers + 3, keep.orElse(1) + this.attackers + 2);
  }

  @Override
  public void check(int cohort, int attackers) {
    Requirement.counts(cohort, attackers);
    int needed = needed(attackers);
    Requirement.atLeast(name(), "2f + 3", 2 * this.attackers + 3, cohort);
    if (cohort < needed) {
      throw KulaException.user(
          "rule '%s' keeps %d of %d updates, must be at most n - f - 2 = %d; keep fewer, or take more devices a round"
              .formatted(name(), keep.orElseThrow(), cohort, cohort - this.attackers - 2));
    }
  }

  @Override
  public float[] combine(Cohort cohort, RandomGenerator random) {
    check(cohort.size(), 0);
    int kept = keep.orElse(cohort.size() - attackers - 2);
    int[] closest = Neighbours.of(cohort.deltas()).closest(attackers, kept);
    double[] coefficients = new double[cohort.size()];
    for (int index : closest) {
      coefficients[index] = 1.0 / kept;
    }
    return Combination.of(cohort.deltas(), coefficients);
  }
}
