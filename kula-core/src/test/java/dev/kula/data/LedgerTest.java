package dev.kula.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LedgerTest {
  private static DataPointer pointer(char digit) {
    return DataPointer.signed(
        DeviceKeys.simulated(new Seed(digit)),
        new BlockId(String.valueOf(digit).repeat(64)),
        new DeviceId("source"),
        "schema",
        5,
        List.of(),
        Exchange.RAW,
        "swap");
  }

  @Test
  void countsABlockOnceAndKeepsTheOrder() {
    Ledger ledger = new Ledger();
    ledger.add(pointer('b'));
    ledger.add(pointer('a'));
    ledger.add(pointer('b'));
    assertEquals(
        List.of("b".repeat(64), "a".repeat(64)),
        ledger.pointers().stream().map(p -> p.block().hex()).toList());
    assertTrue(ledger.contains(pointer('a').block()));
    assertFalse(ledger.contains(pointer('c').block()));
    assertEquals(ledger.pointers(), new Ledger(ledger.pointers()).pointers());
  }

  @Test
  void whatItGaveOutDoesNotChange() {
    Ledger ledger = new Ledger();
    List<DataPointer> before = ledger.pointers();
    ledger.add(pointer('a'));
    assertEquals(List.of(), before);
  }

  @Test
  void blockNamesAreDigests() {
    assertThrows(IllegalArgumentException.class, () -> new BlockId("A".repeat(64)));
    assertThrows(IllegalArgumentException.class, () -> new BlockId("a".repeat(63)));
  }

  @Test
  void sampleSetsGatherWithoutChangingTheirParts() {
    Dataset data = ToyClusters.of(0, 1, 2, 3);
    SampleSet all = SampleSet.of(data.features(), data.targets(), new int[] {3, 1});
    SampleSet both = SampleSet.concat(List.of(all, all.select(new int[] {1})));
    assertEquals(3, both.size());
    assertArrayEquals(new double[] {0, 2, 0, 1}, both.labelCounts(ToyClusters.LABELS));
    float[] weights = {2, 3, 4};
    SampleSet weighted = both.withWeights(weights);
    weights[0] = 9;
    assertEquals(2, weighted.weight(0));
    assertEquals(1, both.weight(0));
    assertThrows(IllegalArgumentException.class, () -> both.withWeights(new float[2]));
    assertEquals(0, SampleSet.empty(6).size());
    assertEquals(2, SampleSet.concat(List.of(SampleSet.empty(6), all)).size());
  }
}
