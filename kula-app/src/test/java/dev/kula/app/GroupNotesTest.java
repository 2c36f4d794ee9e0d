package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.round.RunEvent;
import dev.kula.round.RunEvent.Gain;
import dev.kula.round.RunSummary;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class GroupNotesTest {
  private static final String GAIN =
      "A gain of groups is how much lower the loss of their models is in trials than that of one"
          + " model for all, ± a standard error; groups are made if it surely is more than a little, by at"
          + " least three of these.";

  private static final RunEvent.Grouped FOUND =
      new RunEvent.Grouped(
          4,
          List.of(List.of("a"), List.of("b", "c"), List.of("d", "e")),
          List.of(new Gain(2, 0.2, 0.01), new Gain(3, 0.3704, 0.0204), new Gain(3, 0.371, 0.02)));

  private static final RunEvent.Grouped NONE =
      new RunEvent.Grouped(
          16,
          List.of(List.of("a", "b", "c", "d", "e")),
          List.of(new Gain(2, -0.04, 0.02), new Gain(3, -0.05, 0.02)));

  private static final RunEvent.Grouped UNTRIED =
      new RunEvent.Grouped(4, List.of(List.of("a", "b")), List.of());

  @Test
  void aRunSaysThatGroupsHelp() {
    assertEquals(
        List.of(
            "Groups help in trials, 3 from round 4 on (2, 2 and 1 devices): gain 0.370 ± 0.020 nats"
                + " a sample.",
            GAIN),
        GroupNotes.of(Results.grouped(FOUND)));
  }

  @Test
  void orThatTheyDoNotPay() {
    assertEquals(
        List.of(
            "Groups do not pay here: best gain −0.040 ± 0.020 nats a sample, of 2 groups in round"
                + " 16, the last search.",
            GAIN),
        GroupNotes.of(Results.grouped(NONE)));
  }

  @Test
  void orThatNobodyCouldTry() {
    assertEquals(
        List.of("Groups could not be tried: too few devices answered."),
        GroupNotes.of(Results.grouped(UNTRIED)));
  }

  @Test
  void aComparisonCountsSeedsAndSaysTheSameOnce() {
    RunSummary summary =
        Results.grouped(
            "compare",
            Map.of(
                "groups", List.of(FOUND, NONE),
                "groups, deficit swaps", List.of(FOUND, NONE),
                "x", List.of(NONE, NONE)));
    assertEquals(
        List.of(
            "Under groups; groups, deficit swaps: groups help in trials in 1 of 2 seeds, 3 groups"
                + " each: gain 0.370 nats a sample.",
            "Under x: groups do not pay here in any of 2 seeds: best gain −0.040 ± 0.020 nats a"
                + " sample.",
            GAIN),
        GroupNotes.of(summary));
  }

  @Test
  void whoDoesNotSearchReadsNothing() {
    assertEquals(List.of(), GroupNotes.of(Results.compared()));
  }

  @Test
  void theLinesStandUnderTheTableWithWhatWasIgnored() {
    String text = ResultTable.of(Results.grouped(FOUND)).text();
    assertTrue(text.contains("\nGroups help in trials, 3 from round 4 on"), text);
    assertTrue(
        text.contains(
            "\nServers ignored what no device may send: ratings without an order (2×).\n"),
        text);
  }
}
