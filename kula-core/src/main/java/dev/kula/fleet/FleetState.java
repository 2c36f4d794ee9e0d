package dev.kula.fleet;

import dev.kula.data.SampleBatch;
import dev.kula.device.DeviceRuntime;
import java.util.List;
import java.util.Map;

/**
 * Durable state of a fleet, between rounds.
 *
 * @param devices by name; where they do not fit into memory, each made when it is asked for
 * @param blocks content of fetched blocks by name, once however many devices hold them
 * @param elapsedNanos virtual time so far
 * @param round that began last
 * @param arrivals updates on their way
 */
public record FleetState(
    Map<String, DeviceRuntime.State> devices,
    Map<String, SampleBatch> blocks,
    long elapsedNanos,
    int round,
    List<Arrivals.Pending> arrivals) {}
