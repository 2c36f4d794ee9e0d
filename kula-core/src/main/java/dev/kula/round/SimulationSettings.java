package dev.kula.round;

import dev.kula.aggregate.attack.Attack;
import dev.kula.data.target.TargetSpec;
import dev.kula.device.DeviceSettings;
import dev.kula.model.ModelSpec;
import java.util.Optional;

/**
 * One run of a simulation.
 *
 * @param rounds what the servers are told
 * @param devices what the devices are told
 * @param target what personal models must serve
 * @param model architecture
 * @param threat what attackers do, if there are any
 * @param pooled whether an oracle that has all data trains the global model, in place of devices
 * @param threads that compute, at least 1; shows in no result
 */
public record SimulationSettings(
    RoundSettings rounds,
    DeviceSettings devices,
    TargetSpec target,
    ModelSpec model,
    Optional<Threat> threat,
    boolean pooled,
    int threads) {
  /** Where devices train. */
  public SimulationSettings(
      RoundSettings rounds,
      DeviceSettings devices,
      TargetSpec target,
      ModelSpec model,
      Optional<Threat> threat,
      int threads) {
    this(rounds, devices, target, model, threat, false, threads);
  }

  /**
   * Attackers among the devices.
   *
   * @param attack what they do
   * @param share of the devices, in [0, 1); rounded down to whole ones, which are not examined
   */
  public record Threat(Attack attack, double share) {}
}
