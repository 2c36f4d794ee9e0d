package dev.kula.device;

import dev.kula.model.TrainingEngine;
import java.time.Instant;

/**
 * What the fleet lends a device while it works: one thread's engine, and the time.
 *
 * @param engine used by this device alone until the call returns
 * @param headEngine of the output layer alone, on embeddings; likewise
 * @param now the fleet's clock, virtual in a simulation
 * @param inferenceSeconds what one forward pass takes on this device, measured on public inputs
 */
public record Workbench(
    TrainingEngine engine, TrainingEngine headEngine, Instant now, double inferenceSeconds) {}
