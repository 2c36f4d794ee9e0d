package dev.kula.swap;

import static dev.kula.swap.Gate.Verdict.HARMFUL;
import static dev.kula.swap.Gate.Verdict.NEUTRAL;
import static dev.kula.swap.Gate.Verdict.USEFUL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class GateTest {
  private final Gate gate = Gate.defaults();

  /** Losses that differ by the same everywhere, so that there is no doubt. */
  private static Gate.Verdict judge(Gate gate, double without, double with, boolean trusted) {
    double[] before = new double[10];
    double[] after = new double[10];
    Arrays.fill(before, without);
    Arrays.fill(after, with);
    return gate.judge(before, after, trusted);
  }

  @Test
  void aTrustedSourceNeedsAnyGain() {
    assertEquals(USEFUL, judge(gate, 1, 0.999, true));
    assertEquals(NEUTRAL, judge(gate, 1, 1, true));
    assertEquals(NEUTRAL, judge(gate, 1, 1.04, true));
    assertEquals(HARMFUL, judge(gate, 1, 1.06, true));
  }

  @Test
  void anyOtherNeedsFivePercent() {
    assertEquals(NEUTRAL, judge(gate, 1, 0.96, false));
    assertEquals(USEFUL, judge(gate, 1, 0.94, false));
    assertEquals(NEUTRAL, judge(gate, 1, 1.04, false));
    assertEquals(HARMFUL, judge(gate, 1, 1.06, false));
  }

  @Test
  void gainsAreRelative() {
    assertEquals(USEFUL, judge(gate, 0.01, 0.009, false));
    assertEquals(NEUTRAL, judge(gate, 100, 99, false));
  }

  /** The bound itself is not beyond it; and nothing improves on a loss of 0. */
  @Test
  void theEdges() {
    Gate half = new Gate(0.5, 0.5, 0, 2);
    assertEquals(NEUTRAL, judge(half, 2, 1, true));
    assertEquals(USEFUL, judge(half, 2, 0.5, true));
    assertEquals(NEUTRAL, judge(half, 2, 3, false));
    assertEquals(HARMFUL, judge(half, 2, 3.5, false));
    assertEquals(NEUTRAL, judge(gate, 0, 0, true));
    assertEquals(HARMFUL, judge(gate, 0, 0.5, true));
  }

  /** Mean gain 0.5, spread 1 over four samples: a standard error of 0.577. */
  @Test
  void aGainMustStandOutFromTheSpread() {
    double[] without = {2, 2, 2, 2};
    double[] with = {0.5, 2.5, 0.5, 2.5};
    assertEquals(USEFUL, new Gate(0, 0, 0.86, 2).judge(without, with, true));
    assertEquals(NEUTRAL, new Gate(0, 0, 0.87, 2).judge(without, with, true));
    assertEquals(HARMFUL, new Gate(0, 0, 0.86, 2).judge(with, without, true));
    assertEquals(NEUTRAL, new Gate(0, 0, 0.87, 2).judge(with, without, true));
  }

  /** Differences of mean 0 pass as often as the errors say: a tenth, at 1.28 of them. */
  @Test
  void aTenthOfTheUselessPass() {
    RandomGenerator random = new Seed(2).generator();
    int passed = 0;
    int trials = 4000;
    for (int trial = 0; trial < trials; trial++) {
      double[] without = new double[40];
      double[] with = new double[40];
      for (int i = 0; i < with.length; i++) {
        without[i] = 1;
        with[i] = 1 + 0.3 * random.nextGaussian();
      }
      passed += gate.judge(without, with, true) == USEFUL ? 1 : 0;
    }
    // Four standard errors of 0.1 over 4000 are 0.019; Student's tail at 39 adds 0.004.
    assertEquals(0.104, passed / (double) trials, 0.019);
  }

  @Test
  void oneSampleProvesNothing() {
    double[] one = {1};
    double[] less = {0.1};
    assertEquals(NEUTRAL, gate.judge(one, less, true));
  }

  /** A diverged model is never let in. */
  @Test
  void whatIsNoNumberIsNotUseful() {
    assertTrue(judge(gate, 1, Double.NaN, true) != USEFUL);
    assertTrue(judge(gate, 1, Double.POSITIVE_INFINITY, true) != USEFUL);
  }

  @Test
  void refusesSettingsThatMakeNoSense() {
    assertThrows(IllegalArgumentException.class, () -> new Gate(-0.1, 0, 1, 2));
    assertThrows(IllegalArgumentException.class, () -> new Gate(0, -0.1, 1, 2));
    assertThrows(IllegalArgumentException.class, () -> new Gate(0, 0, -1, 2));
    assertThrows(IllegalArgumentException.class, () -> new Gate(0, 0, 0, 1));
  }
}
