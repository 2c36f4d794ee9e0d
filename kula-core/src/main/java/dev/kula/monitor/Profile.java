package dev.kula.monitor;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import java.util.Arrays;

/**
 * What a device lets the monitor know: sums over its samples, noised on the device before they left
 * it. Everything below the components is post-processing. Counts may be negative and fractional.
 * Immutable: arrays are copied in, and what the accessors give must not be written to. Thread safe.
 *
 * @param device whose
 * @param round of the release
 * @param labelCounts samples in each label bin
 * @param classSums sum of the samples' {@link FeatureSketch sketches} in each bin, row-major {@code
 *     [bins, 8]}
 * @param correct number of right answers over the same samples; 0 for a regression
 * @param lossFraction sum over the same samples of min(loss, 5)/5
 * @param inferenceSeconds a quantised median on public inputs, not noised; 0 if unknown
 * @param noise what was added to the sums
 */
public record Profile(
    DeviceId device,
    int round,
    double[] labelCounts,
    double[] classSums,
    double correct,
    double lossFraction,
    double inferenceSeconds,
    Noise noise) {
  private static final double LARGEST = 1e12;

  public Profile {
    labelCounts = labelCounts.clone();
    classSums = classSums.clone();
    requireMagnitude(labelCounts);
    requireMagnitude(classSums);
    requireMagnitude(correct, lossFraction, inferenceSeconds);
    if (labelCounts.length == 0
        || classSums.length != labelCounts.length * FeatureSketch.DIMENSIONS) {
      throw new IllegalArgumentException(
          "class sums have %d numbers, must have %d for each of %d label bins"
              .formatted(classSums.length, FeatureSketch.DIMENSIONS, labelCounts.length));
    }
  }

  /** Number of label bins. */
  public int bins() {
    return labelCounts.length;
  }

  /** Estimated number of samples, at least 1: the sum of the counts, whose noise has sd √bins·σ. */
  public double samples() {
    double sum = 0;
    for (double count : labelCounts) {
      sum += count;
    }
    return Math.max(1, sum);
  }

  /** Estimated samples in bin {@code bin}, at least 0. */
  double count(int bin) {
    return Math.max(0, labelCounts[bin]);
  }

  /**
   * Estimated share of each label bin, sums to 1. First the counts are projected onto the
   * non-negative vectors with the same sum, which cuts negative and small counts to 0 and moves the
   * rest the least. Then the result is shrunk towards equal shares as far as noise explains the
   * spread of the counts: with n the samples, B the bins and σ the noise, the spread that is not
   * noise is S = max(0, Σ(c − n/B)² − (B−1)σ²), and the shares move by (B−1)σ² / (S + (B−1)σ²) of
   * the way (positive-part James and Stein 1961). Without noise these are the exact shares.
   */
  public double[] labelDistribution() {
    double total = samples();
    int bins = bins();
    double[] shares = projectOntoSimplex(labelCounts, total);
    double spread = 0;
    for (double count : labelCounts) {
      double deviation = count - total / bins;
      spread += deviation * deviation;
    }
    double noisePart = (bins - 1) * noise.labelStddev() * noise.labelStddev();
    double signal = Math.max(0, spread - noisePart);
    double shrinkage = noisePart == 0 ? 0 : noisePart / (signal + noisePart);
    // Not the total: sums of very large and very small counts lose digits.
    double projectedTotal = Arrays.stream(shares).sum();
    for (int bin = 0; bin < bins; bin++) {
      shares[bin] = (1 - shrinkage) * shares[bin] / projectedTotal + shrinkage / bins;
    }
    return shares;
  }

  /** Estimated mean sketch over all samples, 8 numbers; not shrunk. */
  public double[] meanSketch() {
    double[] mean = new double[FeatureSketch.DIMENSIONS];
    double total = samples();
    for (int i = 0; i < classSums.length; i++) {
      mean[i % FeatureSketch.DIMENSIONS] += classSums[i] / total;
    }
    return mean;
  }

  /** Entropy of {@link #labelDistribution}, in nats. */
  public double entropy() {
    double entropy = 0;
    for (double share : labelDistribution()) {
      if (share > 0) {
        entropy -= share * Math.log(share);
      }
    }
    return entropy;
  }

  /** Estimated share of right answers, in [0, 1]. */
  public double accuracy() {
    return Math.clamp(correct / samples(), 0, 1);
  }

  /** Estimated mean of min(loss, 5), in [0, 5]. */
  public double loss() {
    return ProfileRelease.LOSS_CAP * Math.clamp(lossFraction / samples(), 0, 1);
  }

  /** Profiles come from other parties: what is no number, or absurd, must not spread. */
  private static void requireMagnitude(double... values) {
    for (double value : values) {
      if (!(Math.abs(value) <= LARGEST)) {
        throw KulaException.remote(
            "a profile has the number %s, must be finite and at most %s; ask for it again"
                .formatted(value, LARGEST));
      }
    }
  }

  /** The nearest vector with no negative number and the sum given (Duchi et al. 2008). */
  private static double[] projectOntoSimplex(double[] values, double sum) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double running = 0;
    double threshold = 0;
    for (int i = sorted.length - 1; i >= 0; i--) {
      running += sorted[i];
      double candidate = (running - sum) / (sorted.length - i);
      if (sorted[i] > candidate) {
        threshold = candidate;
      }
    }
    double[] projected = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      projected[i] = Math.max(0, values[i] - threshold);
    }
    return projected;
  }
}
