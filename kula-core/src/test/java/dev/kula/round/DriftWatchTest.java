package dev.kula.round;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.data.Dataset;
import dev.kula.data.DeviceId;
import dev.kula.data.FederatedData;
import dev.kula.data.ToyClusters;
import dev.kula.data.scenario.Course;
import dev.kula.data.scenario.Scenario;
import dev.kula.data.scenario.Shift;
import dev.kula.round.RunSummary.DetectedChanges;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DriftWatchTest {
  private static final DeviceId A = new DeviceId("a");
  private static final DeviceId B = new DeviceId("b");

  private static DriftWatch watch(int rows) {
    NavigableMap<Integer, Integer> exams = new TreeMap<>();
    IntStream.rangeClosed(0, 40).forEach(round -> exams.put(round, rows));
    return new DriftWatch(Map.of(A, exams, B, exams), false);
  }

  @Test
  void followsADeviceFromItsFallUntilItIsBack() {
    DriftWatch watch = watch(50);
    List<RunEvent.Changed> found = new ArrayList<>();
    double[] scores = {.9, .9, .9, .9, .9, .3, .5, .7, .9, .9, .9, .9, .9, .9, .9, .9, .9};
    for (int round = 1; round <= scores.length; round++) {
      watch.examined(A, round, scores[round - 1]).ifPresent(found::add);
      assertEquals(Optional.empty(), watch.examined(A, round, 0)); // the same rows again
      assertEquals(Optional.empty(), watch.examined(B, round, 0.8));
    }
    RunEvent.Changed change = found.getFirst();
    assertEquals(List.of(change), found);
    assertEquals(6, change.since());
    assertEquals(6, change.round());
    assertEquals("a", change.device());
    assertEquals(0.9, change.before(), 1e-9);
    DetectedChanges all = watch.result().orElseThrow();
    assertEquals(1, all.changes());
    assertEquals(1, all.devices());
    assertEquals(List.of(.3, .5, .7, .9, .9, .9, .9, .9, .9, .9), all.curve());
    assertEquals(1, all.recovered());
    // Three rounds at 0.9 end in the eleventh, the sixth of the change.
    assertEquals(6, all.roundsToRecover());
  }

  @Test
  void aRiseIsNoChange() {
    DriftWatch watch = watch(50);
    for (int round = 1; round <= 20; round++) {
      assertEquals(Optional.empty(), watch.examined(A, round, round / 20.0));
    }
    DetectedChanges none = watch.result().orElseThrow();
    assertEquals(0, none.changes());
    assertNull(none.roundsToRecover());
  }

  @Test
  void anotherFallEndsWhatWasFollowed() {
    DriftWatch watch = watch(200);
    for (int round = 1; round <= 12; round++) {
      watch.examined(A, round, round <= 4 ? 0.9 : round <= 8 ? 0.6 : 0.2);
    }
    DetectedChanges all = watch.result().orElseThrow();
    assertEquals(2, all.changes());
    assertEquals(0, all.recovered());
    assertNull(all.roundsToRecover());
    assertEquals((0.6 + 0.2) / 2, all.curve().getFirst(), 1e-12);
  }

  @Test
  void whereChangesAreKnownItLooksForNone() {
    assertEquals(Optional.empty(), new DriftWatch(Map.of(), false).result());
    ToyRun run = new ToyRun();
    run.rounds = 9;
    run.data =
        new Scenario(new Shift.Features(2), Course.SUDDEN).apply(run.data, run.rounds, new Seed(1));
    assertEquals(Optional.empty(), run.run().result().detected());
    run.data = ToyClusters.skewed(9, 32, 16);
    assertEquals(Optional.empty(), run.run().result().detected());
  }

  /** Half of the devices call things by other names from three fifths of the time on. */
  @Test
  void aStreamTellsWhichDevicesChangedAndWhen() {
    ToyRun run = new ToyRun();
    run.policy = "none";
    run.rounds = 23;
    run.data =
        new Scenario(new Shift.None(), Course.STREAM)
            .apply(renamed(6, 600, 360), run.rounds, new Seed(1));
    ToyRun.Outcome whole = run.run();
    List<RunEvent.Changed> found =
        whole.events().stream()
            .filter(RunEvent.Changed.class::isInstance)
            .map(RunEvent.Changed.class::cast)
            .toList();
    assertEquals(
        List.of("device-00", "device-01", "device-02"),
        found.stream().map(RunEvent.Changed::device).sorted().toList());
    // 120 rows at first, 20 a round: what comes in round 13 is row 360, and the exam of round 12.
    found.forEach(change -> assertTrue(Math.abs(change.since() - 12) <= 1, change.toString()));
    DetectedChanges all = whole.result().detected().orElseThrow();
    assertEquals(3, all.changes());
    assertTrue(all.before() > all.curve().getFirst() + 0.3, all.toString());
    assertFalse(whole.result().recovery().size() > 0);
    for (RunState checkpoint : whole.checkpoints()) {
      ToyRun.Outcome resumed = run.run(checkpoint);
      assertEquals(whole.result().detected(), resumed.result().detected());
    }
  }

  private static FederatedData renamed(int devices, int rows, int from) {
    int stock = rows / 5;
    int[] classes = IntStream.range(0, devices * rows).map(i -> i % ToyClusters.CLASSES).toArray();
    Dataset plain = ToyClusters.of(classes);
    float[] targets = plain.targets().clone();
    double[] times = new double[targets.length];
    List<FederatedData.DeviceRows> owned = new ArrayList<>();
    for (int device = 0; device < devices; device++) {
      int first = device * rows;
      for (int i = 0; i < rows; i++) {
        times[first + i] = i;
        boolean other = device < devices / 2 && i >= from;
        targets[first + i] = (classes[first + i] + (other ? 1 : 0)) % ToyClusters.CLASSES;
      }
      owned.add(
          new FederatedData.DeviceRows(
              new DeviceId("device-%02d".formatted(device)),
              IntStream.range(first, first + stock).toArray(),
              IntStream.range(first + stock, first + rows).toArray()));
    }
    Dataset timed =
        new Dataset(
            plain.name(),
            plain.input(),
            plain.task(),
            plain.labels(),
            plain.features(),
            targets,
            plain.owners(),
            Optional.of(times));
    return new FederatedData(
        timed, owned, new int[0], ToyClusters.skewed(1, 2, 0).standardisation(), true);
  }
}
