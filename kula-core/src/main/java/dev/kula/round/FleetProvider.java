package dev.kula.round;

import dev.kula.fleet.SimulatedFleet;
import java.nio.file.Path;

/**
 * Makes fleets whose devices are in other processes than the servers. {@link
 * java.util.ServiceLoader} finds those that are on the class path.
 */
public interface FleetProvider {
  /** Whether it makes fleets of this notation, such as {@code spark:MASTER}. */
  boolean provides(String fleet);

  /**
   * A fleet, which closes what it opened.
   *
   * @param fleet one of those that it provides
   * @param parts of the simulation, without attackers and not pooled
   * @param recipe of the same parts, for other processes
   * @param directory for what must outlive a process; other machines must see it, too
   * @throws dev.kula.KulaException if there can be no such fleet
   */
  SimulatedFleet create(
      String fleet, SimulationParts parts, SimulationRecipe recipe, Path directory);
}
