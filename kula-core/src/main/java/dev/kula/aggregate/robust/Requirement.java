package dev.kula.aggregate.robust;

import dev.kula.KulaException;

/** What rules ask of n and f, and how they say so. */
final class Requirement {
  private Requirement() {}

  /** n and f are what they can be. */
  static void counts(int cohort, int attackers) {
    if (cohort < 1) {
      throw KulaException.user(
          "the cohort is %d, must be 1 or more; take more devices a round".formatted(cohort));
    }
    if (attackers < 0 || attackers > cohort) {
      throw KulaException.user(
          "attackers is %d, must be from 0 to the cohort's %d; count updates that may be made up"
              .formatted(attackers, cohort));
    }
  }

  /**
   * n is at least what the rule asks for.
   *
   * @param formula how {@code needed} follows from f, as in {@code 2f + 3}
   */
  static void atLeast(String rule, String formula, int needed, int cohort) {
    if (cohort < needed) {
      throw KulaException.user(
          "rule '%s' has a cohort of %d, must be at least %s = %d; take more devices a round, or a rule for fewer attackers"
              .formatted(rule, cohort, formula, needed));
    }
  }

  /** A rule made for f attackers meets no more. */
  static void within(String rule, int most, int attackers) {
    if (attackers > most) {
      throw KulaException.user(
          "rule '%s' has %d attackers, must be at most the %d that it is made for; raise its number"
              .formatted(rule, attackers, most));
    }
  }

  /** f of a rule that is made for a number of attackers. */
  static void attackers(int attackers) {
    if (attackers < 0 || attackers > MOST) {
      throw new IllegalArgumentException(
          "attackers is %d, must be from 0 to %d".formatted(attackers, MOST));
    }
  }

  /** Far more than pairwise distances can be worked out for, and no formula overflows. */
  static final int MOST = 1_000_000;
}
