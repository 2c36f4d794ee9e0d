package dev.kula.spark;

import dev.kula.data.SampleBatch;
import dev.kula.device.DeviceRuntime;
import java.util.Map;

/**
 * What a device is between rounds.
 *
 * @param state of its runtime
 * @param blocks that it fetched, by name
 */
record Kept(DeviceRuntime.State state, Map<String, SampleBatch> blocks) {}
