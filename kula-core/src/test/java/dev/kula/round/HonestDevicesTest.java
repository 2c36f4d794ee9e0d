package dev.kula.round;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.kula.Seed;
import dev.kula.aggregate.attack.Attack;
import dev.kula.data.DeviceId;
import dev.kula.data.FederatedData;
import dev.kula.device.Message;
import dev.kula.device.ToyDevices;
import dev.kula.fleet.Attackers;
import dev.kula.model.Evaluation;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What is said of a run is said of the devices that do not attack it. */
final class HonestDevicesTest {
  private static final DeviceId HONEST = new DeviceId("honest");
  private static final DeviceId ATTACKER = new DeviceId("attacker");

  private static Message.Examined examined(int correct) {
    return new Message.Examined(
        1,
        Optional.of(new Evaluation(10, 5, correct)),
        OptionalDouble.empty(),
        0,
        List.of(),
        Optional.empty());
  }

  @Test
  void anAttackersModelCountsNowhere() {
    Evaluator evaluator =
        new Evaluator(
            ToyDevices.engine(),
            null,
            Map.of(ATTACKER, List.of(1)),
            Map.of(),
            Set.of(ATTACKER),
            true);
    evaluator.examined(HONEST, examined(8));
    evaluator.examined(ATTACKER, examined(1));
    Evaluator.Scores scores = evaluator.scores();
    assertEquals(List.of(0.8), scores.perDevice());
    assertEquals(0.8, scores.mean());
    assertEquals(0.8, scores.worstDecile());
    assertEquals(List.of(), evaluator.recovery().curve());
    assertNull(evaluator.global(List.of(new float[0]), List.of(List.of(HONEST, ATTACKER))));
  }

  @Test
  void aRunIsToldOfHonestDevices() {
    ToyRun run = new ToyRun();
    run.policy = "none";
    run.threat = Optional.of(new SimulationSettings.Threat(Attack.parse("label-flip"), 1 / 3.0));
    List<DeviceId> all = run.data.devices().stream().map(FederatedData.DeviceRows::device).toList();
    Set<DeviceId> attackers =
        Attackers.pick(Attack.parse("label-flip"), 1 / 3.0, all, new Seed(run.seed)).devices();
    assertEquals(3, attackers.size());

    RunResult result = run.run().result();
    Set<String> expected = new TreeSet<>(all.stream().map(DeviceId::name).toList());
    attackers.forEach(attacker -> expected.remove(attacker.name()));
    assertEquals(
        List.copyOf(expected),
        result.devices().stream().map(RunSummary.DeviceResult::device).toList());
    List<Double> accuracies =
        result.devices().stream().map(RunSummary.DeviceResult::accuracy).toList();
    assertEquals(accuracies, result.accuracy().perDevice());
    double mean = accuracies.stream().mapToDouble(one -> one).average().orElseThrow();
    double worst = accuracies.stream().min(Comparator.naturalOrder()).orElseThrow();
    RoundRecord last = result.history().getLast();
    assertEquals(mean, last.personalAccuracy(), 1e-12);
    assertEquals(worst, last.worstDecile(), 1e-12);
    assertEquals(9, result.personal().size(), "all have models");
    for (RunSummary.DeviceResult device : result.devices()) {
      FederatedData.DeviceRows rows =
          run.data.devices().stream()
              .filter(one -> one.device().name().equals(device.device()))
              .findFirst()
              .orElseThrow();
      assertEquals(rows.train().length, device.trainSamples());
    }

    run.threat = Optional.empty();
    assertEquals(9, run.run().result().devices().size(), "nobody is left out without an attack");
  }
}
