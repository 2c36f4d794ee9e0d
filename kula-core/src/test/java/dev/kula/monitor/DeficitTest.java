package dev.kula.monitor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

final class DeficitTest {
  @Test
  void countsWhatTheLedgerLacksFromTheThresholdOn() {
    double[] deficit =
        Deficit.of(new double[] {0.5, 0.26, 0.04, 0.2}, new double[] {0.9, 0.1, 0, 0});
    assertArrayEquals(new double[] {0, 0.16, 0, 0.2}, deficit, 1e-12);
    assertEquals(0.36, Deficit.sum(deficit), 1e-12);
  }

  @Test
  void refusesDifferentLabels() {
    assertThrows(IllegalArgumentException.class, () -> Deficit.of(new double[2], new double[3]));
  }
}
