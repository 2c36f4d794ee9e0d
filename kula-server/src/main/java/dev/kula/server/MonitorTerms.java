package dev.kula.server;

import dev.kula.round.PerformanceMonitor;
import dev.kula.wire.FleetSettings;
import java.util.function.Supplier;

/**
 * What a monitor in another process than the orchestrator's plans by.
 *
 * @param told what the orchestrator must have been told alike
 * @param monitor makes one that knows nothing yet
 */
public record MonitorTerms(FleetSettings told, Supplier<PerformanceMonitor> monitor) {}
