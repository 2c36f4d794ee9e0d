package dev.kula.audit;

import java.util.Arrays;

/**
 * What an attack makes of records that were there and of records that were not.
 *
 * @param members scores of trials with the record, higher for "it was there"; at least one, none of
 *     them NaN
 * @param others scores of trials without it, likewise
 */
public record MembershipScores(double[] members, double[] others) {
  public MembershipScores {
    members = checked("members", members);
    others = checked("others", others);
  }

  private static double[] checked(String name, double[] scores) {
    if (scores.length == 0 || Arrays.stream(scores).anyMatch(Double::isNaN)) {
      throw new IllegalArgumentException(
          "%d %s with %d that are no number, must be at least one, and numbers"
              .formatted(scores.length, name, Arrays.stream(scores).filter(Double::isNaN).count()));
    }
    return scores.clone();
  }

  /** How well a threshold on these scores tells them apart. */
  public RocCurve roc() {
    return RocCurve.of(this);
  }
}
