package dev.kula.round;

import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.monitor.Reputation;
import dev.kula.swap.PlannedSwap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The performance monitoring service, as the other servers ask it: who is to be asked for profiles,
 * how devices compare, who should swap with whom, and how sources stand. In this process or in one
 * of its own; the same questions in the same order get the same answers, bit for bit.
 *
 * <p>Not thread safe: one round loop asks.
 */
public interface Monitor {
  /**
   * A new census begins; profiles of the one before are forgotten.
   *
   * @param devices who may be asked
   * @param fleet whether these are all of the fleet, whose swaps are then rated
   * @return who is to be asked for a profile: not those whose account is spent
   */
  List<DeviceId> census(int round, List<DeviceId> devices, boolean fleet);

  /**
   * Takes in what has come for it: profiles, refusals of profiles, and from the orchestrator sums
   * of outcomes and whether sources answered.
   *
   * @return one a message: of a profile, whether it is sound; of a refusal, whether it is news
   */
  List<Boolean> hear(List<Envelope> messages);

  /** How many samples of each label devices seem to have, of all that reported in this census. */
  LabelCounts labels();

  /**
   * Counts the labels of devices that have joined, in addition to those before.
   *
   * @return shares of the labels of all, one a label, in [0, 1]
   */
  double[] joined(List<DeviceId> devices);

  /**
   * Compares devices and plans swaps, on the profiles of this census.
   *
   * @param groups of devices, within which samples may move
   */
  Plan plan(int round, List<List<DeviceId>> groups);

  /** A planning is over, and evidence of past ones fades. How the sources of past orders stand. */
  List<RunEvent.Standing> close();

  /** What devices are worth as sources ({@link Reputation#value}), one each, in [0, 1]. */
  List<Double> reputations(List<DeviceId> devices);

  /**
   * What a checkpoint after a round has to hold of it; a monitor elsewhere keeps its own, under the
   * number of the round.
   */
  State state(int round);

  /** Goes back to what it was after a round. */
  void restore(int round, State state);

  /**
   * A plan.
   *
   * @param compared what profiles say of the fleet
   * @param swaps in the order in which they matter
   * @param unheard receivers whose word on their sources does not count
   */
  record Plan(RunEvent.Compared compared, List<PlannedSwap> swaps, Set<DeviceId> unheard) {
    public Plan {
      swaps = List.copyOf(swaps);
      unheard = Set.copyOf(unheard);
    }
  }

  /**
   * What the monitor remembers from one round to the next.
   *
   * @param declined devices whose account is spent
   * @param fleetLabels of all who were asked as they joined, counts
   * @param granted samples that orders gave each receiver, by label bin
   * @param used orders that each source has served
   * @param reputation of sources
   * @param nextOrder number of the next order, from 1
   */
  record State(
      List<String> declined,
      double[] fleetLabels,
      Map<String, double[]> granted,
      Map<String, Integer> used,
      Reputation.State reputation,
      long nextOrder) {
    /** Of a monitor that keeps its own. */
    public static final State ELSEWHERE =
        new State(
            List.of(),
            new double[0],
            Map.of(),
            Map.of(),
            new Reputation.State(List.of(), List.of(), List.of()),
            1);

    /** Whether it is {@link #ELSEWHERE}. */
    public boolean isElsewhere() {
      return fleetLabels.length == 0;
    }
  }
}
