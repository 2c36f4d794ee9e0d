package dev.kula.aggregate.robust;

import java.util.random.RandomGenerator;

/**
 * The median of every parameter by itself (Yin et al. 2018, definition 1 and algorithm 1, option
 * I); of an even number the mean of the two in the middle. Stands f &lt; n/2. Weights do not count.
 */
public record CoordinateMedian() implements RobustRule {
  static final String NAME = "median";

  @Override
  public String name() {
    return NAME;
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
    return 2 * attackers + 1;
  }

  @Override
  public void check(int cohort, int attackers) {
    Requirement.counts(cohort, attackers);
    Requirement.atLeast(name(), "2f + 1", needed(attackers), cohort);
  }

  @Override
  public float[] combine(Cohort cohort, RandomGenerator random) {
    check(cohort.size(), 0);
    return of(cohort.deltas());
  }

  static float[] of(float[][] deltas) {
    int low = (deltas.length - 1) / 2;
    return SortedColumns.mean(deltas, low, deltas.length / 2 + 1);
  }
}
