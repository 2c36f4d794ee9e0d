package dev.kula.app;

import dev.kula.Seed;
import dev.kula.app.advice.Advice;
import dev.kula.app.advice.AdvicePage;
import dev.kula.app.advice.Adviser;
import dev.kula.app.advice.Evidence;
import dev.kula.app.report.ReportData;
import dev.kula.data.DataDescription;
import dev.kula.data.Dataset;
import dev.kula.data.FederatedData;
import dev.kula.data.identity.Identity;
import dev.kula.data.identity.LookAlikes;
import dev.kula.data.partition.SplitSpec;
import dev.kula.model.EngineFactory;
import dev.kula.round.FleetGain;
import dev.kula.round.RunEvent;
import dev.kula.round.RunSummary;
import dev.kula.round.Simulation;
import dev.kula.store.AtomicFile;
import dev.kula.store.Documents;
import dev.kula.store.RunReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** Makes the advice of the runs that have ended in a directory, and of the data they were on. */
final class AdviceRun {
  private final RunPlanner planner;
  private final EngineFactory engines;
  private final Dataset dataset;
  private final RunSettings settings;
  private final Terminal terminal;

  /** Of runs with {@code settings} on {@code dataset}. */
  AdviceRun(
      RunPlanner planner,
      EngineFactory engines,
      Dataset dataset,
      RunSettings settings,
      Terminal terminal) {
    this.planner = planner;
    this.engines = engines;
    this.dataset = dataset;
    this.settings = settings;
    this.terminal = terminal;
  }

  /** Whether groups are shown to pay. */
  static boolean groupsPay(List<CompletedRun> runs) {
    double[][] gains =
        runs.stream()
            .filter(run -> run.method().equals(Method.GROUPS.label()))
            .map(run -> gains(run, like(runs, run.seed())))
            .toArray(double[][]::new);
    return FleetGain.of(gains, Adviser.CONFIDENCE).low() > 0;
  }

  private static CompletedRun like(List<CompletedRun> runs, long seed) {
    return runs.stream()
        .filter(run -> run.seed() == seed && run.method().equals(Method.FINE_TUNE.label()))
        .findFirst()
        .orElseThrow();
  }

  private static double[] gains(CompletedRun run, CompletedRun reference) {
    double[] gains = new double[run.devices().size()];
    for (int i = 0; i < gains.length; i++) {
      gains[i] = run.devices().get(i).accuracy() - reference.devices().get(i).accuracy();
    }
    return gains;
  }

  /** The advice, whose page is written to {@code directory}. */
  Advice advise(Path directory, FederatedData data) {
    RunReader reader = RunReader.of(directory);
    ReportData runs = ReportData.of(reader);
    List<String> methods =
        runs.summary().methods().stream().map(RunSummary.MethodSummary::name).toList();
    boolean grouped = methods.contains(Method.GROUPS_RANDOM.label());
    Seed seed = new Seed(settings.seed()).derive("advice");
    Identity identity = new Identity(data, seed);
    Map<Long, RunEvent.Grouped> searches = searches(reader);
    Evidence evidence =
        new Evidence(
            DataDescription.of(data),
            settings.partition().equals("natural"),
            identity.labels(),
            identity.features(),
            identity.quantity(),
            List.copyOf(searches.values()),
            names(searches, seed),
            dataset.times().isPresent() && settings.course().equals("still")
                ? Optional.of(time())
                : Optional.empty());
    Advice advice =
        new Adviser(runs, AdvicePlan.roles(grouped))
            .advise(evidence, name -> AdvicePlan.command(settings, Method.labelled(name)));
    String text = Documents.text(advice);
    AtomicFile.write(
        directory.resolve(Advice.FILE_NAME),
        out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    AdvicePage.write(directory, runs, advice);
    return advice;
  }

  /** By seed, in the order of seeds: the search that found groups, else the last. */
  private static Map<Long, RunEvent.Grouped> searches(RunReader reader) {
    Map<Long, RunEvent.Grouped> bySeed = new TreeMap<>();
    reader.forEachEvent(
        logged -> {
          if (logged.method().equals(Method.GROUPS.label())
              && logged.event() instanceof RunEvent.Grouped search) {
            bySeed.merge(
                logged.seed(), search, (one, next) -> one.groups().size() > 1 ? one : next);
          }
        });
    return bySeed;
  }

  /** In the groups of the first seed that found some, on that seed's deal. */
  private Optional<Evidence.Names> names(Map<Long, RunEvent.Grouped> searches, Seed seed) {
    Optional<Map.Entry<Long, RunEvent.Grouped>> found =
        searches.entrySet().stream().filter(e -> e.getValue().groups().size() > 1).findFirst();
    return found.flatMap(
        search ->
            names(
                RunPlanner.federate(dataset, settings.with(Flag.SEED, search.getKey())),
                search.getValue().groups(),
                seed));
  }

  private static Optional<Evidence.Names> names(
      FederatedData data, List<List<String>> members, Seed seed) {
    Map<String, Integer> groups = new HashMap<>();
    for (int group = 0; group < members.size(); group++) {
      for (String device : members.get(group)) {
        groups.put(device, group);
      }
    }
    List<LookAlikes.Neighbours> all = LookAlikes.of(data, groups, seed);
    double[] nearer = all.stream().mapToDouble(LookAlikes.Neighbours::nearer).toArray();
    double[] names =
        all.stream()
            .map(LookAlikes.Neighbours::disagreement)
            .filter(OptionalDouble::isPresent)
            .mapToDouble(OptionalDouble::getAsDouble)
            .toArray();
    return names.length < 2
        ? Optional.empty()
        : Optional.of(new Evidence.Names(gain(names), gain(nearer)));
  }

  private static FleetGain gain(double... ofDevices) {
    return FleetGain.of(new double[][] {ofDevices}, Adviser.CONFIDENCE);
  }

  /** How much worse a device alone does on its later rows than on rows at random. */
  private FleetGain time() {
    double share =
        switch (SplitSpec.parse(settings.split())) {
          case SplitSpec.Random random -> random.share();
          case SplitSpec.Time time -> time.share();
        };
    double[][] worse = new double[settings.seeds()][];
    for (int s = 0; s < worse.length; s++) {
      RunSettings seeded = Method.LOCAL_ONLY.apply(settings.with(Flag.SEED, settings.seed() + s));
      double[] random = alone(seeded.with(Flag.SPLIT, "random:" + share), "rows at random");
      double[] later = alone(seeded.with(Flag.SPLIT, "time:" + share), "later rows");
      worse[s] = new double[random.length];
      for (int i = 0; i < random.length; i++) {
        worse[s][i] = random[i] - later[i];
      }
    }
    return FleetGain.of(worse, Adviser.CONFIDENCE);
  }

  private double[] alone(RunSettings settings, String what) {
    FederatedData data = RunPlanner.federate(dataset, settings);
    String task = "%s, seed %d".formatted(what, settings.seed());
    try (RoundProgress progress = terminal.progress(Stretch.alone(task, settings.rounds()));
        Simulation simulation =
            new Simulation(
                data, planner.plan(settings, data, false), engines, new Watched(progress))) {
      return simulation.run().accuracy().perDevice().stream()
          .mapToDouble(Double::doubleValue)
          .toArray();
    }
  }
}
