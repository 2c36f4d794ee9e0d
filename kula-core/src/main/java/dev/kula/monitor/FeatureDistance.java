package dev.kula.monitor;

import java.util.List;

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

  static final double PRIOR_STDDEV = FAR * FAR;

  private final ClassMeans classes;
  private final Deviations deviations;

  private FeatureDistance(ClassMeans classes, Deviations deviations) {
    this.classes = classes;
    this.deviations = deviations;
  }

  /**
   * The distances between the devices of a fleet, numbered as {@code profiles} are.
   *
   * @param fleet of all devices that are being compared
   */
  static FeatureDistance of(List<Profile> profiles, FleetStatistics fleet) {
    return new FeatureDistance(
        ClassMeans.of(profiles.size(), i -> ClassPool.of(profiles.get(i))),
        Deviations.of(profiles, fleet.classMeans()));
  }

  /**
   * A squared distance as far as it can be told.
   *
   * @param squaredDistance may be negative, for it is unbiased
   * @param variance where the true distance is 0; infinite where nothing is known
   */
  record Estimate(double squaredDistance, double variance) {
    static final Estimate NONE = new Estimate(0, Double.POSITIVE_INFINITY);
  }

  /** D_x of two devices, in [0, 1]. */
  double between(int a, int b) {
    Estimate shared = classes.between(a, b);
    Estimate common = deviations.between(a, b);
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

  /** What the first estimate is made of. */
  ClassMeans classes() {
    return classes;
  }

  /** How far a device is on the whole from what its labels are like in the fleet. */
  Deviations deviations() {
    return deviations;
  }

  /** Distance of class means by the first estimate, 0 where noise exceeds it; not shrunk. */
  static double classDistance(ClassPool left, ClassPool right) {
    List<ClassPool> both = List.of(left, right);
    Estimate estimate = ClassMeans.of(both.size(), both::get).between(0, 1);
    return Math.sqrt(Math.max(0, estimate.squaredDistance()));
  }
}
