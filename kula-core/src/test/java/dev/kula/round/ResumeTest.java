package dev.kula.round;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.aggregate.AggregationStrategy;
import dev.kula.data.Exchange;
import dev.kula.data.scenario.Course;
import dev.kula.data.scenario.Scenario;
import dev.kula.data.scenario.Shift;
import dev.kula.device.Personalization;
import dev.kula.fleet.Pace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A run that stops and goes on ends like one that never stopped. */
final class ResumeTest {
  private static ToyRun toy(String policy, Exchange exchange, Personalization personalization) {
    ToyRun run = new ToyRun();
    run.policy = policy;
    run.exchange = Optional.of(exchange);
    run.personalization = personalization;
    return run;
  }

  @ParameterizedTest
  @CsvSource({
    "deficit, VISIT, FINE_TUNE",
    "deficit, RAW, FINE_TUNE",
    "deficit, SYNTHETIC, FINE_TUNE",
    "random, SYNTHETIC, FINE_TUNE",
    "dissimilar, RAW, FINE_TUNE",
    "random, VISIT, FINE_TUNE",
    "static:0.1, RAW, LOCAL",
    "none, VISIT, LOCAL",
    "none, VISIT, DITTO",
    "random, RAW, DITTO",
    "none, VISIT, FEDPER",
    "none, VISIT, FEDREP",
    "static:0.1, RAW, FEDREP",
    "none, VISIT, APFL",
    "none, VISIT, NONE"
  })
  void everyCheckpointLeadsToTheSameEnd(
      String policy, Exchange exchange, Personalization personalization) {
    ToyRun.Outcome whole = toy(policy, exchange, personalization).run();
    assertEquals(6, whole.checkpoints().size());
    for (RunState checkpoint : whole.checkpoints()) {
      ToyRun.Outcome resumed = toy(policy, exchange, personalization).run(checkpoint);
      assertEquals(whole.bytes(), resumed.bytes(), "after round " + checkpoint.round());
      List<RunEvent> told = new ArrayList<>(whole.events());
      told.removeIf(event -> event.round() <= checkpoint.round());
      assertEquals(told, resumed.events());
    }
  }

  /** What optimisers, control variates and the choice of a cluster remember is in checkpoints. */
  @ParameterizedTest
  @CsvSource({
    "fedavgm, 1, FINE_TUNE",
    "fedadam, 1, FINE_TUNE",
    "fedadam, 1, FEDPER",
    "fedyogi, 1, FINE_TUNE",
    "fednova, 1, FINE_TUNE",
    "scaffold, 1, FINE_TUNE",
    "scaffold, 1, DITTO",
    "fedavg, 3, FINE_TUNE",
    "fedavg, 3, DITTO",
    "fedprox, 2, FINE_TUNE"
  })
  void everyStrategyGoesOn(String strategy, int clusters, Personalization how) {
    ToyRun.Outcome whole = baseline(strategy, clusters, how).run();
    assertEquals(6, whole.checkpoints().size());
    for (RunState checkpoint : whole.checkpoints()) {
      assertEquals(whole.bytes(), baseline(strategy, clusters, how).run(checkpoint).bytes());
    }
  }

  private static ToyRun baseline(String strategy, int clusters, Personalization how) {
    ToyRun run = toy("none", Exchange.VISIT, how);
    run.strategy = AggregationStrategy.parse(strategy);
    run.participation = 0.6;
    return clusters == 1 ? run : run.in(clusters);
  }

  private static ToyRun buffered(String policy, Exchange exchange) {
    ToyRun run = toy(policy, exchange, Personalization.FINE_TUNE);
    run.pace = new Pace.Buffer(2);
    return run;
  }

  /** What is on its way is in checkpoints, and nobody acts on the model that it was begun with. */
  @ParameterizedTest
  @CsvSource({"none, VISIT", "deficit, VISIT", "random, RAW"})
  void whatFillsABufferGoesOn(String policy, Exchange exchange) {
    ToyRun.Outcome whole = buffered(policy, exchange).run();
    assertTrue(whole.checkpoints().stream().anyMatch(at -> !at.fleet().arrivals().isEmpty()));
    for (RunState checkpoint : whole.checkpoints()) {
      ToyRun.Outcome resumed = buffered(policy, exchange).run(checkpoint);
      assertEquals(whole.bytes(), resumed.bytes(), "after round " + checkpoint.round());
    }
  }

  /** Who trains still is sent no model before it is done, and nobody is sent one twice. */
  @Test
  void aBufferMovesWhatItHasTo() {
    ToyRun.Outcome outcome = buffered("none", Exchange.VISIT).run();
    RunResult result = outcome.result();
    long model = result.layout().size() * 4L;
    long devices = result.devices().size();
    List<RunState> checkpoints = outcome.checkpoints();
    long down = devices; // the first model
    for (RunState checkpoint :
        checkpoints) { // after the last round nobody is at work, and all have it
      down += devices - checkpoint.fleet().arrivals().size();
    }
    long folded = result.history().stream().mapToLong(RoundRecord::cohort).sum();
    long moved = result.history().getLast().bytes().model();
    long up = moved / model - down;
    assertEquals(0, moved % model);
    assertEquals(2L * result.history().size(), folded);
    // What comes after the end was sent for nothing.
    assertTrue(folded <= up && up <= folded + devices, "%d of %d".formatted(up, folded));
  }

