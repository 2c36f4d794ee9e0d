package dev.kula.monitor;

/**
 * D_x: do inputs of the same label look alike on two devices? Means over <em>all</em> samples would
 * not do, for two devices that have the same P(x | y) and different labels differ in them.
 *
 * <p>First estimate: the squared distance of the class means, averaged over the labels that both
 * have, weighted by its precision. As sketches have norm 1, (‖S‖² − n)/(n² − n) is an unbiased
 * estimate of ‖mean‖² from the sum S of n sketches, so ‖m_a‖² + ‖m_b‖² − 2 m_a·m_b is one of the
 * squared distance, with neither sampling nor noise left in its mean (the estimator of Gretton et
 * al. 2012 for the maximum mean discrepancy). Second estimate, where the shared labels are few: the
 * distance of the mean deviations from the fleet's class means, over all samples; it sees what is
 * common to all labels, such as a shifted sensor.
 *
 * <p>Neither is trusted beyond its standard error: with variance s² it moves the distance by τ²/(τ²
 * + s²) of the way from the cautious 0.5 to what it says, τ = 0.25 being the squared distance at
 * which D_x reaches 1.
 */
final class FeatureDistance {
  /** Distance of class means that counts as far: D_x = 1. */
  static final double FAR = 0.5;

  /** What is said where nothing is known. */
  static final double UNKNOWN = 0.5;

  /**
   * In how many directions a class's sketches vary, for the spread of squared distances: at most 8
   * dimensions, fewer where features are correlated.
   */
  static final double EFFECTIVE_DIMENSIONS = 3;

  private static final double LEAST_SAMPLES = 2;
  private static final double PRESENT = 2;
  private static final double PRIOR_STDDEV = FAR * FAR;

  private FeatureDistance() {}

  /** A squared distance and its variance where the true one is 0. */
  private record Estimate(double squaredDistance, double variance) {}

  static double between(Profile a, Profile b, FleetStatistics fleet) {
    Estimate shared = byClass(ClassPool.of(a), ClassPool.of(b));
    Estimate common = byDeviation(a, b, fleet.classMeans());
    Estimate chosen = shared.variance() <= common.variance() ? shared : common;
    if (shared.variance() <= PRIOR_STDDEV * PRIOR_STDDEV / 4) {
      chosen = shared;
    }
    if (!Double.isFinite(chosen.variance())) {
      return UNKNOWN;
    }
    double said = Math.min(1, Math.sqrt(Math.max(0, chosen.squaredDistance())) / FAR);
    double prior = PRIOR_STDDEV * PRIOR_STDDEV;
    double trust = prior / (prior + chosen.variance());
    return trust * said + (1 - trust) * UNKNOWN;
  }

  /** Distance of class means by the first estimate, 0 where noise exceeds it; not shrunk. */
  static double classDistance(ClassPool left, ClassPool right) {
    return Math.sqrt(Math.max(0, byClass(left, right).squaredDistance()));
  }

  private static Estimate byClass(ClassPool left, ClassPool right) {
    double weights = 0;
    double weighted = 0;
    for (int bin = 0; bin < left.bins(); bin++) {
      if (!left.has(bin, LEAST_SAMPLES, PRESENT) || !right.has(bin, LEAST_SAMPLES, PRESENT)) {
        continue;
      }
      double inner = 0;
      for (int d = 0; d < FeatureSketch.DIMENSIONS; d++) {
        inner += left.sum(bin, d) * right.sum(bin, d);
      }
      double squared =
          squaredMean(left, bin)
              + squaredMean(right, bin)
              - 2 * inner / (left.count(bin) * right.count(bin));
      double weight = 1 / nullVariance(left, right, bin);
      weights += weight;
      weighted += weight * squared;
    }
    return weights == 0
        ? new Estimate(0, Double.POSITIVE_INFINITY)
        : new Estimate(weighted / weights, 1 / weights);
  }

  /** Unbiased for ‖mean‖²: E‖S̃‖² = n + n(n−1)‖m‖² + 8σ², E[ñ² − ñ] = n² − n + σ². */
  private static double squaredMean(ClassPool pool, int bin) {
    double squares = 0;
    for (int d = 0; d < FeatureSketch.DIMENSIONS; d++) {
      squares += pool.sum(bin, d) * pool.sum(bin, d);
    }
    double n = pool.count(bin);
    double pairs = Math.max(1, n * n - n - pool.labelVariance());
    return (squares - n - FeatureSketch.DIMENSIONS * pool.sketchVariance()) / pairs;
  }

  /** Variance of the estimate for one bin if the true distance is 0. */
  private static double nullVariance(ClassPool left, ClassPool right, int bin) {
    double sampling = 1 / left.count(bin) + 1 / right.count(bin);
    double noise = meanNoise(left, bin) + meanNoise(right, bin);
    double counting = countNoise(left, bin) + countNoise(right, bin);
    return 2
        * (sampling * sampling / EFFECTIVE_DIMENSIONS
            + 2 * sampling * noise
            + FeatureSketch.DIMENSIONS * noise * noise
            + counting * counting);
  }

  private static double meanNoise(ClassPool pool, int bin) {
    return pool.sketchVariance() / (pool.count(bin) * pool.count(bin));
  }

  private static double countNoise(ClassPool pool, int bin) {
    return pool.labelVariance() / (pool.count(bin) * pool.count(bin));
  }

  private static Estimate byDeviation(Profile a, Profile b, double[] classMeans) {
    double[] difference = new double[FeatureSketch.DIMENSIONS];
    double[] bias = new double[2]; // sampling, noise of one dimension
    addDeviation(a, classMeans, 1, difference, bias);
    addDeviation(b, classMeans, -1, difference, bias);
    double squared = 0;
    for (double value : difference) {
      squared += value * value;
    }
    double variance =
        2
            * (bias[0] * bias[0] / EFFECTIVE_DIMENSIONS
                + 2 * bias[0] * bias[1]
                + FeatureSketch.DIMENSIONS * bias[1] * bias[1]);
    return new Estimate(squared - bias[0] - FeatureSketch.DIMENSIONS * bias[1], variance);
  }

  private static void addDeviation(
      Profile profile, double[] classMeans, int sign, double[] difference, double[] bias) {
    double samples = 0;
    double withinVariance = 0;
    double countVariance = 0;
    int known = 0;
    double[] sum = new double[FeatureSketch.DIMENSIONS];
    double labelVariance = profile.noise().labelStddev() * profile.noise().labelStddev();
    for (int bin = 0; bin < profile.bins(); bin++) {
      int row = bin * FeatureSketch.DIMENSIONS;
      if (Double.isNaN(classMeans[row])) {
        continue;
      }
      known++;
      double squaredMean = 0;
      double count = profile.labelCounts()[bin];
      for (int d = 0; d < FeatureSketch.DIMENSIONS; d++) {
        double mean = classMeans[row + d];
        sum[d] += profile.classSums()[row + d] - count * mean;
        squaredMean += mean * mean;
      }
      samples += count;
      withinVariance += profile.count(bin) * Math.max(0, 1 - squaredMean);
      countVariance += labelVariance * Math.min(1, squaredMean);
    }
    if (known == 0 || samples < LEAST_SAMPLES) {
      bias[0] = Double.POSITIVE_INFINITY;
      return;
    }
    for (int d = 0; d < sum.length; d++) {
      difference[d] += sign * sum[d] / samples;
    }
    double sketchStddev = profile.noise().sketchStddev();
    bias[0] += (withinVariance + countVariance) / (samples * samples);
    bias[1] += known * sketchStddev * sketchStddev / (samples * samples);
  }
}
