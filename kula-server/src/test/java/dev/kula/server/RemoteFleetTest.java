package dev.kula.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.aggregate.AggregationStrategy;
import dev.kula.aggregate.Update;
import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.fleet.Conditions;
import dev.kula.fleet.CostModel;
import dev.kula.fleet.Courses;
import dev.kula.fleet.Fleet;
import dev.kula.fleet.FleetState;
import dev.kula.fleet.Pace;
import dev.kula.fleet.SimulatedConditions;
import dev.kula.model.TrainingPlan;
import dev.kula.wire.Job;
import dev.kula.wire.Result;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What one device does wrong is left out, told, and ends nothing. */
final class RemoteFleetTest {
  private static final float[] GLOBAL = {1, 2};

  private final List<String> refusals = new CopyOnWriteArrayList<>();

  private static Participant answering(String name, Result result) {
    return new Answering(new DeviceId(name), job -> Optional.of(result));
  }

  private RemoteFleet fleet(Participant... participants) {
    return fleet(new Patience(Duration.ofSeconds(1), Duration.ofSeconds(1)), participants);
  }

  private RemoteFleet fleet(Patience patience, Participant... participants) {
    List<DeviceId> ids = List.of(participants).stream().map(Participant::id).toList();
    return new RemoteFleet(
        List.of(participants),
        new SimulatedConditions(
            Courses.still(), CostModel.heterogeneous(ids, GLOBAL.length, new Seed(1))),
        Pace.ALL,
        patience,
        refusals::add,
        Optional.empty());
  }

  private static Result trained(float... delta) {
    return new Result.Trained(Optional.of(new Update(delta, 1, 0.5)), 1);
  }

  @Test
  void updatesThatCannotBeFoldedAreLeftOut() {
    try (RemoteFleet fleet =
        fleet(
            answering("absurd", trained(Float.NaN, 0)),
            answering("failing", new Result.Failed("the disk is full")),
            answering("good", trained(1, 1)),
            new Answering(new DeviceId("slow"), job -> Optional.empty()),
            answering("wrong", trained(1, 1, 1)))) {
      Fleet.TrainingTask task =
          new Fleet.TrainingTask(1, GLOBAL, TrainingPlan.of(1, 8, 0.1f), fleet.devices());
      Fleet.Folded folded =
          fleet.train(List.of(task), AggregationStrategy.parse("fedavg")).getFirst();
      assertEquals(1, folded.updates());
      assertArrayEquals(new float[] {2, 3}, folded.global());
      assertEquals(4, refusals.size(), refusals.toString());
      List<String> sorted = refusals.stream().sorted().toList();
      assertTrue(sorted.get(0).startsWith("absurd: "), sorted.toString());
      assertEquals("failing: the disk is full", sorted.get(1));
      assertEquals("slow: no answer in time, is left out", sorted.get(2));
      assertTrue(sorted.get(3).startsWith("wrong: an update has 3 numbers"), sorted.toString());
    }
  }

  @Test
  void aQuorumDoesNotWaitForOneThatStandsStill() {
    Participant stuck = Answering.after(Duration.ofMinutes(10), "stuck", trained(9, 9));
    Patience patience = new Patience(Duration.ofMinutes(10), Duration.ofMinutes(10), 0.6);
    long start = System.nanoTime();
    try (RemoteFleet fleet =
        fleet(patience, answering("a", trained(1, 1)), answering("b", trained(3, 3)), stuck)) {
      Fleet.TrainingTask task =
          new Fleet.TrainingTask(1, GLOBAL, TrainingPlan.of(1, 8, 0.1f), fleet.devices());
      Fleet.Folded folded =
          fleet.train(List.of(task), AggregationStrategy.parse("fedavg")).getFirst();
      assertEquals(2, folded.updates());
      assertArrayEquals(new float[] {3, 4}, folded.global());
      assertEquals(List.of("stuck: was slower than most, is left out"), refusals);
      assertEquals(2, fleet.available(1).size());
    }
    assertTrue(System.nanoTime() - start < Duration.ofMinutes(1).toNanos(), "it waited");
  }

  /** And not for more than the quorum's answers, when it cannot be had. */
  @Test
  void aQuorumThatCannotBeHadEndsWithTheLast() {
    Participant away = new Answering(new DeviceId("away"), job -> Optional.empty());
    Participant slow = Answering.after(Duration.ofMillis(200), "slow", trained(1, 1));
    Patience patience = new Patience(Duration.ofMinutes(1), Duration.ofMinutes(1), 0.5);
    try (RemoteFleet fleet = fleet(patience, away, slow)) {
      Fleet.TrainingTask task =
          new Fleet.TrainingTask(1, GLOBAL, TrainingPlan.of(1, 8, 0.1f), fleet.devices());
      assertEquals(
          1, fleet.train(List.of(task), AggregationStrategy.parse("fedavg")).getFirst().updates());
      assertEquals(List.of("away: no answer in time, is left out"), refusals);
    }
  }

  /** All are there from the beginning. */
  private Conditions measured(String... names) {
    List<DeviceId> devices = List.of(names).stream().map(DeviceId::new).toList();
    MeasuredConditions conditions =
        new MeasuredConditions(devices, device -> true, 1, refusals::add);
    conditions.begins(0);
    return conditions;
  }