  /** Of both ways of all rounds and the first delivery, for models of the same size. */
  @ParameterizedTest
  @CsvSource({
    "fedavg, 1, 1, 1, 0",
    "scaffold, 1, 2, 2, 0",
    "fedavg, 3, 3, 1, 4",
    "fednova, 1, 1, 1, 4"
  })
  void countsTheBytesOfAllThatTravels(String strategy, int clusters, int down, int up, int extra) {
    ToyRun run = toy("none", Exchange.VISIT, Personalization.FINE_TUNE);
    run.strategy = AggregationStrategy.parse(strategy);
    ToyRun.Outcome outcome = (clusters == 1 ? run : run.in(clusters)).run();
    RunResult result = outcome.result();
    long model = result.layout().size() * 4L;
    long devices = result.devices().size();
    long updates = result.history().stream().mapToLong(RoundRecord::cohort).sum();
    long expected = (1 + result.history().size()) * devices * down * model;
    expected += updates * (up * model + extra);
    assertEquals(expected, result.history().getLast().bytes().model());
  }

  @ParameterizedTest
  @EnumSource(names = {"JOIN", "GRADUAL"})
  void anOracleGoesOnToo(Course course) {
    ToyRun run = toy("none", Exchange.VISIT, Personalization.FINE_TUNE);
    run.pooled = true;
    run.rounds = 9;
    run.data = new Scenario(new Shift.Features(2), course).apply(run.data, run.rounds, new Seed(1));
    ToyRun.Outcome whole = run.run();
    for (RunState checkpoint : whole.checkpoints()) {
      assertEquals(whole.bytes(), run.run(checkpoint).bytes(), "after round " + checkpoint.round());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"JOIN", "SUDDEN", "GRADUAL"})
  void dataThatComeInAreThereAfterARestart(Course course) {
    Supplier<ToyRun> toys =
        () -> {
          ToyRun run = new ToyRun();
          run.rounds = 9;
          run.data =
              new Scenario(new Shift.Features(2), course).apply(run.data, run.rounds, new Seed(1));
          return run;
        };
    ToyRun.Outcome whole = toys.get().run();
    assertTrue(!whole.result().recovery().isEmpty());
    for (RunState checkpoint : whole.checkpoints()) {
      ToyRun.Outcome resumed = toys.get().run(checkpoint);
      assertEquals(whole.bytes(), resumed.bytes(), "after round " + checkpoint.round());
      assertEquals(whole.result().recovery(), resumed.result().recovery());
    }
  }

  /** Who joins is counted, and what all know of it is in checkpoints. */
  @ParameterizedTest
  @CsvSource({"none, false", "none, true", "random, false"})
  void theLabelsOfTheFleetAreKnownAfterARestart(String policy, boolean groups) {
    ToyRun run = toy(policy, Exchange.RAW, Personalization.FINE_TUNE);
    run.rounds = 9;
    run.groups = groups;
    run.data =
        new Scenario(new Shift.Features(2), Course.JOIN).apply(run.data, run.rounds, new Seed(1));
    String without = run.run().bytes();
    run.labelPrior = true;
    ToyRun.Outcome whole = run.run();
    assertNotEquals(without, whole.bytes());
    for (RunState checkpoint : whole.checkpoints()) {
      assertEquals(whole.bytes(), run.run(checkpoint).bytes(), "after round " + checkpoint.round());
    }
  }

  /** What is restored is not changed by the run that goes on from it. */
  @Test
  void aCheckpointCanBeUsedTwice() {
    ToyRun.Outcome whole = new ToyRun().run();
    RunState middle = whole.checkpoints().get(2);
    String granted = granted(middle);
    assertEquals(whole.bytes(), new ToyRun().run(middle).bytes());
    assertEquals(whole.bytes(), new ToyRun().run(middle).bytes());
    assertEquals(granted, granted(middle));
  }

  private static String granted(RunState state) {
    StringBuilder text = new StringBuilder();
    state
        .monitor()
        .granted()
        .forEach((name, counts) -> text.append(name + Arrays.toString(counts)));
    return text.toString();
  }

  @Test
  void checkpointsCountRoundsAndEvents() {
    ToyRun.Outcome whole = new ToyRun().run();
    for (int i = 0; i < whole.checkpoints().size(); i++) {
      RunState state = whole.checkpoints().get(i);
      assertEquals(i + 1, state.round());
      assertEquals(i + 1, state.history().size());
      long told = whole.events().stream().filter(event -> event.round() <= state.round()).count();
      assertEquals(told, state.events());
      assertEquals(i == 5, !state.stopped().isEmpty());
    }
  }

  /** A run that converged, too: its personal models have met the last model once. */
  @ParameterizedTest
  @EnumSource(names = {"FINE_TUNE", "NONE", "DITTO", "FEDPER", "APFL"})
  void aConvergedRunStaysAsItWas(Personalization personalization) {
    ToyRun.Outcome whole = converging(personalization).run();
    assertTrue(whole.result().stopped().startsWith("converged"), whole.result().stopped());
    int rounds = whole.checkpoints().size();
    assertTrue(rounds < 40);
    for (int from : new int[] {0, rounds - 2, rounds - 1}) {
      ToyRun.Outcome resumed = converging(personalization).run(whole.checkpoints().get(from));
      assertEquals(whole.bytes(), resumed.bytes());
    }
  }

  private static ToyRun converging(Personalization personalization) {
    ToyRun run = toy("none", Exchange.VISIT, personalization);
    run.rounds = 40;
    run.convergence = new Convergence(true, 2, 3, 0.5);
    return run;
  }
}
