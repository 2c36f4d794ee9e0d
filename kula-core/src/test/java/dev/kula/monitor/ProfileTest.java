package dev.kula.monitor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class ProfileTest {
  private static Profile of(double[] counts, double stddev) {
    return new Profile(
        new DeviceId("a"),
        1,
        counts,
        new double[counts.length * FeatureSketch.DIMENSIONS],
        -3,
        1e9,
        0,
        new Noise(stddev, stddev, stddev));
  }

  @Property
  void sharesAreADistributionWhateverTheNoise(
      @ForAll @Size(min = 2, max = 12) List<@DoubleRange(min = -1e6, max = 1e6) Double> counted,
      @ForAll @DoubleRange(max = 50) double stddev) {
    double[] counts = counted.stream().mapToDouble(count -> count).toArray();
    Profile profile = of(counts, stddev);
    double[] shares = profile.labelDistribution();
    double sum = 0;
    for (double share : shares) {
      assertTrue(share >= 0);
      sum += share;
    }
    assertEquals(1, sum, 1e-9);
    assertTrue(profile.entropy() >= 0 && profile.entropy() <= Math.log(counts.length) + 1e-9);
  }

  @Test
  void noiseAlonePullsSharesTogether() {
    double[] counts = {12, 3, 3, 2};
    double spreadWithout = spread(of(counts, 0).labelDistribution());
    double spreadSome = spread(of(counts, 3).labelDistribution());
    double spreadMuch = spread(of(counts, 30).labelDistribution());
    assertTrue(spreadWithout > spreadSome && spreadSome > spreadMuch);
    assertEquals(0, spreadMuch, 1e-12);
  }

  private static double spread(double[] shares) {
    return Arrays.stream(shares).max().orElseThrow() - Arrays.stream(shares).min().orElseThrow();
  }

  @Test
  void negativeCountsAreCutOffAndTheOthersKeepTheSum() {
    double[] shares = of(new double[] {10, 6, -4, 0}, 0).labelDistribution();
    assertArrayEquals(new double[] {8.0 / 12, 4.0 / 12, 0, 0}, shares, 1e-12);
  }

  @Test
  void metricsStayInTheirRange() {
    Profile profile = of(new double[] {10, 10}, 1);
    assertEquals(0, profile.accuracy());
    assertEquals(5, profile.loss());
    assertEquals(1, of(new double[] {-4, 1}, 1).samples());
  }

  @Test
  void copiesItsArraysAndChecksThem() {
    double[] counts = {1, 2};
    Profile profile = of(counts, 0);
    counts[0] = 9;
    assertEquals(1, profile.labelCounts()[0]);
    assertThrows(
        IllegalArgumentException.class,
        () -> new Profile(new DeviceId("a"), 1, new double[2], new double[9], 0, 0, 0, Noise.NONE));
    assertThrows(IllegalArgumentException.class, () -> new Noise(-1, 0, 0));
    assertThrows(KulaException.class, () -> of(new double[] {1, Double.NaN}, 0));
    assertThrows(KulaException.class, () -> of(new double[] {1, 1e13}, 0));
  }
}
