package dev.kula.app;

import dev.kula.round.Comparisons.Spread;
import dev.kula.round.RunSummary;
import dev.kula.round.RunSummary.Comparison;
import dev.kula.round.RunSummary.Difference;
import dev.kula.round.RunSummary.MethodSummary;
import dev.kula.round.RunSummary.SeedResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The results of a run as tables, for the terminal or in Markdown: one of accuracy and one of what
 * it cost, so that each fits a terminal. A single method is set in rows instead.
 */
final class ResultTable {
  private final List<Grid> grids;
  private final List<String> notes;

  private ResultTable(List<Grid> grids, List<String> notes) {
    this.grids = List.copyOf(grids);
    this.notes = List.copyOf(notes);
  }

  /** The tables of a finished run. */
  static ResultTable of(RunSummary summary) {
    return summary.command().equals("simulate") && summary.methods().size() == 1
        ? single(summary)
        : sideBySide(summary);
  }

  /** For a terminal, with a line break at the end. */
  String text() {
    return Stream.concat(grids.stream().map(Grid::text), Stream.of(paragraph("\n")))
        .collect(Collectors.joining("\n"));
  }

  /** Prints it, or the summary that it is made of, as the result of a command. */
  void show(Runner.Finished finished, Terminal terminal) {
    terminal.result(
        () -> Document.Ended.of(finished),
        () ->
            terminal.colour().differences(text())
                + "\nReport: %s\n".formatted(finished.directory().resolve("report.html")));
  }

  /** In Markdown, with a line break at the end. */
  String markdown() {
    return Stream.concat(grids.stream().map(Grid::markdown), Stream.of(paragraph("  \n")))
        .collect(Collectors.joining("\n"));
  }

  private String paragraph(String lineBreak) {
    return String.join(lineBreak, notes) + "\n";
  }

