package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs over TLS in which connections are late, silent, one-sided and cut, processes are stopped
 * where they are, disks are full, clocks are wrong, and a certificate runs out: what comes of each
 * is what comes of a run without faults, to the bit. So no update was counted twice or lost, and no
 * swap applied twice. The seed, the member and the count of its connections say what becomes of a
 * connection after how many bytes, and what that does to whom ({@link Fates}); when that is, and
 * how far others are by then, is chance, so a seed again is not quite a replay. {@code
 * scripts/fleet} kills real processes.
 *
 * <p>{@code -Dkula.schedules=200} tries as many; {@code -Dkula.schedule=17} begins at one; {@code
 * -Dkula.disks=true} mounts disks that can be full ({@link Disk}).
 */
final class FaultScheduleTest {
  @TempDir Path directory;

  static LongStream seeds() {
    long first = Long.getLong("kula.schedule", 1);
    return LongStream.range(first, first + Long.getLong("kula.schedules", 2));
  }

  @ParameterizedTest
  @Tag("slow")
  @MethodSource("seeds")
  void aRunWithFaultsIsARunWithout(long seed) throws Exception {
    SmallFleet fleet = SmallFleet.deal(directory);
    List<RunEvent> happened = new ArrayList<>();
    RunResult expected = fleet.alone(happened);
    FaultSchedule schedule = new FaultSchedule(fleet, seed);
    try {
      RunResult actual = schedule.run();
      assertEquals(List.of(), schedule.refusals());
      SmallFleet.assertSame(expected, List.copyOf(schedule.rounds.values()), actual);
      List<RunEvent> events = schedule.events.values().stream().flatMap(List::stream).toList();
      assertEquals(happened, events);
      assertEachSwapEndsOnce(events);
      assertNoAccountGoesDown(schedule.rounds.values());
      assertTrue(
          schedule.notAdmitted.stream()
              .allMatch(
                  line ->
                      line.contains(" held until ")
                          || line.contains(" holds from ")
                          || line.contains(" calls at once")),
          schedule.notAdmitted::toString);
      assertTrue(schedule.happened.keySet().size() > 2, "hardly a fault: " + schedule.happened);
    } catch (Exception | AssertionError e) {
      throw new AssertionError(
          "schedule %d, in which %s; again with -Dkula.schedule=%d -Dkula.schedules=1: %s"
              .formatted(seed, schedule.happened, seed, e),
          e);
    }
    System.out.printf("schedule %d: %s%n", seed, schedule.happened);
  }

  /** And with it the leases of its pointers: what is not settled expires with the round. */
  private static void assertEachSwapEndsOnce(Collection<RunEvent> events) {
    List<Long> ordered = new ArrayList<>();
    List<Long> settled = new ArrayList<>();
    for (RunEvent event : events) {
      if (event instanceof RunEvent.Ordered one) {
        ordered.add(one.order());
      } else if (event instanceof RunEvent.Settled one) {
        settled.add(one.order());
      }
    }
    assertTrue(!ordered.isEmpty(), "no swaps");
    assertEquals(ordered.stream().sorted().toList(), settled.stream().sorted().toList());
  }

  private static void assertNoAccountGoesDown(Collection<RoundRecord> rounds) {
    double before = 0;
    for (RoundRecord round : rounds) {
      assertTrue(round.epsilonMax() >= before, "%s after %s".formatted(round.epsilonMax(), before));
      before = round.epsilonMax();
    }
    assertTrue(before > 0, "nothing was spent");
  }
}
