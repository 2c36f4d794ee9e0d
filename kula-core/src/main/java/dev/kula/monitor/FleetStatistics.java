package dev.kula.monitor;

import java.util.List;

/**
 * What a fleet is like on the whole, as far as its profiles tell: the yardstick for comparing two
 * of its devices. Immutable: arrays are copied in, and what the accessors give must not be written
 * to. Thread safe.
 *
 * @param metricMeans mean over devices of accuracy, loss/5 and log₂ of the inference time
 * @param metricStddevs standard deviations over devices, noise included
 * @param metricSignals variances over devices, noise taken away, 0 or more
 * @param classMeans mean sketch of each label bin over all samples of the fleet, row-major {@code
 *     [bins, 8]}; NaN for bins that the fleet does not have enough of
 */
public record FleetStatistics(
    double[] metricMeans, double[] metricStddevs, double[] metricSignals, double[] classMeans) {
  static final int METRICS = 3;

  public FleetStatistics {
    metricMeans = metricMeans.clone();
    metricStddevs = metricStddevs.clone();
    metricSignals = metricSignals.clone();
    classMeans = classMeans.clone();
  }

  /**
   * The statistics of a fleet.
   *
   * @param profiles one a device, at least one, all with the same label bins
   */
  public static FleetStatistics of(List<Profile> profiles) {
    if (profiles.isEmpty()) {
      throw new IllegalArgumentException("a fleet's statistics need at least one profile");
    }
    double[] means = new double[METRICS];
    double[] stddevs = new double[METRICS];
    double[] signals = new double[METRICS];
    double[][] all =
        profiles.parallelStream().map(FleetStatistics::metrics).toArray(double[][]::new);
    for (int m = 0; m < METRICS; m++) {
      double sum = 0;
      double noise = 0;
      for (int i = 0; i < all.length; i++) {
        sum += all[i][m];
        noise += noiseVariance(profiles.get(i), m);
      }
      means[m] = sum / profiles.size();
      double squares = 0;
      for (double[] metrics : all) {
        double deviation = metrics[m] - means[m];
        squares += deviation * deviation;
      }
      double variance = squares / profiles.size();
      stddevs[m] = Math.sqrt(variance);
      signals[m] = Math.max(0, variance - noise / profiles.size());
    }
    return new FleetStatistics(means, stddevs, signals, ClassPool.of(profiles).means());
  }

  /**
   * The metrics of a device in standard deviations from the fleet's mean, each shrunk towards 0 as
   * far as noise explains it: a metric that is all noise is 0 for everybody.
   */
  double[] standardised(Profile profile) {
    double[] values = metrics(profile);
    for (int m = 0; m < METRICS; m++) {
      double reliability = metricSignals[m] / (metricSignals[m] + noiseVariance(profile, m));
      values[m] =
          metricSignals[m] == 0 ? 0 : (values[m] - metricMeans[m]) / metricStddevs[m] * reliability;
    }
    return values;
  }

  private static double[] metrics(Profile profile) {
    double seconds = profile.inferenceSeconds();
    return new double[] {
      profile.accuracy(),
      profile.loss() / ProfileRelease.LOSS_CAP,
      seconds > 0 ? Math.log(seconds) / Math.log(2) : 0
    };
  }

  private static double noiseVariance(Profile profile, int metric) {
    double stddev = metric < 2 ? profile.noise().metricStddev() / profile.samples() : 0;
    return stddev * stddev;
  }
}
