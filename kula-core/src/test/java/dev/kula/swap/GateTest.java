package dev.kula.swap;

import static dev.kula.swap.Gate.Verdict.HARMFUL;
import static dev.kula.swap.Gate.Verdict.NEUTRAL;
import static dev.kula.swap.Gate.Verdict.USEFUL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

final class GateTest {
  private final Gate gate = Gate.defaults();

  @Test
  void aTrustedSourceNeedsAnyGain() {
    assertEquals(USEFUL, gate.judge(1, 0.999, true));
    assertEquals(NEUTRAL, gate.judge(1, 1, true));
    assertEquals(NEUTRAL, gate.judge(1, 1.04, true));
    assertEquals(HARMFUL, gate.judge(1, 1.06, true));
  }

  @Test
  void anyOtherNeedsFivePercent() {
    assertEquals(NEUTRAL, gate.judge(1, 0.96, false));
    assertEquals(USEFUL, gate.judge(1, 0.94, false));
    assertEquals(NEUTRAL, gate.judge(1, 1.04, false));
    assertEquals(HARMFUL, gate.judge(1, 1.06, false));
  }

  @Test
  void gainsAreRelative() {
    assertEquals(USEFUL, gate.judge(0.01, 0.009, false));
    assertEquals(NEUTRAL, gate.judge(100, 99, false));
  }

  /** The bound itself is not beyond it; and nothing improves on a loss of 0. */
  @Test
  void theEdges() {
    Gate half = new Gate(0.5, 0.5, 1);
    assertEquals(NEUTRAL, half.judge(2, 1, true));
    assertEquals(USEFUL, half.judge(2, 0.999, true));
    assertEquals(NEUTRAL, half.judge(2, 3, false));
    assertEquals(HARMFUL, half.judge(2, 3.001, false));
    assertEquals(NEUTRAL, gate.judge(0, 0, true));
    assertEquals(HARMFUL, gate.judge(0, 0.1, true));
  }

  /** A diverged model is never let in. */
  @Test
  void whatIsNoNumberIsNotUseful() {
    assertEquals(NEUTRAL, gate.judge(1, Double.NaN, true));
    assertEquals(HARMFUL, gate.judge(1, Double.POSITIVE_INFINITY, true));
  }

  @Test
  void refusesSettingsThatMakeNoSense() {
    assertThrows(IllegalArgumentException.class, () -> new Gate(-0.1, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> new Gate(0, -0.1, 1));
    assertThrows(IllegalArgumentException.class, () -> new Gate(0, 0, 0));
  }
}
