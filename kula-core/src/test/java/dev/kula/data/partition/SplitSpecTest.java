package dev.kula.data.partition;

import static dev.kula.data.Mistakes.assertMistake;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.data.Dataset;
import dev.kula.data.DeviceId;
import dev.kula.data.FederatedData.DeviceRows;
import dev.kula.data.ToyData;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitSpecTest {
  private static final DeviceId DEVICE = new DeviceId("d");

  @Property(tries = 100)
  void bothPartsTogetherAreTheRows(
      @ForAll @IntRange(min = 4, max = 50) int size,
      @ForAll @DoubleRange(min = 0.01, max = 0.99) double share,
      @ForAll long seed) {
    Dataset data = ToyData.timed(ToyData.classes(size, 2));
    int[] rows = IntStream.range(0, size).toArray();
    for (SplitSpec spec :
        new SplitSpec[] {new SplitSpec.Random(share), new SplitSpec.Time(share)}) {
      DeviceRows split = spec.split(data, DEVICE, rows, new Seed(seed));
      assertTrue(split.train().length >= 2 && split.test().length >= 1);
      assertEquals(Math.clamp(share * size, 2, size - 1.0), split.train().length, 0.5 + 1e-9);
      assertArrayEquals(
          rows,
          IntStream.concat(IntStream.of(split.train()), IntStream.of(split.test()))
              .sorted()
              .toArray());
    }
  }

  @Test
  void timeSplitTestsOnWhatCameLast() {
    Dataset data = ToyData.timed(ToyData.classes(8, 2));
    DeviceRows split =
        new SplitSpec.Time(0.75)
            .split(data, DEVICE, new int[] {0, 1, 2, 3, 4, 5, 6, 7}, new Seed(1));
    assertArrayEquals(new int[] {7, 6, 5, 4, 3, 2}, split.train());
    assertArrayEquals(new int[] {1, 0}, split.test());
  }

  @Test
  void randomSplitKeepsBothPartsInTimeOrder() {
    Dataset data = ToyData.timed(ToyData.classes(40, 2));
    DeviceRows split =
        new SplitSpec.Random(0.5)
            .split(data, DEVICE, IntStream.range(0, 40).toArray(), new Seed(1));
    for (int i = 1; i < split.train().length; i++) {
      assertTrue(split.train()[i] < split.train()[i - 1], "later rows have lower numbers here");
    }
  }

  @Test
  void timeSplitNeedsTimes() {
    Dataset data = ToyData.classes(8, 2);
    assertMistake(
        () -> new SplitSpec.Time(0.75).split(data, DEVICE, new int[] {0, 1, 2, 3}, new Seed(1)),
        "split is 'time:0.75'",
        "--time-column");
  }

  @Test
  void readsItsOwnNotation() {
    assertEquals(new SplitSpec.Random(0.75), SplitSpec.parse("random:0.75"));
    assertEquals(new SplitSpec.Time(0.6), SplitSpec.parse("time:0.6"));
    assertEquals("time:0.6", new SplitSpec.Time(0.6).notation());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "random", "random:0", "random:1", "time:-0.5", "time:x", "last:0.5"})
  void refusesOtherNotation(String text) {
    assertMistake(() -> SplitSpec.parse(text), "split is '" + text + "'", "must be");
  }
}
