package dev.kula.monitor;

/**
 * Standard deviations of the Gaussian noise in a profile, per number; known to everybody. 0 means
 * that there is none.
 *
 * @param labelStddev in each label count
 * @param sketchStddev in each number of the class sums
 * @param metricStddev in the sums of right answers and of losses
 */
public record Noise(double labelStddev, double sketchStddev, double metricStddev) {
  /** No noise at all. */
  public static final Noise NONE = new Noise(0, 0, 0);

  public Noise {
    requireStddev("labelStddev", labelStddev);
    requireStddev("sketchStddev", sketchStddev);
    requireStddev("metricStddev", metricStddev);
  }

  private static void requireStddev(String name, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          "%s is %s, must be 0 or more and finite".formatted(name, value));
    }
  }
}
