package dev.kula.swap;

import dev.kula.Seed;
import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.monitor.FeatureSketch;
import dev.kula.monitor.Noise;
import dev.kula.monitor.Profile;
import dev.kula.monitor.Reputation;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** Profiles without noise, made by hand, and requests for plans on them. */
final class Profiles {
  /** Every label alike, whatever a device has. */
  static final UnaryOperator<double[]> ALL_LABELS =
      own -> {
        double[] even = new double[own.length];
        Arrays.fill(even, 1.0 / own.length);
        return even;
      };

  private Profiles() {}

  /**
   * A device with the counts given, whose samples of a label all have the same sketch.
   *
   * @param shift length of a vector added to every sketch; 0 for none
   */
  static Profile of(String name, double accuracy, double shift, double... counts) {
    double[] sums = new double[counts.length * FeatureSketch.DIMENSIONS];
    double samples = 0;
    for (int label = 0; label < counts.length; label++) {
      // Unit vectors: the estimators take a sketch to have norm 1.
      double angle = shift;
      int row = label * FeatureSketch.DIMENSIONS;
      sums[row + label % 4] = counts[label] * Math.cos(angle);
      sums[row + 4 + label % 4] = counts[label] * Math.sin(angle);
      samples += counts[label];
    }
    return new Profile(
        new DeviceId(name),
        2,
        counts,
        sums,
        accuracy * samples,
        (1 - accuracy) * samples,
        0.001,
        Noise.NONE);
  }

  /** Many devices of random skew. */
  static List<Profile> random(int devices, int labels, long seed) {
    RandomGenerator random = new Seed(seed).generator();
    Profile[] all = new Profile[devices];
    for (int i = 0; i < devices; i++) {
      double[] counts = new double[labels];
      for (int label = 0; label < labels; label++) {
        double u = random.nextDouble();
        counts[label] = Math.floor(200 * u * u * u);
      }
      counts[random.nextInt(labels)] += 100;
      all[i] =
          of("device-%03d".formatted(i), random.nextDouble(), 0.3 * random.nextDouble(), counts);
    }
    return List.of(all);
  }

  static SwapSettings settings(double budget, double threshold) {
    return settings(budget, threshold, 2, 2);
  }

  static SwapSettings settings(double budget, double threshold, int inDegree, int outDegree) {
    return new SwapSettings(
        budget,
        Optional.of(Exchange.VISIT),
        Selection.DIVERSITY,
        28,
        96,
        inDegree,
        outDegree,
        threshold,
        Duration.ofHours(1),
        0.25,
        1000,
        Long.MAX_VALUE);
  }

  static PlanRequest request(List<Profile> profiles, SwapSettings settings) {
    return request(profiles, settings, new Reputation(), 9);
  }

  static PlanRequest request(
      List<Profile> profiles, SwapSettings settings, Reputation reputation, long seed) {
    return new PlanRequest(
        2, profiles, ALL_LABELS, Map.of(), Map.of(), reputation, settings, 100, new Seed(seed));
  }

  static List<PlannedSwap> plan(String policy, PlanRequest request) {
    return SwapPolicy.parse(policy).plan(request);
  }

  /** {@code receiver<source} of each order, in the order of the plan. */
  static List<String> pairs(List<PlannedSwap> plan) {
    return plan.stream()
        .map(swap -> swap.order().receiver().name() + '<' + swap.order().source().name())
        .toList();
  }
}
