package dev.kula.monitor;

import dev.kula.Seed;
import dev.kula.data.DeviceId;
import dev.kula.data.LabelSpace;
import dev.kula.model.Samples;
import dev.kula.privacy.noise.NoiseSource;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Samples whose distribution is known: class means plus noise that is strong in few directions, as
 * that of images is, an optional shift of all inputs, and a model that is right with a known
 * probability.
 *
 * @param labelShares P(y)
 * @param shift added to every class mean, in a direction of its own for each class
 * @param accuracy probability that the model is right
 * @param samples how many
 */
record SyntheticDevice(double[] labelShares, double shift, double accuracy, int samples) {
  static final int FEATURES = 20;
  private static final int STRONG_DIRECTIONS = 5;

  /** Equal shares of ten labels, no shift, 80 % right. */
  static SyntheticDevice usual(int samples) {
    double[] shares = new double[10];
    Arrays.fill(shares, 0.1);
    return new SyntheticDevice(shares, 0, 0.8, samples);
  }

  SyntheticDevice withShares(double... shares) {
    return new SyntheticDevice(shares, shift, accuracy, samples);
  }

  SyntheticDevice withShift(double value) {
    return new SyntheticDevice(labelShares, value, accuracy, samples);
  }

  SyntheticDevice withAccuracy(double value) {
    return new SyntheticDevice(labelShares, shift, value, samples);
  }

  static LabelSpace labels(int bins) {
    return LabelSpace.classes(IntStream.range(0, bins).mapToObj(Integer::toString).toList());
  }

  Profile profile(String name, double rho, Seed seed) {
    RandomGenerator random = seed.derive("samples").generator();
    float[][] features = new float[samples][FEATURES];
    float[] targets = new float[samples];
    double correct = 0;
    double loss = 0;
    for (int i = 0; i < samples; i++) {
      int label = draw(random);
      targets[i] = label;
      RandomGenerator means = new Seed(99).derive(label).generator();
      RandomGenerator shifts = new Seed(77).derive(label).generator();
      for (int f = 0; f < FEATURES; f++) {
        double spread = f < STRONG_DIRECTIONS ? 1.5 : 0.3;
        features[i][f] =
            (float)
                (0.8 * means.nextGaussian()
                    + shift * shifts.nextGaussian()
                    + spread * random.nextGaussian());
      }
      boolean right = random.nextDouble() < accuracy;
      correct += right ? 1 : 0;
      loss += ProfileRelease.lossFraction(right ? 0.2 : 2 + random.nextDouble());
    }
    return ProfileRelease.of(
        new DeviceId(name),
        1,
        samples(features, targets),
        labels(labelShares.length),
        correct,
        loss,
        0.001,
        rho,
        NoiseSource.seeded(seed.derive("noise")));
  }

  private int draw(RandomGenerator random) {
    double u = random.nextDouble();
    int label = 0;
    while (label < labelShares.length - 1 && u >= labelShares[label]) {
      u -= labelShares[label];
      label++;
    }
    return label;
  }

  static Samples samples(float[][] features, float[] targets) {
    return new Samples() {
      @Override
      public int size() {
        return targets.length;
      }

      @Override
      public int features() {
        return FEATURES;
      }

      @Override
      public void copyFeatures(int index, float[] into, int offset) {
        System.arraycopy(features[index], 0, into, offset, FEATURES);
      }

      @Override
      public float target(int index) {
        return targets[index];
      }
    };
  }

  static List<Profile> fleet(List<SyntheticDevice> devices, double rho, Seed seed) {
    return IntStream.range(0, devices.size())
        .mapToObj(i -> devices.get(i).profile("device-%03d".formatted(i), rho, seed.derive(i)))
        .toList();
  }
}
