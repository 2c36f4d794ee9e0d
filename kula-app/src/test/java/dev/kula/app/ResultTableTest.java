package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ResultTableTest {
  @Test
  void methodsStandSideBySide() {
    assertEquals(
        """
        Accuracy in the last round, %, mean ± sd over 2 seeds
         method                personal  worst decile      global        best  vs FedAvg + fine-tune
        ─────────────────────────────────────────────────────────────────────────────────────────────
         local only          60.5 ± 0.7    50.5 ± 0.7  58.5 ± 0.7  61.5 ± 0.7   −20.5 [−26.9, −14.1]
         FedAvg + fine-tune  81.0 ± 1.4    71.0 ± 1.4  79.0 ± 1.4  82.0 ± 1.4
         deficit swaps       82.5 ± 0.7    72.5 ± 0.7  80.5 ± 0.7  83.5 ± 0.7      +1.5 [−4.9, +7.9]

        Rounds and simulated seconds to target, MB moved by kind (trials with visits), swaps accepted of ordered
         method              rounds  seconds  models  visits  samples  pointers  profiles   swaps  max ε
        ─────────────────────────────────────────────────────────────────────────────────────────────────
         local only               –        –  2544.2    12.3      1.6      <0.1       0.4  45/120   7.79
         FedAvg + fine-tune    27.5      344  2544.2    12.3      1.6      <0.1       0.4  45/120   7.79
         deficit swaps         20.5      256  2544.2    12.3      1.6      <0.1       0.4  45/120      ∞

        Target: personal accuracy 80.0 % (as given); – where it was not reached.
        Differences in percentage points of personal accuracy, paired by seed, with Student's 95 % interval.
        Epsilon is ∞ because these releases had no noise: updates.
        Epsilon at delta 1e-5 hides a record, and all that a device has in visits, whoever sees what a device sends.
        """,
        ResultTable.of(Results.compared()).text());
  }

  @Test
  void whereDataChangeAThirdTableTellsOfAllRounds() {
    String text = ResultTable.of(Results.changed("stream", List.of())).text();
    assertTrue(
        text.contains(
            """
            Accuracy over all rounds, %, mean ± sd over 2 seeds
             method              all rounds  vs FedAvg + fine-tune
            ───────────────────────────────────────────────────────
             FedAvg + fine-tune  76.0 ± 1.4
             groups              77.5 ± 0.7      +1.5 [−4.9, +7.9]
            """),
        text);
  }

  @Test
  void whereSeedsDealNothingItSaysWhatIntervalsAreOf() {
    String note = "Seeds deal no row anew where partition and split are those of the data";
    assertTrue(ResultTable.of(Results.changed("stream", List.of())).text().contains(note));
    assertFalse(ResultTable.of(Results.compared()).text().contains(note));
  }

  @Test
  void andOfTheRoundsAfterAChange() {
    String text = ResultTable.of(Results.changed("join", List.of(0.5, 0.7))).text();
    assertTrue(
        text.contains(
            """
            Accuracy over all rounds, and in the ten rounds after a change or after joining, %, mean ± sd over 2 seeds
             method              all rounds  vs FedAvg + fine-tune  after a change     at once  vs FedAvg + fine-tune
            ──────────────────────────────────────────────────────────────────────────────────────────────────────────
             FedAvg + fine-tune  76.0 ± 1.4                             60.0 ± 0.0  50.0 ± 0.0
             groups              77.5 ± 0.7      +1.5 [−4.9, +7.9]      60.0 ± 0.0  50.0 ± 0.0         0.0 [0.0, 0.0]
            """),
        text);
  }

  @Test
  void markdownHasTheSameTables() {
    String markdown = ResultTable.of(Results.compared()).markdown();
    assertTrue(
        markdown.startsWith(
            """
            **Accuracy in the last round, %, mean ± sd over 2 seeds**

            | method | personal | worst decile | global | best | vs FedAvg + fine-tune |
            |:--|--:|--:|--:|--:|--:|
            | local only | 60.5 ± 0.7 | 50.5 ± 0.7 | 58.5 ± 0.7 | 61.5 ± 0.7 | −20.5 [−26.9, −14.1] |
            """),
        markdown);
    assertTrue(
        markdown.contains(
            """
            | method | rounds | seconds | models | visits | samples | pointers | profiles | swaps | max ε |
            |:--|--:|--:|--:|--:|--:|--:|--:|--:|--:|
            | local only | – | – | 2544.2 | 12.3 | 1.6 | <0.1 | 0.4 | 45/120 | 7.79 |
            """),
        markdown);
  }

  @Test
  void aSingleMethodIsSetInRows() {
    assertEquals(
        """
        deficit swaps on fashion-mnist, 50 devices
         personal accuracy                82.3 %
           worst decile of devices        72.3 %
           best round (37)                83.3 %
           without what swaps brought     81.3 %
         global accuracy                  80.3 %
         rounds                               40
           to target                          23
         simulated time                    502 s
           to target                       288 s
         swaps accepted, of ordered    45 of 120
         moved                         2558.5 MB
           models                      2544.2 MB
           visits and trials             12.3 MB
           samples                        1.6 MB
           pointers                      <0.1 MB
           profiles                       0.4 MB
         largest epsilon                    7.79
         real time                        61.3 s

        Target: personal accuracy 80.0 % (as given).
        Epsilon at delta 1e-5 hides a record, and all that a device has in visits, whoever sees what a device sends.
        """,
        ResultTable.of(Results.simulated()).text());
  }
}
