package dev.kula.benchmarks.evidence;

import dev.kula.app.Figures;
import dev.kula.app.Grid;
import dev.kula.benchmarks.evidence.Study.Figure;
import dev.kula.round.Comparisons;
import dev.kula.round.Comparisons.SeedRun;
import dev.kula.round.Comparisons.Spread;
import dev.kula.round.RunSummary.Difference;
import dev.kula.round.RunSummary.MethodSummary;
import dev.kula.round.RunSummary.SeedResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The tables of a study, in Markdown. A method whose seeds are not all there is left out of a
 * table, never shown over fewer.
 */
final class Tables {
  private static final String NONE = "–";

  /** Share of the reference's accuracy that counts as having reached the target. */
  private static final double TARGET_SHARE = 0.95;

  private final Study study;
  private final Tuned tuned;

  /**
   * The tables of a study.
   *
   * @param tuned settings; of a method that is not there the defaults
   */
  Tables(Study study, Tuned tuned) {
    this.study = study;
    this.tuned = tuned;
  }

  /**
   * What methods are set side by side in.
   *
   * @param name of it
   * @param scenario of the study
   * @param arguments beside those of the method
   * @param epsilon what a device's account must not exceed
   * @param methods of the runs, with the settings chosen for them
   * @param seeds of the runs
   */
  private record Setup(
      String name,
      String scenario,
      String arguments,
      double epsilon,
      Map<String, String> methods,
      List<Long> seeds) {}

  private static Map<String, String> chosen(
      Set<String> methods, Function<String, Optional<String>> choices) {
    Map<String, String> chosen = new LinkedHashMap<>();
    methods.forEach(method -> chosen.put(method, choices.apply(method).orElse("")));
    return chosen;
  }

  private List<Setup> plain() {
    Map<String, String> methods = chosen(study.methods().keySet(), tuned::chosen);
    return study.scenarios().keySet().stream()
        .map(
            scenario ->
                new Setup(
                    scenario,
                    scenario,
                    study.common(),
                    Double.POSITIVE_INFINITY,
                    methods,
                    study.seeds()))
        .toList();
  }

  private List<Setup> noised() {
    Study.Privacy privacy = study.privacy();
    List<Long> seeds = study.seeds().stream().limit(privacy.seeds()).toList();
    Map<String, String> methods = chosen(privacy.methods().keySet(), tuned::chosenUnderNoise);
    return privacy.scenarios().stream()
        .flatMap(
            scenario ->
                privacy.epsilons().stream()
                    .map(
                        epsilon ->
                            new Setup(
                                "%s, ε = %s".formatted(scenario, epsilon.replace("inf", "∞")),
                                scenario,
                                Study.join(privacy.arguments(), "--epsilon", epsilon),
                                Double.parseDouble(epsilon.replace("inf", "Infinity")),
                                methods,
                                seeds)))
        .toList();
  }

  /** All runs that the tables are made of. */
  List<Run> runs() {
    return Stream.concat(plain().stream(), noised().stream())
        .flatMap(setup -> setup.methods().keySet().stream().flatMap(method -> runs(method, setup)))
        .toList();
  }

  private Stream<Run> runs(String method, Setup setup) {
    String chosen = Objects.requireNonNull(setup.methods().get(method));
    String settings = Study.join(setup.arguments(), chosen);
    return setup.seeds().stream().map(seed -> new Run(method, setup.scenario(), settings, seed));
  }

  /**
   * Methods set side by side.
   *
   * @param name such as the scenario
   * @param figure what counts
   * @param methods those that have all seeds, by key, in the order of the study
   */
  private record Row(String name, Figure figure, Map<String, MethodSummary> methods) {
    Spread spread(String method) {
      return Spread.over(Objects.requireNonNull(methods.get(method)).perSeed(), figure::of);
    }

    /** Without the methods whose devices gave away more. */
    Row within(double epsilon) {
      Map<String, MethodSummary> kept = new LinkedHashMap<>(methods);
      kept.values().removeIf(method -> method.epsilon().max() > epsilon);
      return new Row(name, figure, kept);
    }

    /** Paired by seed; empty if one of the two is missing. */
    Optional<Difference> difference(String method, String reference) {
      MethodSummary one = methods.get(method);
      MethodSummary other = methods.get(reference);
      return one == null || other == null
          ? Optional.empty()
          : Optional.of(figure.of(Comparisons.against(one, other)));
    }
  }

