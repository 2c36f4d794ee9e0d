package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.app.report.Report;
import dev.kula.data.FederatedData;
import dev.kula.model.Task;
import dev.kula.round.Comparisons;
import dev.kula.round.Run;
import dev.kula.round.RunListener;
import dev.kula.round.RunResult;
import dev.kula.round.RunSummary;
import dev.kula.round.SimulationSettings;
import dev.kula.store.Checkpoints;
import dev.kula.store.Extent;
import dev.kula.store.KeptCheckpoints;
import dev.kula.store.ModelCard;
import dev.kula.store.Restored;
import dev.kula.store.RunDirectory;
import dev.kula.store.RunReader;
import dev.kula.store.database.RunCopy;
import dev.kula.store.database.RunDatabase;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The runs of a command, each a method with a seed: they are made one after the other, in one
 * directory, and checkpoints say which have ended and how far the current one is.
 */
final class Batch {
  private static final DateTimeFormatter ID = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

  /** Share of the reference's accuracy that counts as having reached the target. */
  private static final double TARGET_SHARE = 0.95;

  private final String command;
  private final RunSettings settings;
  private final Function<RunSettings, FederatedData> dealer;
  private final RunPlanner planner;
  private final Maker maker;
  private final Optional<RunDatabase> store;
  private final Optional<Watch> watch;
  private final Interruption interruption;
  private final Terminal terminal;

  /** One run to do. */
  record Job(RunSettings settings, boolean stopsEarly) {
    boolean isAs(Job other) {
      return settings.equals(other.settings);
    }

    boolean is(CompletedRun run) {
      return run.seed() == settings.seed() && run.method().equals(Method.label(settings));
    }
  }

  /** Says where runs are made. */
  interface Maker {
    /** A run that has not begun. */
    Run make(
        Job job,
        FederatedData data,
        SimulationSettings plan,
        RunDirectory directory,
        RunListener listener);

    /** Shows how far a run has come. */
    default RoundProgress progress(Terminal terminal, Stretch stretch) {
      return terminal.progress(stretch);
    }
  }

  /**
   * A batch.
   *
   * @param settings that its runs have in common
   * @param dealer deals the data that they are made on, by the settings of a run
   * @param maker of runs
   * @param store has a copy of what they tell; empty for none
   * @param watch shows them; empty for none
   * @param interruption says what their operator wants
   */
  Batch(
      String command,
      RunSettings settings,
      Function<RunSettings, FederatedData> dealer,
      RunPlanner planner,
      Maker maker,
      Optional<RunDatabase> store,
      Optional<Watch> watch,
      Interruption interruption,
      Terminal terminal) {
    this.command = command;
    this.settings = settings;
    this.dealer = dealer;
    this.planner = planner;
    this.maker = maker;
    this.store = store;
    this.watch = watch;
    this.interruption = interruption;
    this.terminal = terminal;
  }

  /** Runs {@code jobs}. */
  Runner.Finished execute(List<Job> jobs) {
    return execute(jobs, 0, completed -> List.of());
  }

  /**
   * Runs {@code jobs}, then those that {@code more} makes of what came of them.
   *
   * @param further how many those are
   * @param more asked once
   */
  Runner.Finished execute(
      List<Job> jobs, int further, Function<List<CompletedRun>, List<Job>> more) {
    String resume = settings.resume();
    FederatedData first = planAll(jobs);
    try (RunDirectory directory = resume == null ? create(first) : again(Path.of(resume), first)) {
      CommandState state = resume == null ? null : resumed(directory);
      watch.ifPresent(one -> one.show(directory.path()));
      Optional<RunCopy> copy = store.map(into -> copy(into, directory));
      List<CompletedRun> completed = new ArrayList<>(state == null ? List.of() : state.completed());
      List<Job> left = new ArrayList<>(jobs);
      int all = jobs.size() + further;
      Stopwatch stopwatch = new Stopwatch();
      boolean asked = false;
      while (!left.isEmpty()) {
        Job job = left.removeFirst();
        if (completed.stream().noneMatch(job::is)) {
          interruption.check(directory.path());
          FederatedData data =
              job.settings().seed() == settings.seed() ? first : dealer.apply(job.settings());
          Stretch stretch = stretch(job, completed.size(), all, stopwatch);
          run(job, stretch, data, directory, copy, completed, state);
          state = null;
        }
        if (left.isEmpty() && !asked) {
          left.addAll(more.apply(completed));
          asked = true;
        }
      }
      EventDigest events = EventDigest.of(RunReader.of(directory.path()));
      RunSummary summary = summarise(first, completed, events);
      directory.write(summary);
      copy.ifPresent(to -> to.end(summary));
      Report.write(directory.path());
      return new Runner.Finished(summary, directory.path());
    }
  }

  /**
   * Deals the data for every seed and plans every run, so that a mistake shows before anything is
   * written.
   *
   * @return the data of the first job
   */
  private FederatedData planAll(List<Job> jobs) {
    FederatedData first = dealer.apply(jobs.getFirst().settings());
    FederatedData data = first;
    long seed = jobs.getFirst().settings().seed();
    for (Job job : jobs) {
      if (job.settings().seed() != seed) {
        seed = job.settings().seed();
        data = dealer.apply(job.settings());
      }
      planner.plan(job.settings(), data, job.stopsEarly());
    }
    return first;
  }

