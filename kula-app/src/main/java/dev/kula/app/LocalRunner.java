package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.app.report.Report;
import dev.kula.audit.Audit;
import dev.kula.audit.AuditReport;
import dev.kula.audit.AuditSettings;
import dev.kula.data.DataDescription;
import dev.kula.data.Dataset;
import dev.kula.data.FederatedData;
import dev.kula.engine.Engines;
import dev.kula.model.EngineFactory;
import dev.kula.model.ParameterLayout;
import dev.kula.model.Task;
import dev.kula.round.Comparisons;
import dev.kula.round.RunResult;
import dev.kula.round.RunSummary;
import dev.kula.round.Simulation;
import dev.kula.store.Checkpoints;
import dev.kula.store.Extent;
import dev.kula.store.NamedModel;
import dev.kula.store.Restored;
import dev.kula.store.RunDirectory;
import dev.kula.store.RunReader;
import dev.kula.store.SafeTensors;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs everything in this process. A command is a list of runs, each a method with a seed; they run
 * one after the other, in one directory, and checkpoints say which have ended and how far the
 * current one is.
 */
final class LocalRunner implements Runner {
  private static final String MODELS = "models.safetensors";
  private static final DateTimeFormatter ID = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

  /** Share of the reference's accuracy that counts as having reached the target. */
  private static final double TARGET_SHARE = 0.95;

  /** Made when first used: help needs no native library. */
  private static final class Computing {
    static final EngineFactory ENGINES = ModelEngines.beside(Engines.best());
    static final RunPlanner PLANNER = new RunPlanner(ENGINES);
  }

  /** One run to do. */
  private record Job(RunSettings settings, boolean stopsEarly) {
    boolean isAs(Job other) {
      return settings.equals(other.settings);
    }

    boolean is(CompletedRun run) {
      return run.seed() == settings.seed() && run.method().equals(Method.label(settings));
    }
  }

  @Override
  public Finished simulate(RunSettings settings, Terminal terminal) {
    Dataset dataset = begin("simulate", settings);
    return execute(
        "simulate",
        settings,
        dataset,
        List.of(new Job(settings, true)),
        LocalRunner::nothingMore,
        terminal);
  }

