package dev.kula.round;

import dev.kula.data.DeviceId;
import dev.kula.round.RunSummary.DetectedChanges;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds when personal models began to do worse, where nobody knows when data change: in a stream,
 * each device's rows are answered before they are trained on, and an {@link AdaptiveWindow} over
 * the scores says when their mean has fallen. Then it follows how the device does until the next
 * fall.
 *
 * <p>It is the evaluator's. That a device's model does worse tells something of its data, and no
 * noise hides it, so nobody else may know. Where labels come with rows that are all as hard to
 * tell, each δ of the window bounds how often a fall is found where there is none; a model that is
 * still learning only rises, and rises are no changes. Not thread safe.
 */
final class DriftWatch {
  /** Share of the score from before a change at which a device counts as back. */
  static final double BACK = 0.95;

  /** Rounds with new rows whose mean has to be back. */
  static final int BACK_ROUNDS = 3;

  private final Map<DeviceId, NavigableMap<Integer, Integer>> rows;
  private final boolean single;
  private final Map<DeviceId, AdaptiveWindow> windows = new TreeMap<>();
  private final Map<DeviceId, Integer> counted = new TreeMap<>();
  private final Map<DeviceId, Followed> open = new TreeMap<>();
  private final List<Followed> closed = new ArrayList<>();

  /**
   * A change that is followed, or was.
   *
   * @param since first round of it
   * @param found round in which it was found
   * @param before mean score before it
   * @param scores of the rounds with new rows from {@code since} on
   * @param back rounds until the device was back; null if it is not
   */
  record Followed(
      String device,
      int since,
      int found,
      double before,
      List<AdaptiveWindow.Part> scores,
      @Nullable Integer back) {
    Followed with(AdaptiveWindow.Part next) {
      List<AdaptiveWindow.Part> all = new ArrayList<>(scores);
      all.add(next);
      return new Followed(device, since, found, before, all, back).judged();
    }

    /** Notes if the last rounds are back where the device was before. */
    Followed judged() {
      if (back != null || scores.size() < BACK_ROUNDS) {
        return this;
      }
      double sum = 0;
      long values = 0;
      for (AdaptiveWindow.Part part : scores.subList(scores.size() - BACK_ROUNDS, scores.size())) {
        sum += part.mean() * part.values();
        values += part.values();
      }
      return sum / values < BACK * before
          ? this
          : new Followed(
              device, since, found, before, scores, scores.getLast().round() - since + 1);
    }
  }

  /**
   * What has to survive a restart.
   *
   * @param windows by device
   * @param counted first round of the rows that each device was examined on last
   * @param open changes that are followed, one a device
   * @param closed changes that another one ended
   */
  record State(
      Map<String, List<AdaptiveWindow.Part>> windows,
      Map<String, Integer> counted,
      List<Followed> open,
      List<Followed> closed) {}

  /**
   * Nothing seen yet.
   *
   * @param rows how many rows each device is examined on, by the first round with these rows; empty
   *     if nothing is to be looked for
   * @param single whether a score is one value, and not the mean of one a row: that of a regression
   *     may change by more through one row
   */
  DriftWatch(Map<DeviceId, NavigableMap<Integer, Integer>> rows, boolean single) {
    this.rows = new TreeMap<>(rows);
    this.single = single;
  }

  /**
   * Takes in an examination, which counts if it is the first on these rows.
   *
   * @return a fall of the score that it shows
   */
  Optional<RunEvent.Changed> examined(DeviceId device, int round, double score) {
    Map.Entry<Integer, Integer> exam = rows.getOrDefault(device, new TreeMap<>()).floorEntry(round);
    if (exam == null || exam.getKey().equals(counted.put(device, exam.getKey()))) {
      return Optional.empty();
    }
    AdaptiveWindow.Part part = new AdaptiveWindow.Part(round, score, single ? 1 : exam.getValue());
    AdaptiveWindow window = windows.computeIfAbsent(device, name -> new AdaptiveWindow(List.of()));
    Optional<AdaptiveWindow.Change> fall =
        window.add(part).filter(change -> change.after() < change.before());
    if (fall.isEmpty()) {
      open.computeIfPresent(device, (name, followed) -> followed.with(part));
      return Optional.empty();
    }
    AdaptiveWindow.Change change = fall.get();
    Followed ended =
        open.put(
            device,
            new Followed(
                    device.name(), change.since(), round, change.before(), window.parts(), null)
                .judged());
    if (ended != null) {
      closed.add(ended);
    }
    return Optional.of(
        new RunEvent.Changed(
            round, device.name(), change.since(), change.before(), change.after()));
  }

  /** What came of it; empty if nothing was to be looked for. */
  Optional<DetectedChanges> result() {
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    List<Followed> all = new ArrayList<>(closed);
    all.addAll(open.values());
    double[] sums = new double[Recovery.WINDOW];
    int[] counts = new int[Recovery.WINDOW];
    for (Followed change : all) {
      for (AdaptiveWindow.Part part : change.scores()) {
        int since = part.round() - change.since();
        if (since < Recovery.WINDOW) {
          sums[since] += part.mean();
          counts[since]++;
        }
      }
    }
    List<Double> curve = new ArrayList<>();
    for (int since = 0; since < Recovery.WINDOW && counts[since] > 0; since++) {
      curve.add(sums[since] / counts[since]);
    }
    return Optional.of(
        new DetectedChanges(
            all.size(),
            Math.toIntExact(all.stream().map(Followed::device).distinct().count()),
            all.stream().mapToDouble(Followed::before).average().orElse(0),
            curve,
            Math.toIntExact(all.stream().filter(change -> change.back() != null).count()),
            medianBack(all)));
  }

  /** Rounds within which half of the changes were made good; null if fewer were. */
  private static @Nullable Integer medianBack(List<Followed> all) {
    int[] rounds =
        all.stream()
            .flatMap(one -> Optional.ofNullable(one.back()).stream())
            .mapToInt(n -> n)
            .toArray();
    Arrays.sort(rounds);
    int half = (all.size() + 1) / 2;
    return half == 0 || rounds.length < half ? null : rounds[half - 1];
  }

  State state() {
    Map<String, List<AdaptiveWindow.Part>> parts = new TreeMap<>();
    windows.forEach((device, window) -> parts.put(device.name(), window.parts()));
    Map<String, Integer> rounds = new TreeMap<>();
    counted.forEach((device, round) -> rounds.put(device.name(), round));
    return new State(parts, rounds, List.copyOf(open.values()), List.copyOf(closed));
  }

  void restore(State state) {
    windows.clear();
    state
        .windows()
        .forEach((name, parts) -> windows.put(new DeviceId(name), new AdaptiveWindow(parts)));
    counted.clear();
    state.counted().forEach((name, round) -> counted.put(new DeviceId(name), round));
    open.clear();
    state.open().forEach(one -> open.put(new DeviceId(one.device()), one));
    closed.clear();
    closed.addAll(state.closed());
  }
}
