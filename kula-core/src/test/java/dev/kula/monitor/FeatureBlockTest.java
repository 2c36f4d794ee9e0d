package dev.kula.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.data.DeviceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A device and a block are as far from each other as two devices are. */
final class FeatureBlockTest {
  private static final int BINS = 6;
  private static final int DEVICES = 70;

  /** Some with few labels, some with hardly any samples, one with none. */
  private static List<Profile> fleet(double stddev) {
    Random random = new Random(4);
    List<Profile> fleet = new ArrayList<>();
    for (int device = 0; device < DEVICES; device++) {
      double[] counts = new double[BINS];
      double[] sums = new double[BINS * FeatureSketch.DIMENSIONS];
      for (int bin = 0; bin < BINS && device > 0; bin++) {
        counts[bin] = random.nextInt(3) == 0 ? random.nextInt(device % 7 == 0 ? 3 : 60) : 0;
        for (int d = 0; d < FeatureSketch.DIMENSIONS; d++) {
          double mean = 0.3 * Math.sin(bin + d) + 0.1 * Math.cos(device % 4 + d);
          sums[bin * FeatureSketch.DIMENSIONS + d] =
              counts[bin] * mean + (0.3 + stddev) * random.nextGaussian();
        }
        counts[bin] += stddev * random.nextGaussian();
      }
      fleet.add(
          new Profile(
              new DeviceId("device-%03d".formatted(device)),
              1,
              counts,
              sums,
              0,
              0,
              0,
              new Noise(stddev, stddev, stddev)));
    }
    return fleet;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, 8})
  void distancesAreThoseOfPairs(double stddev) {
    List<Profile> fleet = fleet(stddev);
    Portraits portraits = Portraits.of(fleet, FleetStatistics.of(fleet));
    int[] members = IntStream.range(0, DEVICES).filter(i -> i % 3 != 1).toArray();
    FeatureBlock block = portraits.block(members);
    float[] distances = new float[members.length];
    double least = 1;
    double most = 0;
    for (int device = 0; device < DEVICES; device++) {
      block.distances(device, distances);
      for (int i = 0; i < members.length; i++) {
        double distance = portraits.featureDistance(device, members[i]);
        assertEquals(distance, distances[i], 2e-3, device + " and " + members[i]);
        least = Math.min(least, distance);
        most = Math.max(most, distance);
      }
    }
    assertTrue(most - least > 0.2, "from " + least + " to " + most);
  }
}
