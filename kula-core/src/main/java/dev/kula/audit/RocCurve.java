package dev.kula.audit;

import java.util.Arrays;

/**
 * The receiver operating characteristic of scores: for every threshold, the share of members at or
 * above it (true positives) and of others (false positives). An attack that is right about few
 * records and sure of them shows at small false-positive rates, not in the area (Carlini et al.
 * 2022, <i>Membership Inference Attacks From First Principles</i>, section III).
 *
 * <p>Immutable, thread safe.
 */
public final class RocCurve {
  private final double[] falsePositive;
  private final double[] truePositive;

  private RocCurve(double[] falsePositive, double[] truePositive) {
    this.falsePositive = falsePositive;
    this.truePositive = truePositive;
  }

  static RocCurve of(MembershipScores scores) {
    double[] members = scores.members();
    double[] others = scores.others();
    Arrays.sort(members);
    Arrays.sort(others);
    double[] falsePositive = new double[members.length + others.length + 1];
    double[] truePositive = new double[falsePositive.length];
    int points = 1; // the first is (0, 0)
    int m = members.length;
    int o = others.length;
    while (m > 0 || o > 0) {
      double threshold =
          Math.max(
              m > 0 ? members[m - 1] : Double.NEGATIVE_INFINITY,
              o > 0 ? others[o - 1] : Double.NEGATIVE_INFINITY);
      while (m > 0 && members[m - 1] >= threshold) {
        m--;
      }
      while (o > 0 && others[o - 1] >= threshold) {
        o--;
      }
      falsePositive[points] = (double) (others.length - o) / others.length;
      truePositive[points] = (double) (members.length - m) / members.length;
      points++;
    }
    return new RocCurve(Arrays.copyOf(falsePositive, points), Arrays.copyOf(truePositive, points));
  }

  /** Chance that a member scores above another record, ties counted half; 0.5 for guessing. */
  public double area() {
    double area = 0;
    for (int i = 1; i < falsePositive.length; i++) {
      double width = falsePositive[i] - falsePositive[i - 1];
      area += width * (truePositive[i] + truePositive[i - 1]) / 2;
    }
    return area;
  }

  /**
   * The largest true-positive rate of a threshold whose false-positive rate is at most {@code
   * rate}. With fewer than 1/rate other records that is the rate without any false positive.
   */
  public double truePositiveRate(double rate) {
    double best = 0;
    for (int i = 0; i < falsePositive.length && falsePositive[i] <= rate; i++) {
      best = truePositive[i];
    }
    return best;
  }

  /**
   * The largest difference of true and false-positive rate (Yeom et al. 2018, Definition 4), in [0,
   * 1].
   */
  public double advantage() {
    double best = 0;
    for (int i = 0; i < falsePositive.length; i++) {
      best = Math.max(best, truePositive[i] - falsePositive[i]);
    }
    return best;
  }
}