  private RunCopy copy(RunDatabase into, RunDirectory directory) {
    return RunCopy.begin(
        into,
        directory.path(),
        InstantSource.system(),
        line -> terminal.err().println("kula: " + line));
  }

  /** All runs have the same number of rounds. */
  private static Stretch stretch(Job job, int done, int all, Stopwatch stopwatch) {
    int rounds = job.settings().rounds();
    String task = "%s, seed %d".formatted(Method.label(job.settings()), job.settings().seed());
    return new Stretch(
        task, done + 1, all, rounds, done * rounds, all * rounds, job.stopsEarly(), stopwatch);
  }

  /** Adds to the completed runs. */
  private void run(
      Job job,
      Stretch stretch,
      FederatedData data,
      RunDirectory directory,
      Optional<RunCopy> copy,
      List<CompletedRun> completed,
      @Nullable CommandState state) {
    // Made first: when the run has ended, its data may be gone.
    Optional<ModelCard> card =
        job.stopsEarly() ? Optional.of(ModelCards.of(job.settings(), data)) : Optional.empty();
    try (RoundProgress progress = maker.progress(terminal, stretch);
        Run run =
            maker.make(
                job,
                data,
                planner.plan(job.settings(), data, job.stopsEarly()),
                directory,
                new RunRecorder(
                    directory, copy, interruption, completed, progress, keepEvery(job)))) {
      interruption.control().begin(Method.label(job.settings()), job.settings().seed());
      if (state != null && state.running() != null) {
        run.restore(state.running());
      }
      RunResult result = run.run();
      card.ifPresent(how -> RunModels.write(directory, result, how));
      completed.add(CompletedRun.of(result));
      RunRecorder.save(
          directory, new CommandState(List.copyOf(completed), null, directory.extent()));
      run.dismiss(); // from here on nobody is needed any more
    }
  }

  /** Where runs share a directory, rounds do not name checkpoints. */
  private static int keepEvery(Job job) {
    Integer rounds = job.settings().keepEvery();
    return rounds == null || !job.stopsEarly() ? 0 : rounds;
  }

  private RunSummary summarise(
      FederatedData data, List<CompletedRun> completed, EventDigest events) {
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
        describe(data),
        target,
        rule,
        methods,
        Comparisons.against(methods, Method.REFERENCE.label()));
  }

  private RunSummary.DataSummary describe(FederatedData data) {
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
        data.dataset().labels().names(),
        data.isElsewhere());
  }

  private RunDirectory create(FederatedData data) {
    RunDirectory directory = RunDirectory.create(place());
    configuration(data).write(directory);
    return directory;
  }

  private RunConfiguration configuration(FederatedData data) {
    return RunConfiguration.of(command, settings, data.dataset().labels().names());
  }

  private Path place() {
    String out = settings.out();
    return out == null
        ? Path.of("runs", LocalDateTime.now(ZoneId.systemDefault()).format(ID))
        : Path.of(out);
  }

  /** Where a run goes on: where it was, or elsewhere, as it was after an earlier round. */
  private RunDirectory again(Path run, FederatedData data) {
    Optional<EarlierRound> back = EarlierRound.of(settings);
    Path place = back.isEmpty() ? run : place();
    back.ifPresent(round -> round.branch(configuration(data), place));
    return RunDirectory.resume(place);
  }

  private @Nullable CommandState resumed(RunDirectory directory) {
    Path checkpoint = directory.file(RunDirectory.CHECKPOINT);
    if (!Checkpoints.exists(checkpoint)) {
      terminal
          .err()
          .printf("kula: '%s' has no checkpoint, the run starts anew%n", directory.path());
      directory.truncate(Extent.NONE);
      KeptCheckpoints.dropAfter(directory, 0);
      return null;
    }
    Restored<CommandState> restored = Checkpoints.read(checkpoint, CommandState.class);
    restored
        .warning()
        .ifPresent(
            why -> terminal.err().printf("kula: going on from '%s': %s%n", restored.file(), why));
    CommandState state = restored.state();
    directory.truncate(state.extent());
    if (state.running() != null) {
      KeptCheckpoints.dropAfter(directory, state.running().round());
    }
    return state;
  }

  /** Whatever shows in a result must be as it was. */
  static void refuseOther(Path path, String command, RunSettings settings) {
    Map<String, Object> now = new TreeMap<>(settings.asMap());
    RunConfiguration recorded = RunConfiguration.read(path);
    Map<String, Object> then = new TreeMap<>(recorded.settings());
    String was = recorded.command();
    if (!command.equals(was)) {
      throw KulaException.user(
          "--resume '%s' is a run of kula %s, not of kula %s; use kula %s --resume %s"
              .formatted(path, was, command, was, path));
    }
    EarlierRound.requireNotLeft(path);
    Optional<EarlierRound> back = EarlierRound.of(settings);
    back.ifPresent(round -> round.requireKept(command));
    if (back.isEmpty() && !Objects.equals(now.get(Flag.OUT.key()), then.get(Flag.OUT.key()))) {
      throw KulaException.user(
          "--out is '%s', must be left out with --resume, which writes to '%s'; remove it"
              .formatted(settings.out(), path));
    }
    for (Flag free : Flag.NO_EFFECT) {
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
}
