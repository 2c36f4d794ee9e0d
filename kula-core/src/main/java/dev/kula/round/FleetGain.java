package dev.kula.round;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * What a method gains over another in a fleet, with an interval. Both what a device has and what a
 * seed deals (split, start, order of training) vary, and a device's seeds, like the devices of a
 * seed, have something in common. So both are random effects: with the differences y(s, i) of seed
 * s and device i, the variance of their mean is A + B − E, where A is the variance of the device
 * means over the number of devices, B that of the seed means over the number of seeds, and E what
 * is left between cells, which is in both; at least the larger of A and B (the two-way layout
 * without replication; Satterthwaite 1946 for the degrees of freedom, but never more than of the
 * devices). Over devices alone, a lucky start that all devices share would look like knowledge;
 * over seeds alone, three seeds would decide, and the interval would be of these very devices.
 *
 * <p>A few devices that differ by nothing at all prove nothing: from {@value #FEWEST} on no spread
 * is taken at its word, for so many equal signs come by chance in less than one case of twenty;
 * below, nothing is known.
 *
 * @param mean gain
 * @param low lower end of the interval, at least −1
 * @param high upper end, at most 1
 * @param deviceVariance A
 * @param seedVariance B
 * @param devices how many
 * @param seeds how many
 * @param confidence of the interval, in (0, 1)
 */
public record FleetGain(
    double mean,
    double low,
    double high,
    double deviceVariance,
    double seedVariance,
    int devices,
    int seeds,
    double confidence) {
  /** Devices from which a spread of zero counts: 2 · 2⁻⁶ is below 0.05. */
  public static final int FEWEST = 6;

  /**
   * The gain that {@code differences} show.
   *
   * @param differences by seed and device, at least one of each, each from −1 to 1
   * @param confidence of the interval, in (0, 1)
   */
  public static FleetGain of(double[][] differences, double confidence) {
    int seeds = differences.length;
    int devices = differences[0].length;
    double[] ofSeeds = new double[seeds];
    double[] ofDevices = new double[devices];
    for (int s = 0; s < seeds; s++) {
      for (int i = 0; i < devices; i++) {
        ofSeeds[s] += differences[s][i] / devices;
        ofDevices[i] += differences[s][i] / seeds;
      }
    }
    double mean = Arrays.stream(ofSeeds).average().orElseThrow();
    double byDevice = variance(ofDevices, mean) / devices;
    double bySeed = variance(ofSeeds, mean) / seeds;
    double rest = 0;
    for (int s = 0; s < seeds; s++) {
      for (int i = 0; i < devices; i++) {
        double off = differences[s][i] - ofSeeds[s] - ofDevices[i] + mean;
        rest += off * off;
      }
    }
    double cells = (double) Math.max(1, seeds - 1) * Math.max(1, devices - 1) * seeds * devices;
    double variance = Math.max(Math.max(byDevice, bySeed), byDevice + bySeed - rest / cells);
    boolean known = devices > 1 && (variance > 1e-18 || devices >= FEWEST);
    double half = known ? halfWidth(byDevice, bySeed, variance, devices, seeds, confidence) : 2;
    return new FleetGain(
        mean,
        Math.max(-1, mean - half),
        Math.min(1, mean + half),
        byDevice,
        bySeed,
        devices,
        seeds,
        confidence);
  }

  private static double halfWidth(
      double byDevice, double bySeed, double variance, int devices, int seeds, double confidence) {
    if (variance <= 1e-18) {
      return 0;
    }
    double sum = byDevice + bySeed;
    double parts = byDevice * byDevice / (devices - 1);
    parts += seeds > 1 ? bySeed * bySeed / (seeds - 1) : 0;
    // Two devices that happen to agree look as if devices did not vary at all.
    double freedom = Math.min(devices - 1, sum * sum / parts);
    double t = TDistribution.of(freedom).inverseCumulativeProbability(0.5 + confidence / 2);
    return t * Math.sqrt(variance);
  }

  /** With n − 1 in the denominator; 0 for a single value. */
  private static double variance(double[] values, double mean) {
    double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
    return squares / Math.max(1, values.length - 1);
  }

  /** Whether no device in any seed came out differently. */
  public boolean isNothing() {
    return mean == 0 && deviceVariance == 0 && seedVariance == 0;
  }

  /**
   * Whether more seeds, not more devices, would narrow the interval most. Where devices are few, it
   * is these that lack.
   */
  public boolean bySeeds() {
    return devices >= FEWEST && seedVariance > deviceVariance;
  }

  /**
   * About how many devices, or seeds if {@link #bySeeds()}, would show that the gain is above zero
   * or below {@code matters}, whichever is easier, if it is what it seems; more than there are.
   *
   * @param matters least gain that counts, above 0
   */
  public double needed(double matters) {
    double half = Math.max(mean, matters - mean);
    double quantile =
        NormalDistribution.of(0, 1).inverseCumulativeProbability(0.5 + confidence / 2);
    double times = quantile * quantile / (half * half);
    return bySeeds()
        ? Math.max(seeds + 1, Math.ceil(seeds * seedVariance * times))
        : Math.max(Math.max(FEWEST, devices + 1), Math.ceil(devices * deviceVariance * times));
  }
}
