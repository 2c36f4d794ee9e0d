package dev.kula.device;

import dev.kula.model.TrainingEngine;
import java.time.Instant;

/**
 * What the fleet lends a device while it works: one thread's engine and memory, and the time.
 *
 * @param engine used by this device alone until the call returns
 * @param headEngine of the output layer alone, on embeddings; likewise
 * @param localModel where updates are trained; the next device that is lent it writes over them
 * @param now the fleet's clock, virtual in a simulation
 * @param inferenceSeconds what one forward pass takes on this device, measured on public inputs
 */
public record Workbench(
    TrainingEngine engine,
    TrainingEngine headEngine,
    LocalModel localModel,
    Instant now,
    double inferenceSeconds) {
  /** With memory that nobody else uses. */
  public Workbench(
      TrainingEngine engine, TrainingEngine headEngine, Instant now, double inferenceSeconds) {
    this(engine, headEngine, new LocalModel(), now, inferenceSeconds);
  }
}
