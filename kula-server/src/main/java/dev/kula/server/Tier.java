package dev.kula.server;

import dev.kula.round.SimulationSettings;
import dev.kula.wire.FleetSettings;
import java.util.Optional;

/** What of a server's work other processes do. By default, none. */
public interface Tier {
  /** One process is all. */
  Tier ALONE = new Tier() {};

  /**
   * Looks whether a run can be had so.
   *
   * @throws dev.kula.KulaException the user's mistake, if it cannot
   */
  default void check(SimulationSettings settings) {}

  /** Where updates fold; empty for here. */
  default Optional<Summing> summing() {
    return Optional.empty();
  }

  /**
   * The monitor, which answers {@link dev.kula.wire.Job.Consult}; empty for one that connects as
   * devices do.
   *
   * @param told what it must have been told alike
   */
  default Optional<Participant> monitor(FleetSettings told) {
    return Optional.empty();
  }
}