  /**
   * All tables.
   *
   * @param outcomes of {@link #runs}; some may be missing
   * @param refusals why, by method and scenario
   */
  String markdown(Map<Run, Outcome> outcomes, Map<String, String> refusals) {
    List<Row> rows = plain().stream().map(setup -> row(setup, outcomes)).toList();
    List<Row> equalBytes =
        plain().stream()
            .filter(setup -> figure(setup) == Figure.LAST_ROUND)
            .map(setup -> atEqualBytes(setup, outcomes))
            .toList();
    List<Row> noised =
        noised().stream().map(setup -> row(setup, outcomes).within(setup.epsilon())).toList();
    List<String> parts = new ArrayList<>();
    parts.add(
        sideBySide("Overview", rows, study.methods().keySet())
            + notes(
                "Of the last round, or, where data change until the end (*over time*), the mean over"
                    + " all rounds.",
                "Mean ± sd over %d seeds; differences in percentage points, paired by seed."
                    .formatted(study.seeds().size()),
                "A star: Student's 95 % interval leaves 0 out. With so many comparisons a few stars"
                    + " are luck, one in twenty where nothing differs.",
                "`%s` is an oracle, which no fleet could run.".formatted(study.oracle())));
    rows.forEach(row -> parts.add(scenario(row)));
    parts.add(
        sideBySide("At equal bytes", equalBytes, study.methods().keySet())
            + notes(
                "In the last round by which a method had moved no more bytes than `%s` in all its rounds."
                    .formatted(study.reference()),
                "%s where its first round moved more.".formatted(NONE),
                "Scenarios whose data change until the end are left out: their rounds are not alike."));
    if (!noised.isEmpty()) {
      parts.add(
          sideBySide(
                  "With noise (`%s`)".formatted(study.privacy().arguments()),
                  noised,
                  study.privacy().methods().keySet())
              + notes(
                  "Over the first %d of these seeds, with settings tuned at ε = %s."
                      .formatted(
                          Math.min(study.privacy().seeds(), study.seeds().size()),
                          study.privacy().tunedAt()),
                  "%s where Kula refuses a method under such noise, or where bare samples leave a device, which no ε covers."
                      .formatted(NONE)));
    }
    parts.add(settings());
    if (!refusals.isEmpty()) {
      StringBuilder text = new StringBuilder("**Refused**\n\n");
      refusals.forEach((what, why) -> text.append("- %s: %s\n".formatted(what, why)));
      parts.add(text.toString());
    }
    return String.join("\n", parts);
  }

  private Row row(Setup setup, Map<Run, Outcome> outcomes) {
    double target =
        TARGET_SHARE
            * all(study.reference(), setup, outcomes).stream()
                .mapToDouble(outcome -> outcome.seed().personalAccuracy())
                .average()
                .orElse(Double.POSITIVE_INFINITY);
    return row(
        setup,
        method ->
            all(method, setup, outcomes).stream().map(outcome -> outcome.figures(target)).toList());
  }

  private Row atEqualBytes(Setup setup, Map<Run, Outcome> outcomes) {
    List<Outcome> reference = all(study.reference(), setup, outcomes);
    return row(
        setup,
        method -> {
          List<Outcome> runs = all(method, setup, outcomes);
          List<SeedRun> within = new ArrayList<>();
          for (int i = 0; i < Math.min(runs.size(), reference.size()); i++) {
            runs.get(i).within(reference.get(i).moved()).ifPresent(within::add);
          }
          return within.size() == runs.size() ? within : List.of();
        });
  }

  private Row row(Setup setup, Function<String, List<SeedRun>> runs) {
    Map<String, MethodSummary> methods = new LinkedHashMap<>();
    for (String method : setup.methods().keySet()) {
      List<SeedRun> seeds = runs.apply(method);
      if (!seeds.isEmpty()) {
        methods.put(method, Comparisons.summarise(method, seeds));
      }
    }
    return new Row(setup.name(), figure(setup), methods);
  }

  private Figure figure(Setup setup) {
    return Objects.requireNonNull(study.scenarios().get(setup.scenario()));
  }

  /** One a seed, or none if any is missing. */
  private List<Outcome> all(String method, Setup setup, Map<Run, Outcome> outcomes) {
    List<Run> runs = runs(method, setup).toList();
    return outcomes.keySet().containsAll(runs)
        ? runs.stream().map(run -> Objects.requireNonNull(outcomes.get(run))).toList()
        : List.of();
  }

  /** Methods below each other, what they are set side by side in beside each other. */
  private String sideBySide(String title, List<Row> rows, Set<String> methods) {
    String reference = study.reference();
    List<String> header = new ArrayList<>(List.of(""));
    List<String> first = new ArrayList<>(List.of(reference));
    for (Row row : rows) {
      header.add(row.name() + (row.figure() == Figure.OVER_TIME ? " *(over time)*" : ""));
      MethodSummary summary = row.methods().get(reference);
      first.add(
          summary == null ? NONE : Figures.percent(row.spread(reference), summary.seeds().size()));
    }
    List<List<String>> cells = new ArrayList<>(List.of(first));
    for (String method : methods) {
      if (!method.equals(reference)) {
        List<String> line = new ArrayList<>(List.of(method));
        rows.forEach(
            row -> line.add(row.difference(method, reference).map(Tables::starred).orElse(NONE)));
        cells.add(line);
      }
    }
    return new Grid(
            "%s: personal accuracy of `%s` in %%, and differences to it"
                .formatted(title, reference),
            header,
            cells)
        .markdown();
  }

