package dev.kula.round;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.round.RunEvent.Gain;
import dev.kula.round.RunSummary.GroupTrials;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GroupTrialsTest {
  private static final List<Gain> GAINS =
      List.of(new Gain(2, 0.5, 0.2), new Gain(3, 0.3, 0.01), new Gain(3, 0.4, 0.2));

  @Test
  void groupsThatWereFoundHaveTheirOwnGain() {
    GroupTrials trials =
        GroupTrials.of(
            new RunEvent.Grouped(
                4, List.of(List.of("a"), List.of("b", "c", "d"), List.of("e", "f")), GAINS));
    assertTrue(trials.found());
    assertEquals(4, trials.round());
    assertEquals(List.of(3, 2, 1), trials.sizes());
    assertEquals(GAINS.get(1), trials.gain());
    assertEquals(GAINS, trials.gains());
  }

  @Test
  void whereNoneWereFoundTheLargestGainIsShown() {
    GroupTrials trials =
        GroupTrials.of(new RunEvent.Grouped(4, List.of(List.of("a", "b", "c")), GAINS));
    assertFalse(trials.found());
    assertEquals(GAINS.getFirst(), trials.gain());
  }

  @Test
  void whatWasNotTriedHasNoGain() {
    assertNull(GroupTrials.of(new RunEvent.Grouped(4, List.of(List.of("a")), List.of())).gain());
  }
}
