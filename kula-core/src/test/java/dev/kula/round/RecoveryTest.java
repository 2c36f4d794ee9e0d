package dev.kula.round;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kula.data.DeviceId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecoveryTest {
  private static final DeviceId A = new DeviceId("a");
  private static final DeviceId B = new DeviceId("b");

  @Test
  void scoresCountByRoundsSinceTheLastChange() {
    Recovery recovery = new Recovery(Map.of(A, List.of(2, 4), B, List.of(3)));
    for (int round = 1; round <= 5; round++) {
      recovery.examined(A, round, round / 10.0);
      recovery.examined(A, round, 99); // examined again: the first counts
      recovery.examined(B, round, 0.5);
    }
    // A: 0.2 and 0.3 after the change in round 2, 0.4 and 0.5 after that in round 4; B: three times
    // 0.5.
    List<Double> curve = recovery.curve();
    assertEquals(3, curve.size());
    assertEquals((0.2 + 0.4 + 0.5) / 3, curve.get(0), 1e-12);
    assertEquals((0.3 + 0.5 + 0.5) / 3, curve.get(1), 1e-12);
    assertEquals(0.5, curve.get(2), 1e-12);
  }

  @Test
  void withoutChangesThereIsNoCurve() {
    Recovery recovery = new Recovery(Map.of(A, List.of(7)));
    recovery.examined(A, 6, 1);
    recovery.examined(B, 6, 1);
    assertEquals(List.of(), recovery.curve());
  }
}
