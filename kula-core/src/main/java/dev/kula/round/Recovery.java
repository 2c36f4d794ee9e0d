package dev.kula.round;

import dev.kula.data.DeviceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How personal models do in the rounds after what their device meets has changed, or after it has
 * joined: the mean score by rounds since then, over all changes of all devices. A later change ends
 * the count of an earlier one.
 */
final class Recovery {
  /** Rounds after a change that count, its own the first. */
  static final int WINDOW = 10;

  private final Map<DeviceId, List<Integer>> changes;
  private final double[] sums = new double[WINDOW];
  private final int[] counts = new int[WINDOW];
  private final Map<DeviceId, Integer> lastRound = new TreeMap<>();

  /** What has to survive a restart. */
  record State(double[] sums, int[] counts, Map<String, Integer> lastRound) {}

  /**
   * Nothing seen yet.
   *
   * @param changes rounds in which what a device meets changes, ascending
   */
  Recovery(Map<DeviceId, List<Integer>> changes) {
    this.changes = new TreeMap<>(changes);
  }

  /** Takes in an examination; the first one of a device in a round counts. */
  void examined(DeviceId device, int round, double score) {
    Integer before = lastRound.put(device, round);
    int since = -1;
    for (int change : changes.getOrDefault(device, List.of())) {
      since = change <= round ? round - change : since;
    }
    if (since >= 0 && since < WINDOW && (before == null || before < round)) {
      sums[since] += score;
      counts[since]++;
    }
  }

  /** Mean score by rounds since the change; empty if nothing changed. */
  List<Double> curve() {
    List<Double> curve = new ArrayList<>();
    for (int since = 0; since < WINDOW && counts[since] > 0; since++) {
      curve.add(sums[since] / counts[since]);
    }
    return curve;
  }

  State state() {
    Map<String, Integer> rounds = new TreeMap<>();
    lastRound.forEach((device, round) -> rounds.put(device.name(), round));
    return new State(sums.clone(), counts.clone(), rounds);
  }

  void restore(State state) {
    System.arraycopy(state.sums(), 0, sums, 0, WINDOW);
    System.arraycopy(state.counts(), 0, counts, 0, WINDOW);
    lastRound.clear();
    state.lastRound().forEach((name, round) -> lastRound.put(new DeviceId(name), round));
  }
}
