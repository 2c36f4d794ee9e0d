package dev.kula.round;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.data.FederatedData;
import dev.kula.data.ToyClusters;
import dev.kula.data.scenario.Course;
import dev.kula.data.scenario.Scenario;
import dev.kula.data.scenario.Shift;
import dev.kula.device.Protection;
import org.junit.jupiter.api.Test;

/** What devices tell of their labels as they join. */
final class FleetLabelsTest {
  private static ToyRun toy() {
    ToyRun run = new ToyRun();
    run.policy = "none";
    run.labelPrior = true;
    return run;
  }

  private static double[] counted(RunState state) {
    return state.monitor().fleetLabels();
  }

  /** Labels of what a device has at first. */
  private static void add(FederatedData data, FederatedData.DeviceRows device, double[] counts) {
    for (int i = 0; i < device.heldAtFirst(); i++) {
      counts[data.dataset().bin(device.train()[i])]++;
    }
  }

  @Test
  void allLabelsOfTheFleetAreCountedOnceBeforeTheFirstRound() {
    ToyRun run = toy();
    run.protection = Protection.NONE;
    double[] expected = new double[ToyClusters.CLASSES];
    run.data.devices().forEach(device -> add(run.data, device, expected));
    for (RunState checkpoint : run.run().checkpoints()) {
      assertArrayEquals(expected, counted(checkpoint), 1e-9);
    }
  }

  @Test
  void whoJoinsLaterIsCountedThen() {
    ToyRun run = toy();
    run.rounds = 9;
    run.protection = Protection.NONE;
    run.data =
        new Scenario(new Shift.Features(2), Course.JOIN).apply(run.data, run.rounds, new Seed(1));
    ToyRun.Outcome outcome = run.run();
    double[] expected = new double[ToyClusters.CLASSES];
    double[] first = new double[ToyClusters.CLASSES];
    for (FederatedData.DeviceRows device : run.data.devices()) {
      boolean late = device.stages().getFirst().round() > 0;
      int held = device.stages().getFirst().held();
      for (int i = 0; i < held; i++) {
        expected[run.data.dataset().bin(device.train()[i])]++;
        first[run.data.dataset().bin(device.train()[i])] += late ? 0 : 1;
      }
    }
    assertArrayEquals(first, counted(outcome.checkpoints().getFirst()), 1e-9);
    assertArrayEquals(expected, counted(outcome.checkpoints().getLast()), 1e-9);
  }

  @Test
  void theProfileIsPlannedNoisedAndCharged() {
    ToyRun run = toy();
    run.epsilon = 2;
    assertEquals(1, run.roundSettings().reports(false));
    ToyRun.Outcome outcome = run.run();
    outcome
        .result()
        .devices()
        .forEach(device -> assertEquals(2, device.epsilon(), 0.02, device.device()));
    assertFalse(outcome.events().stream().anyMatch(RunEvent.AccountSpent.class::isInstance));
    double total = 0;
    for (double count : counted(outcome.checkpoints().getFirst())) {
      total += Math.abs(count - Math.rint(count));
    }
    assertTrue(total > 1e-6, "counts without noise are whole");
  }

  /** Where swaps are planned before training, the same profile serves both. */
  @Test
  void nobodyTellsTheSameTwice() {
    ToyRun run = toy();
    run.policy = "static:0.1";
    int with = run.roundSettings().reports(false);
    run.labelPrior = false;
    assertEquals(run.roundSettings().reports(false), with);
    assertTrue(with > 0);
  }
}
