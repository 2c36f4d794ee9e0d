package dev.kula.round;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

final class ConvergenceTest {
  private static final Convergence RULE = Convergence.defaults();

  private static List<RoundRecord> history(int rounds, int cohort, IntToDoubleFunction loss) {
    List<RoundRecord> history = new ArrayList<>();
    for (int round = 1; round <= rounds; round++) {
      history.add(
          new RoundRecord(
              "toy",
              1,
              round,
              cohort,
              loss.applyAsDouble(round),
              0.5,
              0.5,
              1,
              null,
              round,
              Traffic.NONE,
              SwapCounts.NONE,
              0,
              0));
    }
    return history;
  }

  private static List<RoundRecord> losses(int rounds, IntToDoubleFunction loss) {
    return history(rounds, 5, loss);
  }

  @Test
  void aFlatLossStopsAfterSmoothingAndPatience() {
    assertEquals(Optional.empty(), RULE.reason(losses(14, round -> 0.5)));
    String reason = RULE.reason(losses(15, round -> 0.5)).orElseThrow();
    assertEquals("converged: training loss improved by less than 0.1 % in 10 rounds", reason);
    assertEquals(Optional.empty(), Convergence.off().reason(losses(99, round -> 0.5)));
  }

  @Test
  void anyImprovementBeyondTheBoundGoesOn() {
    assertEquals(Optional.empty(), RULE.reason(losses(30, round -> 1.0 / round)));
    // 0.02 % a round is 0.2 % in ten.
    assertEquals(Optional.empty(), RULE.reason(losses(30, round -> Math.pow(0.9998, round))));
    // 0.005 % a round is 0.05 % in ten.
    assertTrue(RULE.reason(losses(30, round -> Math.pow(0.99995, round))).isPresent());
  }

  @Test
  void aRisingLossStopsToo() {
    assertTrue(RULE.reason(losses(15, round -> round)).isPresent());
  }

  /** One lucky round is smoothed away only so far: it counts for a fifth. */
  @Test
  void noiseIsSmoothed() {
    assertTrue(RULE.reason(losses(20, round -> round == 18 ? 0.4985 : 0.5)).isPresent());
    assertEquals(Optional.empty(), RULE.reason(losses(20, round -> round == 18 ? 0.4 : 0.5)));
  }

  /** Without a cohort there is no training loss to judge by, as where devices train alone. */
  @Test
  void roundsWithoutACohortProveNothing() {
    assertEquals(Optional.empty(), RULE.reason(history(40, 0, round -> 0)));
  }
}
