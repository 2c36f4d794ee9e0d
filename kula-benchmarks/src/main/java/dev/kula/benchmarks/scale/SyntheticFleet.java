package dev.kula.benchmarks.scale;

import dev.kula.Seed;
import dev.kula.data.DeviceId;
import dev.kula.monitor.FeatureSketch;
import dev.kula.monitor.Noise;
import dev.kula.monitor.Profile;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.AhrensDieterMarsagliaTsangGammaSampler;

/**
 * Profiles of devices that never were: labels of a Dirichlet distribution, features in clusters.
 * Noise as of a release; the same seed gives the same fleet.
 */
enum SyntheticFleet {
  /** Some labels much, others not at all: Dirichlet at 0.3, eight clusters. */
  SKEWED(0.3, 8, 0),
  /** All devices hold nearly the same: Dirichlet at 100, one cluster. */
  EQUAL(100, 1, 0),
  /** Label 0 is only with one device in 20; else skewed. */
  FEW_HOLDERS(0.3, 8, 0.05),
  /** Two or so labels a device, sixty-four clusters. */
  SHARP(0.1, 64, 0);

  static final int LABELS = 10;
  private static final int DIMENSIONS = FeatureSketch.DIMENSIONS;

  private final double concentration;
  private final int clusters;
  private final double holders;

  SyntheticFleet(double concentration, int clusters, double holders) {
    this.concentration = concentration;
    this.clusters = clusters;
    this.holders = holders;
  }

  /**
   * Profiles in the order of their names.
   *
   * @param stddev of the noise in each count and in each number of the sums; 0 for none
   */
  List<Profile> profiles(int devices, double stddev, Seed seed) {
    double[] means = means(seed.derive("clusters").generator());
    Profile[] all = new Profile[devices];
    IntStream.range(0, devices)
        .parallel()
        .forEach(i -> all[i] = profile(i, means, stddev, seed.derive("device").derive(i)));
    return List.of(all);
  }

  /** Mean sketch of each cluster and label: that of the label, moved by the cluster. */
  private double[] means(RandomGenerator random) {
    double[] labels = new double[LABELS * DIMENSIONS];
    Arrays.setAll(labels, i -> random.nextGaussian());
    double[] means = new double[clusters * LABELS * DIMENSIONS];
    double[] common = new double[DIMENSIONS];
    for (int row = 0; row < clusters * LABELS; row++) {
      if (row % LABELS == 0) {
        Arrays.setAll(common, d -> random.nextGaussian());
      }
      double squares = 0;
      for (int d = 0; d < DIMENSIONS; d++) {
        double mean =
            labels[row % LABELS * DIMENSIONS + d] + 0.5 * common[d] + 0.5 * random.nextGaussian();
        means[row * DIMENSIONS + d] = mean;
        squares += mean * mean;
      }
      for (int d = 0; d < DIMENSIONS; d++) {
        means[row * DIMENSIONS + d] *= 0.9 / Math.sqrt(squares);
      }
    }
    return means;
  }

  private Profile profile(int device, double[] means, double stddev, Seed seed) {
    RandomGenerator random = seed.generator();
    double[] shares = shares(random);
    int samples = 50 + random.nextInt(300);
    int cluster = random.nextInt(clusters);
    double[] counts = new double[LABELS];
    double[] sums = new double[LABELS * DIMENSIONS];
    for (int label = 0; label < LABELS; label++) {
      double count = Math.rint(shares[label] * samples);
      counts[label] = count + stddev * random.nextGaussian();
      for (int d = 0; d < DIMENSIONS; d++) {
        double mean = means[(cluster * LABELS + label) * DIMENSIONS + d];
        double scatter = Math.sqrt(count * 0.19 / DIMENSIONS) * random.nextGaussian();
        sums[label * DIMENSIONS + d] = count * mean + scatter + stddev * random.nextGaussian();
      }
    }
    double correct = samples * (0.5 + 0.5 * random.nextDouble());
    return new Profile(
        new DeviceId("device-%07d".formatted(device)),
        1,
        counts,
        sums,
        correct + stddev * random.nextGaussian(),
        0.3 * (samples - correct) + stddev * random.nextGaussian(),
        0.001 * (1 + random.nextInt(8)),
        new Noise(stddev, stddev, stddev));
  }

  private double[] shares(RandomGenerator random) {
    UniformRandomProvider source = random::nextLong;
    var gamma = AhrensDieterMarsagliaTsangGammaSampler.of(source, concentration, 1);
    double[] shares = new double[LABELS];
    Arrays.setAll(shares, label -> gamma.sample());
    if (random.nextDouble() < holders) {
      shares[0] = 0.5 * Arrays.stream(shares).sum();
    } else if (holders > 0) {
      shares[0] = 0;
    }
    double sum = Arrays.stream(shares).sum();
    for (int label = 0; label < LABELS; label++) {
      shares[label] /= sum;
    }
    return shares;
  }
}
