package dev.kula.monitor;

import java.util.Arrays;
import java.util.List;

/**
 * Sums over the profiles of many devices: counts and sketch sums by label bin, with the variance of
 * their noise. Taking one device out again gives the rest of the fleet.
 */
final class ClassPool {
  /** A mean is known if its count is this many standard deviations of noise. */
  private static final double KNOWN = 3;

  private final double[] counts;
  private final double[] sums;
  private double labelVariance;
  private double sketchVariance;
  private double correct;
  private double lossFraction;
  private double metricVariance;

  private ClassPool(int bins) {
    this.counts = new double[bins];
    this.sums = new double[bins * FeatureSketch.DIMENSIONS];
  }

  /** All of {@code profiles}, at least one. */
  static ClassPool of(List<Profile> profiles) {
    int bins = profiles.getFirst().bins();
    ClassPool pool = new ClassPool(bins);
    for (Profile profile : profiles) {
      pool.add(profile, 1);
    }
    return pool;
  }

  /** A single device. */
  static ClassPool of(Profile profile) {
    return of(List.of(profile));
  }

  /** This without {@code profile}, which is part of it. */
  ClassPool without(Profile profile) {
    ClassPool rest = new ClassPool(counts.length);
    System.arraycopy(counts, 0, rest.counts, 0, counts.length);
    System.arraycopy(sums, 0, rest.sums, 0, sums.length);
    rest.labelVariance = labelVariance;
    rest.sketchVariance = sketchVariance;
    rest.correct = correct;
    rest.lossFraction = lossFraction;
    rest.metricVariance = metricVariance;
    rest.add(profile, -1);
    return rest;
  }

  private void add(Profile profile, int sign) {
    if (profile.bins() != counts.length) {
      throw new IllegalArgumentException(
          "%s has %d label bins, others %d"
              .formatted(profile.device(), profile.bins(), counts.length));
    }
    for (int bin = 0; bin < counts.length; bin++) {
      counts[bin] += sign * profile.labelCounts()[bin];
    }
    for (int i = 0; i < sums.length; i++) {
      sums[i] += sign * profile.classSums()[i];
    }
    Noise noise = profile.noise();
    labelVariance += sign * noise.labelStddev() * noise.labelStddev();
    sketchVariance += sign * noise.sketchStddev() * noise.sketchStddev();
    metricVariance += sign * noise.metricStddev() * noise.metricStddev();
    correct += sign * profile.correct();
    lossFraction += sign * profile.lossFraction();
  }

  int bins() {
    return counts.length;
  }

  /** Noised count of a bin, possibly negative. */
  double count(int bin) {
    return counts[bin];
  }

  /** Number {@code dimension} of the noised sketch sum of a bin. */
  double sum(int bin, int dimension) {
    return sums[bin * FeatureSketch.DIMENSIONS + dimension];
  }

  /** Estimated number of samples, at least 1. */
  double samples() {
    return Math.max(1, Arrays.stream(counts).sum());
  }

  /** Variance of the noise in each count. */
  double labelVariance() {
    return Math.max(0, labelVariance);
  }

  /** Variance of the noise in each number of the sketch sums. */
  double sketchVariance() {
    return Math.max(0, sketchVariance);
  }

  /** Variance of the noise in the sums of right answers and of losses. */
  double metricVariance() {
    return Math.max(0, metricVariance);
  }

  double correct() {
    return correct;
  }

  double lossFraction() {
    return lossFraction;
  }

  /** Estimated share of right answers, in [0, 1]. */
  double accuracy() {
    return Math.clamp(correct / samples(), 0, 1);
  }

  /** Estimated mean of min(loss, 5)/5, in [0, 1]. */
  double lossPart() {
    return Math.clamp(lossFraction / samples(), 0, 1);
  }

  /**
   * Whether the bin has at least {@code samples} by the estimate, and that is at least {@code
   * stddevs} standard deviations of the count's noise.
   */
  boolean has(int bin, double samples, double stddevs) {
    return counts[bin] >= Math.max(samples, stddevs * Math.sqrt(labelVariance()));
  }

  /** Mean sketch of each bin, row-major; NaN where there are not enough samples. */
  double[] means() {
    double[] means = new double[sums.length];
    for (int i = 0; i < sums.length; i++) {
      int bin = i / FeatureSketch.DIMENSIONS;
      means[i] = has(bin, 1, KNOWN) ? sums[i] / counts[bin] : Double.NaN;
    }
    return means;
  }
}
