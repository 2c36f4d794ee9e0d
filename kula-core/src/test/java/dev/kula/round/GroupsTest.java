package dev.kula.round;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.data.FederatedData;
import dev.kula.data.ToyClusters;
import dev.kula.data.partition.PartitionPlan;
import dev.kula.data.partition.PartitionSpec;
import dev.kula.data.scenario.Course;
import dev.kula.data.scenario.Scenario;
import dev.kula.data.scenario.Shift;
import dev.kula.device.Personalization;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Runs in which devices may train models of groups. */
class GroupsTest {
  private static ToyRun toy(String shift, Course course) {
    ToyRun run = new ToyRun();
    run.policy = "none";
    run.groups = true;
    run.rounds = 10;
    int[] classes = IntStream.range(0, 16 * 60).map(i -> i % ToyClusters.CLASSES).toArray();
    FederatedData even =
        PartitionPlan.defaults()
            .withPartition(new PartitionSpec.Iid())
            .withDevices(16)
            .withBase(0)
            .apply(ToyClusters.of(classes), new Seed(2));
    run.data = new Scenario(Shift.parse(shift), course).apply(even, run.rounds, new Seed(1));
    return run;
  }

  private static List<RunEvent.Grouped> searches(ToyRun.Outcome outcome) {
    return outcome.events().stream()
        .filter(RunEvent.Grouped.class::isInstance)
        .map(RunEvent.Grouped.class::cast)
        .toList();
  }

  @Test
  void devicesThatNameThingsAlikeFindEachOtherAndGain() {
    ToyRun with = toy("labels:2", Course.STILL);
    with.personalization = Personalization.NONE; // a linear model's head is nearly all of it
    ToyRun.Outcome found = with.run();
    List<RunEvent.Grouped> searches = searches(found);
    assertTrue(found.result().models().size() > 1);
    assertEquals(
        found.result().models().size(),
        searches.getLast().groups().size() + 1,
        "the common model is there too");
    ToyRun without = toy("labels:2", Course.STILL);
    without.personalization = Personalization.NONE;
    without.groups = false;
    double before = without.run().result().accuracy().mean();
    assertTrue(found.result().accuracy().mean() > before + 0.1, "no better than " + before);
  }

  /**
   * Data that come in may unsettle devices at once; the event says who was found in which group.
   */
  @Test
  void everyDeviceIsInOneOfTheGroupsThatAreFound() {
    for (Course course : List.of(Course.STILL, Course.SUDDEN, Course.GRADUAL)) {
      List<RunEvent.Grouped> searches = searches(toy("labels:2", course).run());
      assertEquals(
          16, searches.getLast().groups().stream().mapToInt(List::size).sum(), course.notation());
    }
  }

  @Test
  void whereNothingSetsDevicesApartThereIsOneGroupAndTheSameResult() {
    ToyRun.Outcome one = toy("none", Course.STILL).run();
    for (RunEvent.Grouped search : searches(one)) {
      assertEquals(1, search.groups().size());
    }
    ToyRun without = toy("none", Course.STILL);
    without.groups = false;
    assertEquals(
        without.run().result().accuracy().perDevice(), one.result().accuracy().perDevice());
  }

  @Test
  void threadsAndRestartsDoNotShow() {
    for (Course course : List.of(Course.STILL, Course.JOIN, Course.SUDDEN, Course.GRADUAL)) {
      ToyRun.Outcome whole = toy("labels:2", course).run();
      ToyRun threaded = toy("labels:2", course);
      threaded.threads = 3;
      assertEquals(whole.bytes(), threaded.run().bytes());
      for (RunState checkpoint : whole.checkpoints()) {
        ToyRun.Outcome resumed = toy("labels:2", course).run(checkpoint);
        assertEquals(whole.bytes(), resumed.bytes(), "after round " + checkpoint.round());
      }
    }
  }

  /** Who moves to the other regime notices, and goes to the group that was there. */
  @Test
  void devicesFollowDrift() {
    ToyRun run = toy("labels:2", Course.SUDDEN);
    run.rounds = 24;
    run.personalization = Personalization.NONE;
    int[] classes = IntStream.range(0, 16 * 200).map(i -> i % ToyClusters.CLASSES).toArray();
    FederatedData even =
        PartitionPlan.defaults()
            .withPartition(new PartitionSpec.Iid())
            .withDevices(16)
            .withBase(0)
            .apply(ToyClusters.of(classes), new Seed(2));
    run.data =
        new Scenario(Shift.parse("labels:2"), Course.SUDDEN).apply(even, run.rounds, new Seed(1));
    ToyRun.Outcome outcome = run.run();
    List<Double> curve = outcome.result().recovery();
    // The model of the regime that was left is right about a quarter of the time.
    assertTrue(curve.getFirst() > 0.5, () -> "after a change " + curve);
  }

  @Test
  void samplesAreSwappedWithinGroupsAlone() {
    ToyRun run = toy("labels:2", Course.STILL);
    run.policy = "random";
    ToyRun.Outcome outcome = run.run();
    List<RunEvent.Grouped> searches = searches(outcome);
    int round = searches.getLast().round();
    Map<String, Integer> groups = outcome.result().groups(); // once all have chosen
    assertEquals(16, groups.size());
    assertTrue(groups.values().stream().distinct().count() > 1);
    Set<Boolean> within = new HashSet<>();
    for (RunEvent event : outcome.events()) {
      if (event instanceof RunEvent.Ordered order
          && order.round() > round
          && order.round() <= 6) { // devices choose again in round 7
        within.add(Objects.equals(groups.get(order.receiver()), groups.get(order.source())));
      }
    }
    assertEquals(Set.of(true), within);
  }
}
