package dev.kula.monitor;

/**
 * The part of a device's target that its training data do not cover, by label. Labels that the
 * ledger has more of than the target are no deficit.
 */
public final class Deficit {
  /** Differences below this count as 0: they are within what sampling does. */
  public static final double THRESHOLD = 0.05;

  private Deficit() {}

  /**
   * max(0, target − ledger) in each bin, 0 where below {@link #THRESHOLD}.
   *
   * @param target shares that the device's model must serve
   * @param ledger shares of what it trains on, of the same length
   */
  public static double[] of(double[] target, double[] ledger) {
    return of(target, ledger, THRESHOLD);
  }

  /** As {@link #of(double[], double[])}, with differences below {@code threshold} counted as 0. */
  public static double[] of(double[] target, double[] ledger, double threshold) {
    if (target.length != ledger.length) {
      throw new IllegalArgumentException(
          "target has %d label bins, ledger %d".formatted(target.length, ledger.length));
    }
    double[] deficit = new double[target.length];
    for (int bin = 0; bin < deficit.length; bin++) {
      double lack = target[bin] - ledger[bin];
      deficit[bin] = lack < threshold ? 0 : lack;
    }
    return deficit;
  }

  /** All of it, in [0, 1]. */
  public static double sum(double[] deficit) {
    double sum = 0;
    for (double lack : deficit) {
      sum += lack;
    }
    return sum;
  }
}