  private static Fleet.TrainingTask task(int round, List<DeviceId> cohort) {
    return new Fleet.TrainingTask(round, GLOBAL, TrainingPlan.of(1, 8, 0.1f), cohort);
  }

  /** A device that is slow is not waited for, and what it brings later counts for less. */
  @Test
  void aBufferTakesWhatComesWheneverItWasBegun() throws InterruptedException {
    CountDownLatch late = new CountDownLatch(1);
    Participant slow =
        new Answering(
            new DeviceId("slow"),
            job -> {
              try {
                late.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
              }
              return Optional.of(trained(8, 8));
            });
    Participant fast = answering("fast", trained(1, 1));
    AggregationStrategy strategy = AggregationStrategy.parse("fedavg");
    try (RemoteFleet fleet =
        new RemoteFleet(
            List.of(fast, slow),
            measured("fast", "slow"),
            new Pace.Buffer(1),
            new Patience(Duration.ofMinutes(1), Duration.ofMinutes(1)),
            refusals::add,
            Optional.empty())) {
      Fleet.Folded first = fleet.train(List.of(task(1, fleet.available(1))), strategy).getFirst();
      assertArrayEquals(new float[] {2, 3}, first.global());
      assertEquals(List.of(new DeviceId("slow")), fleet.atWork());
      assertEquals(List.of(new DeviceId("fast")), fleet.available(2));
      fleet.train(List.of(task(2, fleet.available(2))), strategy);
      fleet.train(List.of(task(3, fleet.available(3))), strategy);
      late.countDown();
      Fleet.Folded last = fleet.train(List.of(task(4, List.of())), strategy).getFirst();
      assertEquals(1, last.updates());
      // Begun three models ago: 8/√(1 + 3) = 4.
      assertArrayEquals(new float[] {5, 6}, last.global());
      assertEquals(List.of(), fleet.atWork());
    }
    assertEquals(List.of(), List.copyOf(refusals));
  }

  /** Where the first are enough, nobody else is waited for at all. */
  @Test
  void whoIsNotAmongTheFirstIsLeftOut() {
    Participant stuck = Answering.after(Duration.ofMinutes(5), "stuck", trained(9, 9));
    long start = System.nanoTime();
    try (RemoteFleet fleet =
        new RemoteFleet(
            List.of(answering("a", trained(1, 1)), answering("b", trained(3, 3)), stuck),
            measured("a", "b", "stuck"),
            new Pace.First(0.6),
            new Patience(Duration.ofMinutes(10), Duration.ofMinutes(10)),
            refusals::add,
            Optional.empty())) {
      Fleet.Folded folded =
          fleet
              .train(List.of(task(1, fleet.devices())), AggregationStrategy.parse("fedavg"))
              .getFirst();
      assertEquals(2, folded.updates());
      assertArrayEquals(new float[] {3, 4}, folded.global());
      assertEquals(List.of(new DeviceId("stuck")), fleet.atWork());
      fleet.begin(2); // nor when the next round begins
      assertEquals(2, fleet.available(2).size());
    }
    assertTrue(System.nanoTime() - start < Duration.ofMinutes(1).toNanos(), "it waited");
    assertEquals(List.of(), List.copyOf(refusals));
  }

  @Test
  void whoeverWasLateIsNotAskedAgainInTheRound() {
    try (RemoteFleet fleet = fleet(new Answering(new DeviceId("slow"), job -> Optional.empty()))) {
      fleet.begin(1);
      assertEquals(List.of(), fleet.available(1));
      assertEquals(List.of(new DeviceId("slow")), fleet.devices());
    }
  }

  @Test
  void nobodySpeaksForAnother() {
    DeviceId good = new DeviceId("good");
    DeviceId liar = new DeviceId("liar");
    Envelope own = new Envelope(liar, Envelope.MONITOR, new Message.ProfileDeclined(1, 2));
    Envelope forged = new Envelope(good, Envelope.MONITOR, new Message.ProfileDeclined(1, 2));
    try (RemoteFleet fleet =
        fleet(
            answering("good", new Result.Said(List.of(), 0)),
            answering("liar", new Result.Said(List.of(own, forged), 0)))) {
      Fleet.Delivery delivery =
          fleet.carry(
              1, List.of(new Envelope(Envelope.ORCHESTRATOR, liar, new Message.CloseSwaps(1))));
      assertEquals(List.of(own), delivery.toServers());
      assertEquals(
          List.of("liar: a message in another's name, must be in its own"), List.copyOf(refusals));
    }
  }

  @Test
  void devicesGoBackToWhatTheyKept() {
    List<Job> jobs = new CopyOnWriteArrayList<>();
    Participant device =
        new Answering(
            new DeviceId("good"),
            job -> {
              jobs.add(job);
              return Optional.of(new Result.Done());
            });
    try (RemoteFleet fleet = fleet(device)) {
      fleet.begin(3);
      FleetState state = fleet.state();
      assertEquals(Map.of(), state.devices());
      fleet.restore(state, id -> GLOBAL, List.of());
      assertEquals(List.of(new Job.Begin(3), new Job.Keep(3)), jobs.subList(0, 2));
      assertEquals(3, jobs.size());
      Job.Restore restore = (Job.Restore) jobs.getLast();
      assertEquals(3, restore.round());
      assertArrayEquals(GLOBAL, restore.model());
    }
  }
}
