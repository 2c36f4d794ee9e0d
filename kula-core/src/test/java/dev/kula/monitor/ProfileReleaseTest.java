package dev.kula.monitor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.data.DeviceId;
import dev.kula.data.LabelSpace;
import dev.kula.model.Samples;
import dev.kula.privacy.noise.GaussianMechanism;
import dev.kula.privacy.noise.NoiseSource;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class ProfileReleaseTest {
  private static final LabelSpace LABELS = SyntheticDevice.labels(4);

  /** Random samples, some of them far out, so that the bound is met at its edge too. */
  private static Samples random(long seed, int size) {
    RandomGenerator random = new Seed(seed).generator();
    float[][] features = new float[size][SyntheticDevice.FEATURES];
    float[] targets = new float[size];
    for (int i = 0; i < size; i++) {
      double scale = Math.pow(10, random.nextInt(7) - 3);
      targets[i] = random.nextInt(4);
      for (int f = 0; f < SyntheticDevice.FEATURES; f++) {
        features[i][f] = (float) (scale * random.nextGaussian());
      }
    }
    return SyntheticDevice.samples(features, targets);
  }

  private static Samples without(Samples samples, int removed) {
    float[][] features = new float[samples.size() - 1][SyntheticDevice.FEATURES];
    float[] targets = new float[samples.size() - 1];
    for (int i = 0; i < targets.length; i++) {
      int from = i < removed ? i : i + 1;
      samples.copyFeatures(from, features[i], 0);
      targets[i] = samples.target(from);
    }
    return SyntheticDevice.samples(features, targets);
  }

  @Property(tries = 200)
  void oneRecordMovesEachPartByAtMostItsSensitivity(@ForAll long seed) {
    Samples all = random(seed, 12);
    int removed = (int) Math.floorMod(seed, 12L);
    Samples neighbour = without(all, removed);
    assertTrue(
        distance(
                ProfileRelease.labelCounts(all, LABELS),
                ProfileRelease.labelCounts(neighbour, LABELS))
            <= ProfileRelease.SUM_SENSITIVITY);
    assertTrue(
        distance(ProfileRelease.classSums(all, LABELS), ProfileRelease.classSums(neighbour, LABELS))
            <= ProfileRelease.SUM_SENSITIVITY + 1e-12);
  }

  @Property
  void oneRecordMovesTheMetricsByAtMostTheirSensitivity(
      @ForAll double loss, @ForAll boolean correct) {
    double[] moved = {correct ? 1 : 0, ProfileRelease.lossFraction(loss)};
    assertTrue(distance(moved, new double[2]) <= ProfileRelease.METRIC_SENSITIVITY);
  }

  @Test
  void lossesThatAreNoNumberCountAsTheCap() {
    assertEquals(1, ProfileRelease.lossFraction(Double.NaN));
    assertEquals(1, ProfileRelease.lossFraction(Double.POSITIVE_INFINITY));
    assertEquals(0.5, ProfileRelease.lossFraction(2.5));
    assertEquals(0, ProfileRelease.lossFraction(-1));
  }

  @Test
  void thePartsCostTheWholeRho() {
    double rho = 0.3;
    Noise noise = release(random(1, 5), rho, new Seed(1)).noise();
    double spent =
        1 / (2 * Math.pow(noise.labelStddev(), 2))
            + 1 / (2 * Math.pow(noise.sketchStddev(), 2))
            + 2 / (2 * Math.pow(noise.metricStddev(), 2));
    // Rounding to the grid takes some noise more, so a little less would have been spent.
    assertEquals(rho, spent, 1e-4 * rho);
    assertTrue(spent <= rho);
  }

  @Test
  void noiseHasTheStatedVariance() {
    Samples samples = random(2, 30);
    Profile exact = release(samples, Double.POSITIVE_INFINITY, new Seed(0));
    int releases = 4000;
    double labels = 0;
    double sketches = 0;
    double metrics = 0;
    Profile noised = exact;
    for (int i = 0; i < releases; i++) {
      noised = release(samples, 0.5, new Seed(3).derive(i));
      labels += Math.pow(distance(noised.labelCounts(), exact.labelCounts()), 2);
      sketches += Math.pow(distance(noised.classSums(), exact.classSums()), 2);
      metrics +=
          Math.pow(noised.correct() - exact.correct(), 2)
              + Math.pow(noised.lossFraction() - exact.lossFraction(), 2);
    }
    assertVariance(noised.noise().labelStddev(), labels, 4 * releases);
    assertVariance(noised.noise().sketchStddev(), sketches, 32 * releases);
    assertVariance(noised.noise().metricStddev(), metrics, 2 * releases);
  }

  /** Within 6 standard errors of a χ² over its degrees of freedom. */
  private static void assertVariance(double stddev, double squares, int draws) {
    double variance = stddev * stddev;
    assertEquals(variance, squares / draws, 6 * variance * Math.sqrt(2.0 / draws));
  }

  @Test
  void withoutNoiseTheProfileIsExact() {
    float[][] features = new float[3][SyntheticDevice.FEATURES];
    Arrays.fill(features[1], 1f);
    Profile profile =
        release(
            SyntheticDevice.samples(features, new float[] {0, 2, 2}),
            Double.POSITIVE_INFINITY,
            new Seed(1));
    assertArrayEquals(new double[] {1, 0, 2, 0}, profile.labelCounts());
    assertEquals(Noise.NONE, profile.noise());
    assertEquals(3, profile.samples());
    assertEquals(2.0 / 3, profile.accuracy(), 1e-12);
    assertEquals(1.25, profile.loss(), 1e-12);
    assertArrayEquals(new double[] {1.0 / 3, 0, 2.0 / 3, 0}, profile.labelDistribution(), 1e-12);
    assertEquals(Math.log(3) - 2 * Math.log(2) / 3, profile.entropy(), 1e-12);
    // A sample of zeros has the sketch (0, …, 0, 1).
    assertEquals(1, profile.classSums()[FeatureSketch.DIMENSIONS - 1], 1e-12);
  }

  @Test
  void inferenceTimeIsRoundedToAPublicGrid() {
    Profile profile = release(random(1, 4), 1, new Seed(1));
    assertEquals(Math.pow(2, -9.75), profile.inferenceSeconds(), 1e-15);
  }

  @Test
  void noiseDoesNotDependOnAnythingButItsSource() {
    Samples samples = random(5, 10);
    assertArrayEquals(
        release(samples, 1, new Seed(6)).classSums(), release(samples, 1, new Seed(6)).classSums());
    assertEquals(
        new GaussianMechanism(1, 0.4, release(samples, 1, new Seed(6)).classSums().length).stddev(),
        release(samples, 1, new Seed(6)).noise().sketchStddev());
  }

  private static Profile release(Samples samples, double rho, Seed seed) {
    return ProfileRelease.of(
        new DeviceId("a"), 1, samples, LABELS, 2, 0.75, 0.00117, rho, NoiseSource.seeded(seed));
  }

  private static double distance(double[] a, double[] b) {
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      squares += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(squares);
  }
}