  private static String starred(Difference difference) {
    return Figures.points(difference.mean()) + (isClear(difference) ? "*" : "");
  }

  private static boolean isClear(Difference difference) {
    Double low = difference.low();
    Double high = difference.high();
    return low != null && high != null && (low > 0 || high < 0);
  }

  /** All that is known of one scenario. */
  private String scenario(Row row) {
    boolean changes =
        row.methods().values().stream()
            .flatMap(method -> method.perSeed().stream())
            .anyMatch(seed -> seed.afterChange() != null);
    List<String> header = new ArrayList<>(List.of("method", "last round", "worst decile"));
    if (changes) {
      header.addAll(List.of("over time", "after a change"));
    }
    header.addAll(
        List.of("vs " + study.reference(), "gap closed", "MB", "seconds", "rounds to target"));
    int count = study.seeds().size();
    List<List<String>> cells = new ArrayList<>();
    row.methods()
        .forEach(
            (key, method) -> {
              List<SeedResult> seeds = method.perSeed();
              List<String> line = new ArrayList<>();
              line.add(key);
              line.add(Figures.percent(Spread.over(seeds, SeedResult::personalAccuracy), count));
              line.add(Figures.percent(Spread.over(seeds, SeedResult::worstDecile), count));
              if (changes) {
                line.add(Figures.percent(Spread.over(seeds, SeedResult::overTime), count));
                line.add(afterChange(seeds));
              }
              line.add(key.equals(study.reference()) ? "" : against(row, key, study.reference()));
              line.add(gapClosed(row, key));
              line.add(Figures.megabytes(method.bytes().moved()));
              line.add(Figures.seconds(method.simulatedSeconds()));
              line.add(Figures.count(method.roundsToTarget()));
              cells.add(line);
            });
    return cells.isEmpty()
        ? "**%s**: no results yet\n".formatted(row.name())
        : new Grid(row.name(), header, cells).markdown() + scenarioNotes(row);
  }

  private String afterChange(List<SeedResult> seeds) {
    return seeds.stream().anyMatch(seed -> seed.afterChange() == null)
        ? NONE
        : Figures.percent(
            Spread.over(seeds, seed -> Objects.requireNonNull(seed.afterChange())),
            study.seeds().size());
  }

  private static String against(Row row, String method, String reference) {
    return row.difference(method, reference)
        .map(found -> Figures.points(found.mean(), found.low(), found.high()))
        .orElse(NONE);
  }

  /** In per cent; a dash where the oracle is not shown to be ahead. */
  private String gapClosed(Row row, String method) {
    Optional<Difference> gap = row.difference(study.oracle(), study.reference());
    Optional<Difference> gain = row.difference(method, study.reference());
    boolean ahead = gap.isPresent() && isClear(gap.get()) && gap.get().mean() > 0;
    return ahead && gain.isPresent() && !method.equals(study.reference())
        ? "%.0f %%".formatted(100 * gain.get().mean() / gap.get().mean())
        : NONE;
  }

  private String scenarioNotes(Row row) {
    Optional<String> best =
        row.methods().keySet().stream()
            .filter(key -> !key.equals(study.standard()) && !key.equals(study.oracle()))
            .max(Comparator.comparingDouble(key -> row.spread(key).mean()));
    String what =
        switch (row.figure()) {
          case LAST_ROUND -> "the last round";
          case OVER_TIME -> "the mean over all rounds";
        };
    List<String> missing =
        study.methods().keySet().stream().filter(key -> !row.methods().containsKey(key)).toList();
    return notes(
        "What counts is %s. Target: %.0f %% of the last round of `%s`."
            .formatted(what, 100 * TARGET_SHARE, study.reference()),
        best.isPresent() && row.methods().containsKey(study.standard())
            ? "`%s` against the best of all others here, `%s`: %s."
                .formatted(study.standard(), best.get(), against(row, study.standard(), best.get()))
            : "",
        missing.isEmpty() ? "" : "No results: %s.".formatted(String.join(", ", missing)));
  }

  private static String notes(String... sentences) {
    List<String> kept = Stream.of(sentences).filter(sentence -> !sentence.isEmpty()).toList();
    return "\n" + String.join("  \n", kept) + "\n";
  }

  private String settings() {
    List<List<String>> cells = new ArrayList<>();
    for (String method : study.methods().keySet()) {
      cells.add(
          List.of(method, named(tuned.chosen(method)), named(tuned.chosenUnderNoise(method))));
    }
    return new Grid("Settings", List.of("method", "chosen by tuning", "under noise"), cells)
            .markdown()
        + notes(
            "%s where a method has not been tuned and runs with its defaults. Beside these: `%s`."
                .formatted(NONE, study.common()));
  }

  private static String named(Optional<String> chosen) {
    return chosen.map(it -> it.isEmpty() ? "defaults" : it).orElse(NONE);
  }
}
