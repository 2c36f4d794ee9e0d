package dev.kula.aggregate.robust;

import java.util.random.RandomGenerator;

/**
 * Krum chooses θ = n − 2f updates, one at a time from those that are left; of every parameter the β
 * = θ − 2f values that are closest to the median of the chosen are averaged (El Mhamdi, Guerraoui
 * and Rouault 2018). Stands f with n ≥ 4f + 3. Weights do not count.
 *
 * <p>Of r updates that are left, Krum's score counts the r − f − 2 nearest neighbours, and at least
 * one while there is one: the paper's last choices, with fewer than f + 3 left, would have none and
 * choose by nothing. Ties go to the update that is smaller by content, and among values that are as
 * far from the median to the smaller.
 *
 * @param attackers f, 0 or more
 */
public record Bulyan(int attackers) implements RobustRule {
  static final String NAME = "bulyan";

  public Bulyan {
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

  /** 4f + 3 with the f that the rule is made for. */
  @Override
  public int needed(int attackers) {
    Requirement.attackers(attackers);
    Requirement.within(name(), this.attackers, attackers);
    return 4 * this.attackers + 3;
  }

  @Override
  public void check(int cohort, int attackers) {
    Requirement.counts(cohort, attackers);
    Requirement.atLeast(name(), "4f + 3", needed(attackers), cohort);
  }

  @Override
  public float[] combine(Cohort cohort, RandomGenerator random) {
    check(cohort.size(), 0);
    int chosen = cohort.size() - 2 * attackers;
    int[] indices = Neighbours.of(cohort.deltas()).chooseInTurn(attackers, chosen);
    float[][] rows = new float[chosen][];
    for (int i = 0; i < chosen; i++) {
      rows[i] = cohort.deltas()[indices[i]];
    }
    return SortedColumns.meanAroundMedian(rows, chosen - 2 * attackers);
  }
}
