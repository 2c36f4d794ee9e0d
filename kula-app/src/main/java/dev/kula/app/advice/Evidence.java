package dev.kula.app.advice;

import dev.kula.data.DataDescription;
import dev.kula.data.identity.Excess;
import dev.kula.round.FleetGain;
import dev.kula.round.RunEvent;
import java.util.List;
import java.util.Optional;

/**
 * What is known of the data beside the runs of the methods.
 *
 * @param description of the first seed's deal
 * @param natural whether the data say which row is whose, so that a device is the same in all seeds
 * @param labels difference of labels
 * @param features difference of features, given the label
 * @param quantity difference of the numbers of rows
 * @param searches the last search for groups of each seed that held one, or the one that found some
 * @param names what neighbours in another group are called; empty where no groups were found or no
 *     device has look-alikes
 * @param time how much worse later rows are predicted from earlier ones than rows at random from
 *     the others; empty where rows have no time
 */
public record Evidence(
    DataDescription description,
    boolean natural,
    Excess labels,
    Excess features,
    Excess quantity,
    List<RunEvent.Grouped> searches,
    Optional<Names> names,
    Optional<FleetGain> time) {
  public Evidence {
    searches = List.copyOf(searches);
  }

  /**
   * Neighbours within a group and beyond it, over devices.
   *
   * @param disagreement how much more often look-alikes beyond have another label
   * @param nearer how much more often the nearest row is within
   */
  public record Names(FleetGain disagreement, FleetGain nearer) {}
}
