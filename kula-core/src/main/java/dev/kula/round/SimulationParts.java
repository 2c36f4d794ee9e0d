package dev.kula.round;

import dev.kula.data.FederatedData;
import dev.kula.fleet.CostModel;
import dev.kula.model.EngineFactory;
import dev.kula.model.TrainingEngine;

/**
 * What a simulation is made of.
 *
 * @param data shared by all runs that are to be compared
 * @param settings of the run
 * @param engines makes the engines, one a thread
 */
public record SimulationParts(
    FederatedData data, SimulationSettings settings, EngineFactory engines) {
  /** The devices of the run, if nobody attacks it. */
  public Roster roster() {
    return new Roster(data, settings, data.dataset());
  }

  /** An engine of the model. */
  public TrainingEngine engine() {
    return engines.create(settings.model(), data.dataset().input(), data.dataset().task());
  }

  /** What work and bytes cost the participants of a roster. */
  public CostModel costs(Roster roster) {
    try (TrainingEngine engine = engine()) {
      return roster.costs(engine);
    }
  }
}
