package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.round.RoundRecord;
import dev.kula.round.SwapCounts;
import dev.kula.round.Traffic;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class RoundProgressTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void aLogGetsALineEveryTenRoundsAndTheLast() {
    try (RoundProgress progress = terminal(false).progress("random swaps, seed 2", 40)) {
      for (int round = 1; round <= 23; round++) {
        progress.ended(round(round));
      }
    }
    assertEquals(
        """
        random swaps, seed 2: round 10 of 40, personal accuracy 60.0 %, swaps 30
        random swaps, seed 2: round 20 of 40, personal accuracy 70.0 %, swaps 60
        random swaps, seed 2: round 23 of 40, personal accuracy 73.0 %, swaps 69
        """,
        err.toString(StandardCharsets.UTF_8));
    assertEquals(0, out.size());
  }

  @Test
  void aTerminalGetsABarThatFitsItsWidth() {
    try (RoundProgress progress = terminal(true).progress("deficit swaps", 40)) {
      for (int round = 1; round <= 40; round++) {
        progress.ended(round(round));
      }
    }
    String drawn = err.toString(StandardCharsets.UTF_8);
    assertTrue(drawn.contains("deficit swaps") && drawn.contains("40/40"), drawn);
    assertTrue(drawn.contains("90.0 % personal, 120 swaps"), drawn);
    assertTrue(drawn.lines().allMatch(line -> line.length() <= 100), drawn);
    assertEquals(0, out.size());
  }

  private Terminal terminal(boolean interactive) {
    return new Terminal(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        interactive,
        false,
        100);
  }

  private static RoundRecord round(int round) {
    return new RoundRecord(
        "m",
        1,
        round,
        10,
        1,
        0.5 + round / 100.0,
        0.4,
        1,
        0.5,
        round,
        Traffic.NONE,
        new SwapCounts(5 * round, 3 * round, 2 * round, 0),
        1,
        1);
  }
}
