package dev.kula.monitor;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What comparing the devices of a fleet needs of their profiles, worked out once, in columns, one
 * device after another: a plan compares each with many. Says nothing that the profiles do not.
 * Devices are numbered as the profiles are. Immutable by contract: what the accessors give must not
 * be written to. Thread safe.
 */
public final class Portraits {
  private final int bins;
  private final double[] shares;
  private final double[] metrics;
  private final FeatureDistance features;

  private Portraits(List<Profile> profiles, FleetStatistics fleet) {
    this.bins = fleet.classMeans().length / FeatureSketch.DIMENSIONS;
    int devices = profiles.size();
    this.shares = new double[devices * bins];
    this.metrics = new double[devices * FleetStatistics.METRICS];
    IntStream.range(0, devices)
        .parallel()
        .forEach(
            i -> {
              copy(profiles.get(i).labelDistribution(), shares, i);
              copy(fleet.standardised(profiles.get(i)), metrics, i);
            });
    this.features = FeatureDistance.of(profiles, fleet);
  }

  private static void copy(double[] row, double[] rows, int at) {
    System.arraycopy(row, 0, rows, at * row.length, row.length);
  }

  /**
   * The portraits of devices.
   *
   * @param profiles in whatever order they are to lie in memory
   * @param fleet of all devices that are being compared
   * @throws IllegalArgumentException if the fleet counts other labels
   */
  public static Portraits of(List<Profile> profiles, FleetStatistics fleet) {
    int bins = fleet.classMeans().length / FeatureSketch.DIMENSIONS;
    for (Profile profile : profiles) {
      if (profile.bins() != bins) {
        throw new IllegalArgumentException(
            "%s has %d label bins, its fleet %d, must have the same"
                .formatted(profile.device(), profile.bins(), bins));
      }
    }
    return new Portraits(profiles, fleet);
  }

  /** How many devices. */
  public int size() {
    return metrics.length / FleetStatistics.METRICS;
  }

  /** Label bins. */
  public int bins() {
    return bins;
  }

  /** {@link Profile#labelDistribution} of all, row-major {@code [devices, bins]}. */
  public double[] shares() {
    return shares;
  }

  /**
   * Accuracy, loss and inference time of all in standard deviations from the fleet's mean, shrunk
   * by their noise; row-major {@code [devices, 3]}.
   */
  public double[] metrics() {
    return metrics;
  }

  /**
   * How the features of each deviate on the whole from those of the same labels in the fleet,
   * row-major {@code [devices, 8]}; zeros where nothing is known. Devices near in it tend to have a
   * small {@link #featureDistance}.
   */
  public double[] places() {
    return features.deviations().means();
  }

  /**
   * A block of devices with which others are to be compared.
   *
   * @param members their numbers
   */
  public FeatureBlock block(int[] members) {
    return new FeatureBlock(features, bins, members);
  }

  /** D_x alone, as in {@link Similarity}. */
  public double featureDistance(int a, int b) {
    return features.between(a, b);
  }

  /** How alike two devices are; symmetric. */
  public Similarity similarity(int a, int b) {
    return new Similarity(hellinger(a, b), features.between(a, b), metricDistance(a, b));
  }

  private double hellinger(int a, int b) {
    double squares = 0;
    for (int bin = 0; bin < bins; bin++) {
      double difference = Math.sqrt(shares[a * bins + bin]) - Math.sqrt(shares[b * bins + bin]);
      squares += difference * difference;
    }
    return Math.min(1, Math.sqrt(squares / 2));
  }

  private double metricDistance(int a, int b) {
    double squares = 0;
    for (int m = 0; m < FleetStatistics.METRICS; m++) {
      double difference =
          metrics[a * FleetStatistics.METRICS + m] - metrics[b * FleetStatistics.METRICS + m];
      squares += difference * difference;
    }
    return -Math.expm1(-Math.sqrt(squares) / 2);
  }
}
