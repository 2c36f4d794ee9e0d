package dev.kula.round;

import dev.kula.data.target.TargetSpec;
import dev.kula.device.DeviceSettings;
import dev.kula.model.ModelSpec;

/**
 * One run of a simulation.
 *
 * @param rounds what the servers are told
 * @param devices what the devices are told
 * @param target what personal models must serve
 * @param model architecture
 * @param threads that compute, at least 1; shows in no result
 */
public record SimulationSettings(
    RoundSettings rounds,
    DeviceSettings devices,
    TargetSpec target,
    ModelSpec model,
    int threads) {}