  @Override
  public Finished compare(RunSettings settings, Terminal terminal) {
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < settings.seeds(); i++) {
      RunSettings seeded = settings.with(Flag.SEED, settings.seed() + i);
      for (String method : methods(settings)) {
        Job job = new Job(Method.of(method).apply(seeded), false);
        if (jobs.stream().noneMatch(job::isAs)) {
          jobs.add(job); // with --exchange raw, deficit and deficit-raw are one
        }
      }
    }
    Dataset dataset = begin("compare", settings);
    return execute("compare", settings, dataset, jobs, LocalRunner::nothingMore, terminal);
  }

  /** Methods to compare; of the usual ones those that can be had with the other settings. */
  private static List<String> methods(RunSettings settings) {
    boolean named = !settings.methods().equals(RunSettings.defaults().methods());
    return settings.methods().stream()
        .filter(method -> named || StrategyLimits.allowsGroups(Method.of(method).apply(settings)))
        .toList();
  }

  @Override
  public Advised advise(AdvicePlan plan, Terminal terminal) {
    Dataset dataset = begin("advise", plan.settings());
    FederatedData data = RunPlanner.federate(dataset, plan.settings());
    RunSettings settings =
        plan.fitted(data, Computing.PLANNER.parameters(plan.settings(), dataset));
    Finished finished =
        execute(
            "advise",
            settings,
            dataset,
            jobs(settings, AdvicePlan.first()),
            completed -> jobs(settings, AdvicePlan.swaps(AdviceRun.groupsPay(completed))),
            terminal);
    AdviceRun run =
        new AdviceRun(Computing.PLANNER, Computing.ENGINES, dataset, settings, terminal);
    return new Advised(run.advise(finished.directory(), data), finished.directory());
  }

  private static List<Job> nothingMore(List<CompletedRun> completed) {
    return List.of();
  }

  private static List<Job> jobs(RunSettings settings, List<Method> methods) {
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < settings.seeds(); i++) {
      RunSettings seeded = settings.with(Flag.SEED, settings.seed() + i);
      methods.forEach(method -> jobs.add(new Job(method.apply(seeded), false)));
    }
    return jobs;
  }

  @Override
  public void describe(RunSettings settings, Terminal terminal) {
    FederatedData data = RunPlanner.federate(RunPlanner.read(settings), settings);
    RunPlanner.target(settings, data);
    terminal.out().print(DataDescription.of(data).render(terminal.colour()));
  }

  @Override
  public void plan(RunSettings settings, int measuredSeeds, Terminal terminal) {
    Dataset dataset = RunPlanner.read(settings);
    FederatedData data = RunPlanner.federate(dataset, settings);
    terminal.out().print(Computing.PLANNER.privacy(settings, data).text());
    if (measuredSeeds > 0) {
      NoiseCost cost = new NoiseCost(Computing.PLANNER, Computing.ENGINES, dataset, terminal);
      terminal.out().print("\n" + cost.measure(settings, measuredSeeds).text());
    }
  }

  @Override
  public AuditReport audit(RunSettings settings, AuditPlan plan, Terminal terminal) {
    Engines.startLoading();
    FederatedData data = RunPlanner.federate(RunPlanner.read(settings), settings);
    AuditSettings audit =
        plan.settings(settings, data, Computing.PLANNER.clipsEachSample(settings, data));
    return new Audit(data, audit, Computing.ENGINES)
        .run(release -> terminal.err().printf("audit: %s%n", release));
  }

  private static Dataset begin(String command, RunSettings settings) {
    String resume = settings.resume();
    if (resume != null) {
      refuseOther(Path.of(resume), command, settings);
    }
    Engines.startLoading(); // takes as long as reading the data, so it is done meanwhile
    return RunPlanner.read(settings);
  }

  /**
   * Runs {@code jobs}, then those that {@code more} makes of what came of them.
   *
   * @param more asked once
   */
  private Finished execute(
      String command,
      RunSettings settings,
      Dataset dataset,
      List<Job> jobs,
      Function<List<CompletedRun>, List<Job>> more,
      Terminal terminal) {
    String resume = settings.resume();
    FederatedData first = rehearse(dataset, jobs);
    try (RunDirectory directory =
        resume == null ? create(command, settings) : RunDirectory.resume(Path.of(resume))) {
      CommandState state = resume == null ? null : resumed(directory, terminal);
      List<CompletedRun> completed = new ArrayList<>(state == null ? List.of() : state.completed());
      List<Job> left = new ArrayList<>(jobs);
      boolean asked = false;
      while (!left.isEmpty()) {
        Job job = left.removeFirst();
        if (completed.stream().noneMatch(job::is)) {
          FederatedData data =
              job.settings().seed() == settings.seed()
                  ? first
                  : RunPlanner.federate(dataset, job.settings());
          completed.add(run(job, data, directory, completed, state, terminal));
          state = null;
          RunRecorder.save(
              directory, new CommandState(List.copyOf(completed), null, directory.extent()));
        }
        if (left.isEmpty() && !asked) {
          left.addAll(more.apply(completed));
          asked = true;
        }
      }
      EventDigest events = EventDigest.of(RunReader.of(directory.path()));
      RunSummary summary = summarise(command, settings, first, completed, events);
      directory.write(summary);
      Report.write(directory.path());
      return new Finished(summary, directory.path());
    }
  }

  /**
   * Deals the data for every seed and plans every run, so that a mistake shows before anything is
   * written.
   *
   * @return the data of the first job
   */
  private FederatedData rehearse(Dataset dataset, List<Job> jobs) {
    FederatedData first = RunPlanner.federate(dataset, jobs.getFirst().settings());
    FederatedData data = first;
    long seed = jobs.getFirst().settings().seed();
    for (Job job : jobs) {
      if (job.settings().seed() != seed) {
        seed = job.settings().seed();
        data = RunPlanner.federate(dataset, job.settings());
      }
      Computing.PLANNER.plan(job.settings(), data, job.stopsEarly());
    }
    return first;
  }

  private CompletedRun run(
      Job job,
      FederatedData data,
      RunDirectory directory,
      List<CompletedRun> completed,
      @Nullable CommandState state,
      Terminal terminal) {
    String task = "%s, seed %d".formatted(Method.label(job.settings()), job.settings().seed());
    try (RoundProgress progress = terminal.progress(task, job.settings().rounds());
        Simulation simulation =
            new Simulation(
                data,
                Computing.PLANNER.plan(job.settings(), data, job.stopsEarly()),
                Computing.ENGINES,
                new RunRecorder(directory, completed, progress))) {
      if (state != null && state.running() != null) {
        simulation.restore(state.running());
      }
      RunResult result = simulation.run();
      if (job.stopsEarly()) {
        saveModels(directory, result);
      }
      return CompletedRun.of(result);
    }
  }

  private static void saveModels(RunDirectory directory, RunResult result) {
    ParameterLayout layout = result.layout();
    List<NamedModel> models = new ArrayList<>();
    List<float[]> all = result.models();
    for (int i = 0; i < all.size(); i++) {
      models.add(
          new NamedModel(all.size() == 1 ? "global" : "global/" + (i + 1), layout, all.get(i)));
    }
    result
        .personal()
        .forEach(
            (device, model) -> {
              // What is the global model's, or the group's, stands there once.
              boolean tuned = model.hasBodyOf(result.model(device), layout.headOffset());
              models.add(
                  new NamedModel(
                      "personal/" + device,
                      tuned ? layout.head() : layout,
                      model.from(tuned ? layout.headOffset() : 0)));
            });
    SafeTensors.write(directory.file(MODELS), models, Map.of("method", result.settings().method()));
  }

  private static RunSummary summarise(
      String command,
      RunSettings settings,
      FederatedData data,
      List<CompletedRun> completed,
      EventDigest events) {
    CompletedRun reference = completed.getLast();
    for (CompletedRun run : completed) {
      reference = run.method().equals(Method.REFERENCE.label()) ? run : reference;
    }
    String referenceName = reference.method();
    double reached =
        completed.stream()
            .filter(run -> run.method().equals(referenceName))
            .mapToDouble(run -> run.accuracy().mean())
            .average()
            .orElseThrow();
    Double declared = settings.targetAccuracy();
    double target = declared == null ? TARGET_SHARE * reached : declared;
    String rule =
        declared == null
            ? "%.0f %% of the last round of %s".formatted(100 * TARGET_SHARE, referenceName)
            : "--target-accuracy";
    Map<String, List<Comparisons.SeedRun>> byMethod = new LinkedHashMap<>();
    for (CompletedRun run : completed) {
      byMethod
          .computeIfAbsent(run.method(), name -> new ArrayList<>())
          .add(run.figures(target, events));
    }
    List<RunSummary.MethodSummary> methods = new ArrayList<>();
    byMethod.forEach((name, runs) -> methods.add(Comparisons.summarise(name, runs)));
    return new RunSummary(
        RunSummary.SCHEMA_VERSION,
        command,
        settings.asMap(),
        describe(settings, data),
        target,
        rule,
        methods,
        Comparisons.against(methods, Method.REFERENCE.label()));
  }

  private static RunSummary.DataSummary describe(RunSettings settings, FederatedData data) {
    String task =
        switch (data.dataset().task()) {
          case Task.Classification classification -> "classification";
          case Task.Regression regression -> "regression";
        };
    return new RunSummary.DataSummary(
        settings.data(),
        task,
        data.dataset().size(),
        data.base().length,
        data.devices().size(),
        data.dataset().labels().names());
  }

  private static RunDirectory create(String command, RunSettings settings) {
    String out = settings.out();
    Path path =
        out == null
            ? Path.of("runs", LocalDateTime.now(ZoneId.systemDefault()).format(ID))
            : Path.of(out);
    RunDirectory directory = RunDirectory.create(path);
    RunConfiguration.of(command, settings).write(directory);
    return directory;
  }

  private static @Nullable CommandState resumed(RunDirectory directory, Terminal terminal) {
    Path checkpoint = directory.file(RunDirectory.CHECKPOINT);
    if (!Checkpoints.exists(checkpoint)) {
      terminal
          .err()
          .printf("kula: '%s' has no checkpoint, the run starts anew%n", directory.path());
      directory.truncate(new Extent(0, 0));
      return null;
    }
    Restored<CommandState> restored = Checkpoints.read(checkpoint, CommandState.class);
    restored
        .warning()
        .ifPresent(
            why -> terminal.err().printf("kula: going on from '%s': %s%n", restored.file(), why));
    directory.truncate(restored.state().extent());
    return restored.state();
  }

  /** Whatever shows in a result must be as it was. */
  private static void refuseOther(Path path, String command, RunSettings settings) {
    Map<String, Object> now = new TreeMap<>(settings.asMap());
    RunConfiguration recorded = RunConfiguration.read(path);
    Map<String, Object> then = new TreeMap<>(recorded.settings());
    String was = recorded.command();
    if (!command.equals(was)) {
      throw KulaException.user(
          "--resume '%s' is a run of kula %s, not of kula %s; use kula %s --resume %s"
              .formatted(path, was, command, was, path));
    }
    if (!Objects.equals(now.get(Flag.OUT.key()), then.get(Flag.OUT.key()))) {
      throw KulaException.user(
          "--out is '%s', must be left out with --resume, which writes to '%s'; remove it"
              .formatted(settings.out(), path));
    }
    for (Flag free : List.of(Flag.THREADS, Flag.OUT, Flag.RESUME)) {
      now.remove(free.key());
      then.remove(free.key());
    }
    TreeSet<String> keys = new TreeSet<>(then.keySet());
    keys.addAll(now.keySet());
    for (String key : keys) {
      String before = String.valueOf(then.getOrDefault(key, "unset"));
      String after = String.valueOf(now.getOrDefault(key, "unset"));
      if (!before.equals(after)) {
        throw KulaException.user(
            "--resume '%s' is a run with %s %s, not %s; leave the flag out or start a new run"
                .formatted(path, key, before, after));
      }
    }
    ModelFile.of(settings).ifPresent(file -> file.requireDigest(recorded.modelSha256(), path));
  }

  @Override
  public Map<String, Object> recorded(Path directory) {
    return RunConfiguration.read(directory).settings();
  }
}
