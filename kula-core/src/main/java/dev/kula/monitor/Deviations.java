package dev.kula.monitor;

import dev.kula.monitor.FeatureDistance.Estimate;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How far each device is on the whole from the fleet's class means, one device after another: what
 * the second estimate of {@link FeatureDistance} needs. Immutable by contract; thread safe.
 */
final class Deviations {
  private static final int DIMENSIONS = FeatureSketch.DIMENSIONS;
  private static final double LEAST_SAMPLES = 2;

  /** In single precision its square is finite, too. */
  private static final float MOST_VARIANCE = 1e12f;

  /** Row-major {@code [devices, 8]}; zeros where nothing is known. */
  private final double[] means;

  /** Variance by sampling; infinite where nothing is known. */
  private final double[] sampling;

  /** Variance of the noise in each number. */
  private final double[] noise;

  private Deviations(int devices) {
    means = new double[devices * DIMENSIONS];
    sampling = new double[devices];
    noise = new double[devices];
  }

  /**
   * The deviations of devices.
   *
   * @param classMeans as {@link FleetStatistics#classMeans}
   */
  static Deviations of(List<Profile> profiles, double[] classMeans) {
    Deviations deviations = new Deviations(profiles.size());
    IntStream.range(0, profiles.size())
        .parallel()
        .forEach(i -> deviations.read(i, profiles.get(i), classMeans));
    return deviations;
  }

  private void read(int device, Profile profile, double[] classMeans) {
    double samples = 0;
    double withinVariance = 0;
    double countVariance = 0;
    int known = 0;
    double[] sum = new double[DIMENSIONS];
    double labelVariance = profile.noise().labelStddev() * profile.noise().labelStddev();
    for (int bin = 0; bin < profile.bins(); bin++) {
      int row = bin * DIMENSIONS;
      if (Double.isNaN(classMeans[row])) {
        continue;
      }
      known++;
      double squaredMean = 0;
      double count = profile.labelCounts()[bin];
      for (int d = 0; d < DIMENSIONS; d++) {
        double mean = classMeans[row + d];
        sum[d] += profile.classSums()[row + d] - count * mean;
        squaredMean += mean * mean;
      }
      samples += count;
      withinVariance += profile.count(bin) * Math.max(0, 1 - squaredMean);
      countVariance += labelVariance * Math.min(1, squaredMean);
    }
    if (known == 0 || samples < LEAST_SAMPLES) {
      sampling[device] = Double.POSITIVE_INFINITY;
      return;
    }
    for (int d = 0; d < DIMENSIONS; d++) {
      means[device * DIMENSIONS + d] = sum[d] / samples;
    }
    double sketchStddev = profile.noise().sketchStddev();
    sampling[device] = (withinVariance + countVariance) / (samples * samples);
    noise[device] = known * sketchStddev * sketchStddev / (samples * samples);
  }

  /** Of all devices, row-major {@code [devices, 8]}; zeros where nothing is known. */
  double[] means() {
    return means;
  }

  /**
   * Of a block of devices, in single precision.
   *
   * @param means a column a dimension
   * @param variances of the squared distances
   * @param unbiasing what makes squared distances so
   */
  record Columns(float[][] means, Variances variances, float[] unbiasing) {}

  /** The columns of a block of devices. */
  Columns columns(int[] members) {
    int size = members.length;
    Columns columns =
        new Columns(new float[DIMENSIONS][size], new Variances(size), new float[size]);
    for (int at = 0; at < size; at++) {
      int device = members[at];
      for (int d = 0; d < DIMENSIONS; d++) {
        columns.means()[d][at] = mean(device, d);
      }
      columns.variances().set(at, sampling(device), noise(device));
      columns.unbiasing()[at] = unbiasing(device);
    }
    return columns;
  }

  /** What makes squared distances unbiased, of a device. */
  float unbiasing(int device) {
    return -sampling(device) - DIMENSIONS * noise(device);
  }

  /** Variance by sampling, large but finite where nothing is known. */
  float sampling(int device) {
    return (float) Math.min(MOST_VARIANCE, sampling[device]);
  }

  /** Variance of the noise in each number. */
  float noise(int device) {
    return (float) noise[device];
  }

  float mean(int device, int dimension) {
    return (float) means[device * DIMENSIONS + dimension];
  }

  /** The squared distance of two devices. */
  Estimate between(int a, int b) {
    double squared = 0;
    for (int d = 0; d < DIMENSIONS; d++) {
      double value = means[a * DIMENSIONS + d] - means[b * DIMENSIONS + d];
      squared += value * value;
    }
    double bySampling = sampling[a] + sampling[b];
    double byNoise = noise[a] + noise[b];
    double variance =
        2
            * (bySampling * bySampling / FeatureDistance.EFFECTIVE_DIMENSIONS
                + 2 * bySampling * byNoise
                + DIMENSIONS * byNoise * byNoise);
    return new Estimate(squared - bySampling - DIMENSIONS * byNoise, variance);
  }
}
