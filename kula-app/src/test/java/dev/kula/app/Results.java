package dev.kula.app;

import dev.kula.app.advice.Advice;
import dev.kula.app.advice.Verdict;
import dev.kula.round.Comparisons;
import dev.kula.round.Comparisons.SeedRun;
import dev.kula.round.RunEvent;
import dev.kula.round.RunSummary;
import dev.kula.round.RunSummary.DataSummary;
import dev.kula.round.RunSummary.DeviceResult;
import dev.kula.round.RunSummary.Epsilon;
import dev.kula.round.RunSummary.GroupTrials;
import dev.kula.round.RunSummary.IgnoredMessages;
import dev.kula.round.RunSummary.MethodSummary;
import dev.kula.round.RunSummary.SeedResult;
import dev.kula.round.SwapCounts;
import dev.kula.round.Traffic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Small made-up results. */
final class Results {
  private static final DataSummary DATA =
      new DataSummary("fashion-mnist", "classification", 12_000, 240, 50, List.of("0", "1"), false);

  private Results() {}

  static RunSummary simulated() {
    MethodSummary method =
        Comparisons.summarise(
            "deficit swaps", List.of(run(1, 0.8234, 23, new Epsilon(7.79, 7, 7.79, List.of()))));
    return new RunSummary(
        RunSummary.SCHEMA_VERSION,
        "simulate",
        Map.of(),
        DATA,
        0.8,
        "as given",
        List.of(method),
        List.of());
  }

  static Advice advice() {
    return new Advice(
        "fashion-mnist: 50 devices.",
        List.of(new Advice.Answer("federating", Verdict.YES, "It gains.")),
        List.of(new Advice.Line("local only", 0.6, null, null, 0, 0, null)),
        List.of(),
        "FedAvg + fine-tune",
        "FedAvg + fine-tune",
        "It is best.",
        "./kula simulate --policy none");
  }

  static RunSummary compared() {
    Epsilon spent = new Epsilon(7.79, 7, 7.79, List.of());
    Epsilon bare = new Epsilon(Double.POSITIVE_INFINITY, 7, 7.79, List.of("updates"));
    List<MethodSummary> methods =
        List.of(
            Comparisons.summarise(
                "local only", List.of(run(1, 0.60, null, spent), run(2, 0.61, null, spent))),
            Comparisons.summarise(
                "FedAvg + fine-tune", List.of(run(1, 0.80, 30, spent), run(2, 0.82, 25, spent))),
            Comparisons.summarise(
                "deficit swaps", List.of(run(1, 0.82, 20, bare), run(2, 0.83, 21, bare))));
    return new RunSummary(
        RunSummary.SCHEMA_VERSION,
        "compare",
        Map.of(),
        DATA,
        0.8,
        "as given",
        methods,
        Comparisons.against(methods, "FedAvg + fine-tune"));
  }

  /** Two methods on data that change. */
  static RunSummary changed(String course, List<Double> recovery) {
    Epsilon spent = new Epsilon(7.79, 7, 7.79, List.of());
    List<MethodSummary> methods =
        List.of(
            Comparisons.summarise(
                "FedAvg + fine-tune",
                List.of(run(1, 0.80, 30, spent, recovery), run(2, 0.82, 25, spent, recovery))),
            Comparisons.summarise(
                "groups",
                List.of(run(1, 0.82, 20, spent, recovery), run(2, 0.83, 21, spent, recovery))));
    return new RunSummary(
        RunSummary.SCHEMA_VERSION,
        "compare",
        Map.of("course", course, "partition", "natural", "split", "time:0.2"),
        DATA,
        0.8,
        "as given",
        methods,
        Comparisons.against(methods, "FedAvg + fine-tune"));
  }

  /** A method that searched for groups. */
  static RunSummary grouped(RunEvent.Grouped search) {
    return grouped("simulate", Map.of("groups", List.of(search)));
  }

  /** Methods of which each seed searched. */
  static RunSummary grouped(String command, Map<String, List<RunEvent.Grouped>> searches) {
    Epsilon spent = new Epsilon(7.79, 7, 7.79, List.of());
    List<MethodSummary> methods = new ArrayList<>();
    new TreeMap<>(searches)
        .forEach(
            (name, all) -> {
              List<SeedRun> runs = new ArrayList<>();
              for (RunEvent.Grouped search : all) {
                long seed = runs.size() + 1L;
                runs.add(run(seed, 0.8, 30, spent, List.of(), GroupTrials.of(search)));
              }
              methods.add(Comparisons.summarise(name, runs));
            });
    return new RunSummary(
        RunSummary.SCHEMA_VERSION, command, Map.of(), DATA, 0.8, "as given", methods, List.of());
  }

  private static SeedRun run(
      long seed, double accuracy, @Nullable Integer toTarget, Epsilon epsilon) {
    return run(seed, accuracy, toTarget, epsilon, List.of());
  }

  private static SeedRun run(
      long seed,
      double accuracy,
      @Nullable Integer toTarget,
      Epsilon epsilon,
      List<Double> recovery) {
    return run(seed, accuracy, toTarget, epsilon, recovery, null);
  }

  /** What searched was sent what it ignored, too. */
  private static SeedRun run(
      long seed,
      double accuracy,
      @Nullable Integer toTarget,
      Epsilon epsilon,
      List<Double> recovery,
      @Nullable GroupTrials groups) {
    SeedResult result =
        new SeedResult(
            seed,
            accuracy,
            accuracy - 0.1,
            accuracy - 0.05,
            recovery,
            accuracy + 0.01,
            accuracy - 0.02,
            toTarget,
            toTarget == null ? null : 12.5 * toTarget,
            new Traffic(2_544_160_000L, 30_000, 1_568_000, 0, 12_345_678, 9_000_000, 400_000),
            epsilon.max(),
            new SwapCounts(120, 45, 70, 5),
            61.3,
            groups,
            groups == null ? null : List.of(new IgnoredMessages("ratings without an order", 2)),
            null);
    return new SeedRun(
        result,
        40,
        "round limit",
        37,
        502,
        epsilon,
        List.of(device("d1", accuracy - 0.1), device("d2", accuracy + 0.1)));
  }

  private static DeviceResult device(String name, double accuracy) {
    return new DeviceResult(
        name,
        100,
        accuracy - 0.01,
        accuracy,
        List.of(50.0, 50.0),
        List.of(50.0, 60.0),
        7.79,
        null,
        0.5,
        10,
        10);
  }
}
