package dev.kula.app.diff;

import dev.kula.app.diff.RunDiff.Figure;
import dev.kula.app.diff.RunDiff.PairedGain;
import dev.kula.app.diff.RunSide.Course;
import dev.kula.round.Comparisons;
import dev.kula.round.FleetGain;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunSummary.DeviceResult;
import dev.kula.round.RunSummary.MethodSummary;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a method in two runs, in the last round or, of runs that go on, the last of both.
 */
final class MethodFigures {
  private static final double CONFIDENCE = 0.95;

  /** Settings that decide which rows a device trains on and is examined with. */
  private static final Set<String> DEAL =
      Set.of(
          "data",
          "device-column",
          "time-column",
          "label-column",
          "task",
          "partition",
          "devices",
          "split",
          "target",
          "base",
          "scenario",
          "shift",
          "course");

  private final RunSide first;
  private final RunSide second;
  private final String firstName;
  private final String secondName;
  private final List<Long> seeds;
  private final @Nullable Integer rounds;
  private final List<RoundRecord> ones;
  private final List<RoundRecord> others;

  MethodFigures(
      RunSide first, String firstName, RunSide second, String secondName, List<Long> seeds) {
    this.first = first;
    this.second = second;
    this.firstName = firstName;
    this.secondName = secondName;
    this.seeds = seeds;
    Map<Long, Course> one = Objects.requireNonNull(first.courses().get(firstName));
    Map<Long, Course> other = Objects.requireNonNull(second.courses().get(secondName));
    boolean ended = first.summary().isPresent() && second.summary().isPresent();
    rounds = ended ? null : Math.min(reached(one, seeds), reached(other, seeds));
    ones = last(one);
    others = last(other);
  }

  private static int reached(Map<Long, Course> courses, List<Long> seeds) {
    return courses(courses, seeds).stream()
        .mapToInt(course -> course.rounds().size())
        .min()
        .orElse(0);
  }

  private static Collection<Course> courses(Map<Long, Course> courses, List<Long> seeds) {
    return seeds.isEmpty()
        ? courses.values()
        : seeds.stream().map(seed -> Objects.requireNonNull(courses.get(seed))).toList();
  }

  private List<RoundRecord> last(Map<Long, Course> courses) {
    List<RoundRecord> last = new ArrayList<>();
    for (Course course : courses(courses, seeds)) {
      int end = rounds == null ? course.rounds().size() : rounds;
      if (end > 0) {
        last.add(course.rounds().get(end - 1));
      }
    }
    return last;
  }

  /** The round that figures are of; null where each run goes to its own end. */
  @Nullable Integer rounds() {
    return rounds;
  }

  List<Figure> all() {
    return List.of(
        figure("round", round -> (double) round.round()),
        figure("personalAccuracy", RoundRecord::personalAccuracy),
        figure("worstDecile", RoundRecord::worstDecile),
        figure("globalAccuracy", RoundRecord::globalAccuracy),
        figure("bytesMoved", round -> (double) round.bytes().moved()),
        figure("epsilonMax", RoundRecord::epsilonMax),
        figure("swapsOrdered", round -> (double) round.swaps().ordered()),
        figure(
            "swapsAccepted",
            round -> round.swaps().areUntold() ? null : (double) round.swaps().accepted()),
        figure("simulatedSeconds", RoundRecord::simulatedSeconds),
        figure("wallSeconds", RoundRecord::wallSeconds));
  }

  private Figure figure(String name, Function<RoundRecord, @Nullable Double> of) {
    return new Figure(name, mean(ones, of), mean(others, of));
  }

  private static @Nullable Double mean(
      List<RoundRecord> rounds, Function<RoundRecord, @Nullable Double> of) {
    double sum = 0;
    for (RoundRecord round : rounds) {
      Double value = of.apply(round);
      if (value == null || value.isNaN()) {
        return null;
      }
      sum += value;
    }
    return rounds.isEmpty() ? null : sum / rounds.size();
  }

  /**
   * By device and seed where both runs have the same devices with the same exams, else by seed,
   * Student's interval; empty where there is no pair, or a single one.
   */
  Optional<PairedGain> gain() {
    Optional<double[][]> cells = seeds.isEmpty() ? Optional.empty() : cells();
    if (cells.isPresent()) {
      FleetGain gain = FleetGain.of(cells.get(), CONFIDENCE);
      return Optional.of(
          new PairedGain(gain.mean(), gain.low(), gain.high(), gain.devices(), gain.seeds()));
    }
    double[] differences = new double[Math.min(seeds.size(), Math.min(ones.size(), others.size()))];
    for (int i = 0; i < differences.length; i++) {
      differences[i] = others.get(i).personalAccuracy() - ones.get(i).personalAccuracy();
    }
    return Comparisons.interval(differences)
        .filter(pair -> !Double.isNaN(pair.mean()))
        .map(
            pair ->
                new PairedGain(
                    pair.mean(),
                    Objects.requireNonNull(pair.low()),
                    Objects.requireNonNull(pair.high()),
                    0,
                    differences.length));
  }

  /** Differences by seed and device. */
  private Optional<double[][]> cells() {
    Optional<MethodSummary> one = first.method(firstName);
    Optional<MethodSummary> other = second.method(secondName);
    boolean dealtAlike =
        DEAL.stream()
            .allMatch(key -> Objects.equals(first.settings().get(key), second.settings().get(key)));
    if (one.isEmpty()
        || other.isEmpty()
        || !dealtAlike
        || !names(one.get()).equals(names(other.get()))) {
      return Optional.empty();
    }
    double[][] cells = new double[seeds.size()][];
    for (int i = 0; i < cells.length; i++) {
      List<Double> before = ofSeed(one.get(), seeds.get(i));
      List<Double> after = ofSeed(other.get(), seeds.get(i));
      if (before.isEmpty() || before.size() != after.size()) {
        return Optional.empty();
      }
      cells[i] = new double[before.size()];
      for (int device = 0; device < before.size(); device++) {
        cells[i][device] = after.get(device) - before.get(device);
        if (!(Math.abs(cells[i][device]) <= 1)) {
          return Optional.empty(); // nobody tells it
        }
      }
    }
    return Optional.of(cells);
  }

  private static List<String> names(MethodSummary method) {
    return method.devices().stream().map(DeviceResult::device).toList();
  }

  private static List<Double> ofSeed(MethodSummary method, long seed) {
    List<Double> all = method.personalAccuracy().perDevice();
    int devices = method.devices().size();
    int at = method.seeds().indexOf(seed);
    return at < 0 || all.size() != devices * method.seeds().size()
        ? List.of()
        : all.subList(at * devices, (at + 1) * devices);
  }
}
