package dev.kula.round;

import java.io.Serializable;

/** How another process makes the same parts of a simulation: what was typed, and not the data. */
public interface SimulationRecipe extends Serializable {
  /**
   * Reads the data, deals them and plans the run.
   *
   * @throws dev.kula.KulaException the user's mistake, if that cannot be done here
   */
  SimulationParts make();
}
