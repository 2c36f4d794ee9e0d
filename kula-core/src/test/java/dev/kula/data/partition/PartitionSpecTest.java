package dev.kula.data.partition;

import static dev.kula.data.Mistakes.assertMistake;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.data.Dataset;
import dev.kula.data.DeviceId;
import dev.kula.data.ToyData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionSpecTest {
  @Provide
  Arbitrary<PartitionSpec> specs() {
    return Arbitraries.of(
        new PartitionSpec.Iid(),
        new PartitionSpec.Dirichlet(0.01),
        new PartitionSpec.Dirichlet(0.5),
        new PartitionSpec.Dirichlet(100),
        new PartitionSpec.Quantity(0.05),
        new PartitionSpec.Quantity(5),
        new PartitionSpec.Classes(2),
        new PartitionSpec.Classes(4));
  }

  @Property(tries = 200)
  void everyRowGoesToOneDeviceAndNoneIsTooSmall(
      @ForAll("specs") PartitionSpec spec,
      @ForAll @IntRange(min = 2, max = 30) int devices,
      @ForAll long seed) {
    Dataset data = ToyData.classes(4 * 30 + devices, 4);
    int[] pool = IntStream.range(0, data.size()).filter(row -> row % 17 != 3).toArray();
    devices = Math.min(devices, 20);
    SortedMap<DeviceId, int[]> dealt = spec.deal(data, pool, devices, new Seed(seed));
    assertEquals(devices, dealt.size());
    BitSet seen = new BitSet();
    for (int[] rows : dealt.values()) {
      assertTrue(rows.length >= 4);
      for (int row : rows) {
        assertTrue(!seen.get(row), "row dealt twice");
        seen.set(row);
      }
    }
    assertArrayEquals(pool, seen.stream().toArray());
    SortedMap<DeviceId, int[]> again = spec.deal(data, pool, devices, new Seed(seed));
    assertEquals(List.copyOf(dealt.keySet()), List.copyOf(again.keySet()));
    dealt.forEach((device, rows) -> assertArrayEquals(rows, again.get(device)));
  }

  @Property(tries = 60)
  void devicesGetTheirNumberOfClassesAndAboutEqualSizes(
      @ForAll @IntRange(min = 5, max = 25) int devices,
      @ForAll @IntRange(min = 2, max = 10) int perDevice,
      @ForAll long seed) {
    Dataset data = ToyData.classes(5000, 10);
    SortedMap<DeviceId, int[]> dealt =
        new PartitionSpec.Classes(perDevice).deal(data, all(data), devices, new Seed(seed));
    int smallest = Integer.MAX_VALUE;
    int largest = 0;
    for (int[] rows : dealt.values()) {
      assertEquals(perDevice, Arrays.stream(rows).map(data::bin).distinct().count());
      smallest = Math.min(smallest, rows.length);
      largest = Math.max(largest, rows.length);
    }
    // A class is split over n or n + 1 devices, n at least 1, so sizes differ by a factor of 2.
    assertTrue(largest <= 2 * smallest + perDevice, smallest + " to " + largest);
  }

  @Test
  void classesThatAreFrequentGoToMoreDevices() {
    float[] targets = new float[1000];
    Arrays.fill(targets, 0, 200, 1);
    Dataset data = ToyData.classes(targets, 2);
    SortedMap<DeviceId, int[]> dealt =
        new PartitionSpec.Classes(1).deal(data, all(data), 10, new Seed(1));
    for (int[] rows : dealt.values()) {
      assertEquals(100, rows.length);
    }
  }

  @Test
  void dirichletSkewFallsWithAlpha() {
    Dataset data = ToyData.classes(10_000, 10);
    List<Double> skews = new ArrayList<>();
    for (double alpha : new double[] {0.01, 0.1, 1, 10, 1000}) {
      double sum = 0;
      for (int seed = 0; seed < 5; seed++) {
        sum +=
            skew(
                data, new PartitionSpec.Dirichlet(alpha).deal(data, all(data), 20, new Seed(seed)));
      }
      skews.add(sum / 5);
    }
    for (int i = 1; i < skews.size(); i++) {
      assertTrue(skews.get(i) < 0.9 * skews.get(i - 1), skews.toString());
    }
    assertTrue(skews.get(0) > 0.75 && skews.get(4) < 0.05, skews.toString());
  }

  @Test
  void quantityChangesSizesAndLeavesLabelsAlike() {
    Dataset data = ToyData.classes(20_000, 4);
    SortedMap<DeviceId, int[]> dealt =
        new PartitionSpec.Quantity(0.5).deal(data, all(data), 10, new Seed(2));
    int[] sizes = dealt.values().stream().mapToInt(rows -> rows.length).sorted().toArray();
    assertTrue(sizes[9] > 5 * sizes[0], Arrays.toString(sizes));
    assertTrue(skew(data, dealt) < 0.1);
  }

  @Test
  void iidDealsEqualSizes() {
    Dataset data = ToyData.classes(1003, 4);
    for (int[] rows : new PartitionSpec.Iid().deal(data, all(data), 10, new Seed(2)).values()) {
      assertTrue(rows.length == 100 || rows.length == 101);
    }
  }

  @Test
  void naturalFollowsTheDeviceColumn() {
    Dataset data = ToyData.owned(ToyData.classes(12, 2), 3);
    SortedMap<DeviceId, int[]> dealt =
        new PartitionSpec.Natural().deal(data, all(data), 99, new Seed(1));
    assertEquals(List.of("a", "b", "c"), dealt.keySet().stream().map(DeviceId::name).toList());
    assertArrayEquals(new int[] {1, 4, 7, 10}, dealt.get(new DeviceId("b")));
  }

  @Test
  void naturalRefusesWhatItCannotDeal() {
    Dataset plain = ToyData.classes(12, 2);
    assertMistake(
        () -> new PartitionSpec.Natural().deal(plain, all(plain), 3, new Seed(1)),
        "partition is 'natural'",
        "--device-column");
    Dataset owned = ToyData.owned(ToyData.classes(11, 2), 3);
    assertMistake(
        () -> new PartitionSpec.Natural().deal(owned, all(owned), 3, new Seed(1)),
        "device 'c' has 3 samples",
        "at least 4");
  }

  @Test
  void refusesNumbersOfDevicesAndClassesThatCannotBe() {
    Dataset data = ToyData.classes(100, 5);
    for (int devices : new int[] {0, -1, 26}) {
      assertMistake(
          () -> new PartitionSpec.Iid().deal(data, all(data), devices, new Seed(1)),
          "devices is " + devices,
          "from 1 to 25");
    }
    assertMistake(
        () -> new PartitionSpec.Classes(6).deal(data, all(data), 5, new Seed(1)),
        "'classes:6'",
        "from 1 to 5");
    assertMistake(
        () -> new PartitionSpec.Classes(2).deal(data, all(data), 2, new Seed(1)),
        "too few to hold all 5 classes");
    float[] rare = new float[40];
    Arrays.fill(rare, 0, 2, 1);
    Dataset skewed = ToyData.classes(rare, 2);
    assertMistake(
        () -> new PartitionSpec.Classes(1).deal(skewed, all(skewed), 5, new Seed(1)),
        "leaves one with 2 samples");
  }

  @Test
  void regressionIsDealtByQuantileBins() {
    Dataset data = ToyData.regression(4000);
    SortedMap<DeviceId, int[]> skewed =
        new PartitionSpec.Dirichlet(0.1).deal(data, all(data), 10, new Seed(1));
    SortedMap<DeviceId, int[]> even =
        new PartitionSpec.Iid().deal(data, all(data), 10, new Seed(1));
    assertTrue(skew(data, skewed) > 3 * skew(data, even));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"natural", "iid", "dirichlet:0.1", "dirichlet:100", "classes:2", "quantity:0.5"})
  void readsItsOwnNotation(String text) {
    assertEquals(text, PartitionSpec.parse(text).notation());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nature",
        "iid:2",
        "natural:x",
        "dirichlet",
        "dirichlet:0",
        "dirichlet:-1",
        "dirichlet:NaN",
        "dirichlet:1e9",
        "dirichlet:0.1:2",
        "classes:0",
        "classes:1.5",
        "classes:",
        "quantity:zero"
      })
  void refusesOtherNotation(String text) {
    assertMistake(() -> PartitionSpec.parse(text), "partition is '" + text + "'", "must be");
  }

  private static int[] all(Dataset data) {
    return IntStream.range(0, data.size()).toArray();
  }

  /** Mean total variation distance of the devices' labels to a uniform distribution. */
  private static double skew(Dataset data, SortedMap<DeviceId, int[]> dealt) {
    int bins = data.labels().size();
    double sum = 0;
    for (int[] rows : dealt.values()) {
      double[] shares = new double[bins];
      for (int row : rows) {
        shares[data.bin(row)] += 1.0 / rows.length;
      }
      sum += Arrays.stream(shares).map(share -> Math.abs(share - 1.0 / bins)).sum() / 2;
    }
    return sum / dealt.size();
  }
}