  private static ResultTable single(RunSummary summary) {
    MethodSummary method = summary.methods().getFirst();
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of("personal accuracy", Figures.percent(method.personalAccuracy().mean()) + " %"));
    rows.add(
        List.of(
            "  worst decile of devices",
            Figures.percent(method.personalAccuracy().worstDecile()) + " %"));
    rows.add(
        List.of(
            "  best round (%d)".formatted(method.bestRound()),
            Figures.percent(method.bestPersonalAccuracy()) + " %"));
    rows.add(
        List.of(
            "  without what swaps brought",
            Figures.percent(
                    Spread.of(
                            method.devices().stream()
                                .mapToDouble(RunSummary.DeviceResult::accuracyWithoutSwaps)
                                .toArray())
                        .mean())
                + " %"));
    if (changes(summary)) {
      rows.add(List.of("  over all rounds", Figures.percent(method.overTime()) + " %"));
      Double after = method.perSeed().getFirst().afterChange();
      if (after != null) {
        rows.add(List.of("  ten rounds after a change", Figures.percent(after) + " %"));
        rows.add(
            List.of("    the first of them", Figures.percent(method.recovery().getFirst()) + " %"));
      }
      RunSummary.DetectedChanges found = method.perSeed().getFirst().detected();
      if (found != null) {
        rows.add(
            List.of(
                "changes found", "%d, on %d devices".formatted(found.changes(), found.devices())));
        if (found.changes() > 0) {
          rows.add(List.of("  accuracy before", Figures.percent(found.before()) + " %"));
          rows.add(List.of("  ten rounds after", Figures.percent(found.after()) + " %"));
          rows.add(
              List.of(
                  "  recovered, half within",
                  "%d, %s rounds".formatted(found.recovered(), roundsToRecover(found))));
        }
      }
    }
    rows.add(List.of("global accuracy", Figures.percentOrNone(method.globalAccuracy())));
    rows.add(List.of("rounds", Figures.count(method.rounds())));
    rows.add(List.of("  to target", Figures.count(method.roundsToTarget())));
    rows.add(List.of(times(summary) + " time", Figures.seconds(method.simulatedSeconds()) + " s"));
    rows.add(List.of("  to target", simulatedSeconds(method)));
    rows.add(
        List.of(
            "swaps accepted, of ordered",
            "%s of %d".formatted(Figures.accepted(method.swaps()), method.swaps().ordered())));
    rows.add(List.of("moved", Figures.megabytes(method.bytes().moved()) + " MB"));
    rows.add(List.of("  models", Figures.megabytes(method.bytes().model()) + " MB"));
    rows.add(List.of("  visits and trials", Figures.megabytes(method.bytes().visit()) + " MB"));
    rows.add(List.of("  samples", Figures.megabytes(method.bytes().fetched()) + " MB"));
    rows.add(List.of("  pointers", Figures.megabytes(method.bytes().pointer()) + " MB"));
    rows.add(List.of("  profiles", Figures.megabytes(method.bytes().profile()) + " MB"));
    rows.add(List.of("largest epsilon", Figures.epsilon(method.epsilon().max())));
    rows.add(List.of("real time", Figures.seconds(method.wallSeconds()) + " s"));
    String title =
        "%s on %s, %d devices"
            .formatted(method.name(), summary.data().name(), summary.data().devices());
    return new ResultTable(List.of(new Grid(title, List.of(), rows)), notes(summary));
  }

  private static ResultTable sideBySide(RunSummary summary) {
    int seeds = summary.methods().stream().mapToInt(m -> m.perSeed().size()).max().orElse(1);
    String over = seeds < 2 ? "one seed" : "mean ± sd over %d seeds".formatted(seeds);
    String reference =
        summary.comparisons().isEmpty() ? "" : summary.comparisons().getFirst().reference();
    List<String> accuracyHeader =
        new ArrayList<>(List.of("method", "personal", "worst decile", "global", "best"));
    if (!reference.isEmpty()) {
      accuracyHeader.add("vs " + reference);
    }
    Grid accuracy =
        new Grid(
            "Accuracy in the last round, %, " + over,
            accuracyHeader,
            summary.methods().stream()
                .map(method -> accuracyRow(method, summary.comparisons(), reference))
                .toList());
    Grid cost =
        new Grid(
            "Rounds and %s seconds to target, MB moved by kind (trials with visits), swaps"
                    .formatted(times(summary))
                + " accepted of ordered",
            List.of(
                "method",
                "rounds",
                "seconds",
                "models",
                "visits",
                "samples",
                "pointers",
                "profiles",
                "swaps",
                "max ε"),
            summary.methods().stream().map(ResultTable::costRow).toList());
    List<Grid> grids = new ArrayList<>(List.of(accuracy, cost));
    if (changes(summary)) {
      grids.add(1, overTime(summary, over, reference));
    }
    if (summary.methods().stream().anyMatch(method -> found(method) != null)) {
      grids.add(2, detected(summary));
    }
    return new ResultTable(grids, notes(summary));
  }

  /** Whether the data changed while the run went on. */
  private static boolean changes(RunSummary summary) {
    Object course = summary.configuration().get(Flag.COURSE.key());
    return course != null && !course.equals(Flag.COURSE.defaultText().orElseThrow());
  }

  /** How methods do round by round, and after what a device meets has changed. */
  private static Grid overTime(RunSummary summary, String over, String reference) {
    boolean marked = summary.methods().stream().noneMatch(method -> method.recovery().isEmpty());
    List<String> header = new ArrayList<>(List.of("method", "all rounds"));
    if (!reference.isEmpty()) {
      header.add("vs " + reference);
    }
    if (marked) {
      header.addAll(List.of("after a change", "at once"));
      if (!reference.isEmpty()) {
        header.add("vs " + reference);
      }
    }
    List<List<String>> rows = new ArrayList<>();
    for (MethodSummary method : summary.methods()) {
      List<SeedResult> seeds = method.perSeed();
      int count = seeds.size();
      Optional<Comparison> against =
          summary.comparisons().stream()
              .filter(comparison -> comparison.method().equals(method.name()))
              .findFirst();
      List<String> row = new ArrayList<>();
      row.add(method.name());
      row.add(Figures.percent(Spread.over(seeds, SeedResult::overTime), count));
      if (!reference.isEmpty()) {
        row.add(against.map(Comparison::overTime).map(ResultTable::points).orElse(""));
      }
      if (marked) {
        row.add(
            Figures.percent(
                Spread.over(seeds, seed -> Objects.requireNonNull(seed.afterChange())), count));
        row.add(Figures.percent(Spread.over(seeds, seed -> seed.recovery().getFirst()), count));
        if (!reference.isEmpty()) {
          row.add(
              against
                  .flatMap(c -> Optional.ofNullable(c.afterChange()))
                  .map(ResultTable::points)
                  .orElse(""));
        }
      }
      rows.add(row);
    }
    return new Grid(
        "Accuracy over all rounds"
            + (marked ? ", and in the ten rounds after a change or after joining" : "")
            + ", %, "
            + over,
        header,
        rows);
  }

  private static RunSummary.@Nullable DetectedChanges found(MethodSummary method) {
    return method.perSeed().getFirst().detected();
  }

  private static String roundsToRecover(RunSummary.DetectedChanges found) {
    Integer rounds = found.roundsToRecover();
    return rounds == null ? "–" : String.valueOf(rounds);
  }

  /** What was found to change in a stream; each method finds its own. */
  private static Grid detected(RunSummary summary) {
    List<List<String>> rows = new ArrayList<>();
    for (MethodSummary method : summary.methods()) {
      RunSummary.DetectedChanges found = found(method);
      if (found != null) {
        boolean some = found.changes() > 0;
        rows.add(
            List.of(
                method.name(),
                String.valueOf(found.changes()),
                String.valueOf(found.devices()),
                some ? Figures.percent(found.before()) : "–",
                some ? Figures.percent(found.after()) : "–",
                String.valueOf(found.recovered()),
                roundsToRecover(found)));
      }
    }
    return new Grid(
        "Changes that each method's own scores show, accuracy before and in the ten rounds after,"
            + " %, first seed",
        List.of("method", "changes", "devices", "before", "after", "recovered", "half within"),
        rows);
  }

  private static String points(Difference difference) {
    return Figures.points(difference.mean(), difference.low(), difference.high());
  }

  private static List<String> accuracyRow(
      MethodSummary method, List<Comparison> comparisons, String reference) {
    List<SeedResult> seeds = method.perSeed();
    int count = seeds.size();
    List<String> row = new ArrayList<>();
    row.add(method.name());
    row.add(Figures.percent(Spread.over(seeds, SeedResult::personalAccuracy), count));
    row.add(Figures.percent(Spread.over(seeds, SeedResult::worstDecile), count));
    row.add(global(seeds, count));
    row.add(Figures.percent(Spread.over(seeds, SeedResult::bestPersonalAccuracy), count));
    if (!reference.isEmpty()) {
      row.add(
          comparisons.stream()
              .filter(comparison -> comparison.method().equals(method.name()))
              .findFirst()
              .map(c -> Figures.points(c.meanDifference(), c.low(), c.high()))
              .orElse(""));
    }
    return row;
  }

  private static List<String> costRow(MethodSummary method) {
    return List.of(
        method.name(),
        Figures.count(method.roundsToTarget()),
        Figures.seconds(method.simulatedSecondsToTarget()),
        Figures.megabytes(method.bytes().model()),
        Figures.megabytes(method.bytes().visit()),
        Figures.megabytes(method.bytes().fetched()),
        Figures.megabytes(method.bytes().pointer()),
        Figures.megabytes(method.bytes().profile()),
        "%s/%d".formatted(Figures.accepted(method.swaps()), method.swaps().ordered()),
        Figures.epsilon(method.epsilon().max()));
  }

  private static String times(RunSummary summary) {
    return summary.data().elsewhere() ? "measured" : "simulated";
  }

  private static String simulatedSeconds(MethodSummary method) {
    String seconds = Figures.seconds(method.simulatedSecondsToTarget());
    return method.simulatedSecondsToTarget() == null ? seconds : seconds + " s";
  }

  private static List<String> notes(RunSummary summary) {
    List<String> notes = new ArrayList<>();
    boolean missed = summary.methods().stream().anyMatch(m -> m.roundsToTarget() == null);
    notes.add(
        Double.isNaN(summary.targetAccuracy())
            ? "Devices keep to themselves how their models do, since everything that they tell has"
                + " noise; each shows it to its owner."
            : "Target: personal accuracy %s %% (%s)%s."
                .formatted(
                    Figures.percent(summary.targetAccuracy()),
                    summary.targetRule(),
                    missed ? "; – where it was not reached" : ""));
    if (summary.methods().stream().anyMatch(method -> method.swaps().areUntold())) {
      notes.add(
          "What came of swaps, devices tell with noise alone, so that nobody has a count of those that"
              + " were accepted.");
    }
    if (!summary.comparisons().isEmpty()) {
      notes.add(
          "Differences in percentage points of personal accuracy, paired by seed"
              + (summary.comparisons().getFirst().low() == null
                  ? "."
                  : ", with Student's 95 % interval."));
      if (dealsNothing(summary)) {
        notes.add(
            "Seeds deal no row anew where partition and split are those of the data: intervals are"
                + " of training, not of other data.");
      }
    }
    notes.addAll(GroupNotes.of(summary));
    ignored(summary).ifPresent(notes::add);
    if (summary.data().task().equals("regression")) {
      notes.add(
          "Accuracy of a regression is the share of variance explained: 1 - mean squared error /"
              + " variance, at least 0.");
    }
    List<String> bare =
        summary.methods().stream()
            .flatMap(method -> method.epsilon().withoutNoise().stream())
            .distinct()
            .toList();
    if (!bare.isEmpty()) {
      notes.add(
          "Epsilon is ∞ because these releases had no noise%s: %s."
              .formatted(
                  summary.data().elsewhere() ? ", in this run or an earlier one" : "",
                  String.join(", ", bare)));
    }
    if (summary.methods().stream().anyMatch(method -> isFinitePositive(method.epsilon().max()))) {
      notes.add(
          "Epsilon at delta 1e-5 hides %s, whoever sees what a device sends%s."
              .formatted(unit(summary), trust(summary)));
    }
    return notes;
  }

  /** What servers ignored in all runs. */
  private static Optional<String> ignored(RunSummary summary) {
    Map<String, Integer> kinds = new TreeMap<>();
    summary.methods().stream()
        .flatMap(method -> method.perSeed().stream())
        .flatMap(seed -> Stream.ofNullable(seed.ignored()))
        .flatMap(List::stream)
        .forEach(kind -> kinds.merge(kind.what(), kind.messages(), Integer::sum));
    return kinds.isEmpty()
        ? Optional.empty()
        : Optional.of(
            kinds.entrySet().stream()
                .map(kind -> "%s (%d×)".formatted(kind.getKey(), kind.getValue()))
                .collect(
                    Collectors.joining("; ", "Servers ignored what no device may send: ", ".")));
  }

  private static boolean dealsNothing(RunSummary summary) {
    return "natural".equals(summary.configuration().get(Flag.PARTITION.key()))
        && String.valueOf(summary.configuration().get(Flag.SPLIT.key())).startsWith("time:");
  }

  private static boolean isFinitePositive(double epsilon) {
    return epsilon > 0 && Double.isFinite(epsilon);
  }

  private static String unit(RunSummary summary) {
    boolean whole = "device".equals(summary.configuration().get(Flag.PRIVACY_UNIT.key()));
    boolean sums = "synthetic".equals(summary.configuration().get(Flag.EXCHANGE.key()));
    if (sums) {
      return whole
          ? "all that a device has in updates, and a record in profiles and class sums"
          : "a record";
    }
    return whole
        ? "all that a device has in updates and visits, and a record in profiles"
        : "a record, and all that a device has in visits";
  }

  private static String trust(RunSummary summary) {
    boolean inSum =
        "device".equals(summary.configuration().get(Flag.PRIVACY_UNIT.key()))
            && !"none".equals(summary.configuration().get(Flag.SECURE_AGGREGATION.key()));
    return inSum ? ", but for updates: of these it must see no more than the sum" : "";
  }

  /** A dash where a method has no global model. */
  private static String global(List<SeedResult> seeds, int count) {
    List<Double> accuracies = new ArrayList<>();
    for (SeedResult seed : seeds) {
      Double accuracy = seed.globalAccuracy();
      if (accuracy == null) {
        return Figures.percentOrNone(null);
      }
      accuracies.add(accuracy);
    }
    double[] values = accuracies.stream().mapToDouble(Double::doubleValue).toArray();
    return Figures.percent(Spread.of(values), count);
  }
}
