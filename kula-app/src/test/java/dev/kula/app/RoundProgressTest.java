package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.round.RoundRecord;
import dev.kula.round.SwapCounts;
import dev.kula.round.Traffic;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class RoundProgressTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private long now;

  @Test
  void aLogGetsALineEveryTenRoundsAndTheLast() {
    try (RoundProgress progress = terminal(false, 100).progress(stretch(40, true))) {
      for (int round = 1; round <= 23; round++) {
        now += 6_000_000_000L;
        progress.ended(round(round));
      }
    }
    assertEquals(
        """
        random swaps, seed 2: round 10 of 40, personal accuracy 60.0 %, swaps 30; 1:00, at most 3:00 left
        random swaps, seed 2: round 20 of 40, personal accuracy 70.0 %, swaps 60; 2:00, at most 2:00 left
        random swaps, seed 2: round 23 of 40, personal accuracy 73.0 %, swaps 69; 2:18, at most 1:42 left
        """,
        err.toString(StandardCharsets.UTF_8));
    assertEquals(0, out.size());
  }

  @Test
  void aLongRunGetsTwentyLines() {
    try (RoundProgress progress = terminal(false, 100).progress(stretch(10_000, false))) {
      for (int round = 1; round <= 10_000; round++) {
        progress.ended(round(round));
      }
    }
    assertEquals(20, err.toString(StandardCharsets.UTF_8).lines().count());
  }

  @Test
  void timeLeftIsThatOfAllRuns() {
    Stopwatch watch = new Stopwatch(() -> now);
    Stretch third = new Stretch("FedAvg, seed 1", 3, 4, 10, 20, 40, false, watch);
    assertEquals("0:00", third.time(0));
    now = 3_000_000_000L;
    watch.ended();
    assertEquals("0:03, about 0:57 left", third.time(1));
    now += 1_000_000_000L;
    assertEquals("0:04, about 0:56 left", third.time(1));
    assertEquals("1:02:05", Stopwatch.text(Duration.ofSeconds(3725)));
  }

  @Test
  void aLineSaysWhatThereIsRoomFor() {
    Stopwatch watch = new Stopwatch(() -> now);
    Stretch stretch =
        new Stretch("groups, deficit swaps, seed 1", 3, 25, 40, 80, 1000, false, watch);
    now = 90_000_000_000L;
    watch.ended();
    assertEquals(
        "3 of 25  9/40  1:30, about 1:22:30 left",
        ProgressLine.of(new Stretch("x", 3, 25, 40, 80, 144, false, watch), round(9), 39));
    for (int width = 20; width <= 160; width++) {
      String line = ProgressLine.of(stretch, round(9), width);
      assertTrue(line.length() <= width, line);
      assertTrue(line.contains("9/40"), line);
    }
    assertTrue(ProgressLine.of(stretch, round(9), 99).startsWith("▕"));
  }

  @Test
  void aTerminalGetsALineThatFitsItsWidth() {
    for (int columns : new int[] {40, 80, 100}) {
      err.reset();
      try (RoundProgress progress =
          terminal(true, columns).progress(Stretch.alone("deficit swaps", 40))) {
        for (int round = 1; round <= 40; round++) {
          progress.ended(round(round));
        }
      }
      String drawn = err.toString(StandardCharsets.UTF_8);
      // How many are drawn before is a matter of time.
      String last =
          Arrays.stream(drawn.split("[\r\n]"))
              .filter(line -> line.contains("40/40"))
              .reduce("", (earlier, later) -> later);
      assertTrue(last.contains("90.0 %"), drawn);
      assertTrue(last.contains("deficit swaps"), drawn);
      assertEquals(columns >= 80, last.contains("▏"), "a bar where there is room: " + drawn);
      assertTrue(
          drawn
              .lines()
              .flatMap(line -> Arrays.stream(line.split("\r", -1)))
              .allMatch(line -> line.length() < columns),
          drawn);
    }
    assertEquals(0, out.size());
  }

  private Stretch stretch(int rounds, boolean stopsEarly) {
    return new Stretch(
        "random swaps, seed 2", 1, 1, rounds, 0, rounds, stopsEarly, new Stopwatch(() -> now));
  }

  private Terminal terminal(boolean interactive, int columns) {
    return new Terminal(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        interactive,
        Colour.OFF,
        Colour.OFF,
        columns,
        false);
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
