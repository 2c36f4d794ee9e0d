package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.app.Batch.Job;
import dev.kula.app.dashboard.RunControl;
import dev.kula.audit.Audit;
import dev.kula.audit.AuditReport;
import dev.kula.audit.AuditSettings;
import dev.kula.data.DataDescription;
import dev.kula.data.Dataset;
import dev.kula.data.FederatedData;
import dev.kula.engine.Engines;
import dev.kula.model.EngineFactory;
import dev.kula.round.SimulationSettings;
import dev.kula.server.MonitorTerms;
import dev.kula.server.Rehearsal;
import dev.kula.store.database.RunDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Runs what there is to be run, or this process's part of it. */
final class LocalRunner implements Runner {
  private static final String ROUND_ENDS =
      "stopping when this round ends, to be resumed; once more ends at once, and loses the round";

  private static final String AUDIT_ENDS =
      "stopped; an audit keeps nothing, run it again, with fewer --trials for a quicker one";

  private final Interruption.Answer signals;

  /** A runner in a process whose signals are {@code signals} to answer. */
  LocalRunner(Interruption.Answer signals) {
    this.signals = signals;
  }

  /** Made when first used: help needs no native library. */
  private static final class Computing {
    static final EngineFactory ENGINES = ModelEngines.best();
    static final RunPlanner PLANNER = new RunPlanner(ENGINES);
  }

  @Override
  public Finished simulate(
      RunSettings settings, Optional<RunDatabase> store, Optional<Watch> watch, Terminal terminal) {
    Dataset dataset = begin("simulate", settings);
    try (Interruption told = interruption(watch, terminal)) {
      return batch("simulate", settings, dataset, store, watch, told, terminal)
          .execute(List.of(new Job(settings, true)));
    }
  }

  @Override
  public Finished compare(RunSettings settings, Optional<RunDatabase> store, Terminal terminal) {
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
    try (Interruption told = interruption(Optional.empty(), terminal)) {
      return batch("compare", settings, dataset, store, Optional.empty(), told, terminal)
          .execute(jobs);
    }
  }

  private Interruption interruption(Optional<Watch> watch, Terminal terminal) {
    RunControl control = watch.map(Watch::control).orElseGet(RunControl::new);
    return new Interruption(signals, control, ROUND_ENDS, terminal);
  }

  /** Methods to compare; of the usual ones those that can be had with the other settings. */
  private static List<String> methods(RunSettings settings) {
    boolean named = !settings.methods().equals(RunSettings.defaults().methods());
    return settings.methods().stream()
        .filter(method -> named || isAllowed(Method.of(method).apply(settings)))
        .toList();
  }

  private static boolean isAllowed(RunSettings settings) {
    return StrategyLimits.allowsGroups(settings) && StrategyLimits.allowsExamined(settings);
  }

  @Override
  public Advised advise(AdvicePlan plan, Terminal terminal) {
    Dataset dataset = begin("advise", plan.settings());
    FederatedData data = RunPlanner.federate(dataset, plan.settings());
    RunSettings settings =
        plan.fitted(data, Computing.PLANNER.parameters(plan.settings(), dataset));
    Finished finished;
    try (Interruption told = interruption(Optional.empty(), terminal)) {
      finished =
          batch("advise", settings, dataset, Optional.empty(), Optional.empty(), told, terminal)
              .execute(
                  jobs(settings, AdvicePlan.first()),
                  jobs(settings, AdvicePlan.swaps(false)).size(),
                  completed -> jobs(settings, AdvicePlan.swaps(AdviceRun.groupsPay(completed))));
    }
    AdviceRun run =
        new AdviceRun(Computing.PLANNER, Computing.ENGINES, dataset, settings, terminal);
    return new Advised(run.advise(finished.directory(), data), finished.directory());
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
  public Finished orchestrate(RunSettings settings, FleetPlan plan, Terminal terminal) {
    Dataset dataset = begin("orchestrate", settings);
    Function<RunSettings, FederatedData> dealer =
        run ->
            plan.membership()
                .map(members -> members.fleet(dataset))
                .orElseGet(() -> RunPlanner.federate(dataset, run));
    try (Interruption told = interruption(plan.watch(), terminal)) {
      return new Batch(
              "orchestrate",
              settings,
              dealer,
              Computing.PLANNER,
              LiveRun.maker(plan, settings, Computing.ENGINES, told, terminal),
              plan.store(),
              plan.watch(),
              told,
              terminal)
          .execute(List.of(new Job(settings, true)));
    }
  }

  @Override
  public Path attend(RunSettings settings, AttendancePlan plan, Terminal terminal) {
    Engines.startLoading();
    if (plan.own().isPresent()) {
      return new OwnAttendance(plan, plan.own().get(), directory(settings, plan), terminal)
          .attend(settings, Computing.ENGINES);
    }
    FederatedData data = RunPlanner.federate(RunPlanner.read(settings), settings);
    SimulationSettings run = Computing.PLANNER.plan(settings, data, true);
    return Attendance.device(
        plan,
        data,
        run,
        Computing.ENGINES,
        ModelCards.of(settings, data),
        directory(settings, plan),
        terminal);
  }

  @Override
  public void monitor(RunSettings settings, AttendancePlan plan, Terminal terminal) {
    Engines.startLoading();
    FederatedData data = RunPlanner.federate(RunPlanner.read(settings), settings);
    SimulationSettings run = Computing.PLANNER.plan(settings, data, true);
    Attendance.monitor(
        plan, data, run, LiveRun.words(settings), directory(settings, plan), terminal);
  }

  @Override
  public MonitorTerms terms(RunSettings settings, Optional<Membership> members) {
    Engines.startLoading();
    Dataset dataset = RunPlanner.read(settings);
    FederatedData data =
        members
            .map(devices -> devices.fleet(dataset))
            .orElseGet(() -> RunPlanner.federate(dataset, settings));
    SimulationSettings run = Computing.PLANNER.plan(settings, data, true);
    String words = LiveRun.words(settings);
    return members
        .map(devices -> LiveRun.deployment(devices, data, settings).terms(run, words))
        .orElseGet(() -> Rehearsal.terms(data, run, words));
  }

  private static Path directory(RunSettings settings, AttendancePlan plan) {
    String out = settings.out();
    return out == null ? Path.of("runs", plan.name().name()) : Path.of(out);
  }

  @Override
  public void describe(RunSettings settings, Terminal terminal) {
    FederatedData data = RunPlanner.federate(RunPlanner.read(settings), settings);
    RunPlanner.target(settings, data);
    DataDescription description = DataDescription.of(data);
    terminal.result(
        () -> new Document.Described(description),
        () -> description.render(terminal.colour() == Colour.ON));
  }

  @Override
  public Finding memory(RunSettings settings) {
    try {
      FederatedData data = RunPlanner.federate(RunPlanner.read(settings), settings);
      int parameters = Computing.PLANNER.parameters(settings, data.dataset());
      return MemoryNeed.of(settings, data, parameters).beside(Runtime.getRuntime().maxMemory());
    } catch (KulaException e) {
      return Machine.failed("data", e);
    }
  }

  @Override
  public void plan(RunSettings settings, int measuredSeeds, Terminal terminal) {
    Dataset dataset = RunPlanner.read(settings);
    FederatedData data = RunPlanner.federate(dataset, settings);
    PrivacyTable table = Computing.PLANNER.privacy(settings, data);
    if (measuredSeeds > 0 && !terminal.json()) {
      terminal.out().print(table.text() + "\n"); // what is known at once
    }
    Optional<Document.Cost> cost =
        measuredSeeds == 0
            ? Optional.empty()
            : Optional.of(
                new NoiseCost(Computing.PLANNER, Computing.ENGINES, dataset, terminal)
                    .measure(settings, measuredSeeds));
    terminal.result(
        () -> new Document.Planned(table.account().orElse(null), cost.orElse(null), table.notes()),
        () -> cost.map(NoiseCost::grid).map(Grid::text).orElseGet(table::text));
  }

  @Override
  public AuditReport audit(RunSettings settings, AuditPlan plan, Terminal terminal) {
    Engines.startLoading();
    FederatedData data = RunPlanner.federate(RunPlanner.read(settings), settings);
    AuditSettings audit =
        plan.settings(settings, data, Computing.PLANNER.clipsEachSample(settings, data));
    Stopwatch stopwatch = new Stopwatch();
    AtomicInteger begun = new AtomicInteger();
    Interruption told = new Interruption(signals, AUDIT_ENDS, terminal);
    try {
      return new Audit(data, audit, Computing.ENGINES)
          .run(
              release -> {
                if (begun.get() > 0) {
                  stopwatch.ended();
                }
                terminal
                    .err()
                    .printf(
                        "audit: %s, %d of %d; %s%n",
                        release,
                        begun.incrementAndGet(),
                        audit.releases().size(),
                        stopwatch.time(audit.releases().size() - begun.get() + 1, "about"));
              });
    } finally {
      told.close();
    }
  }

  private static Batch batch(
      String command,
      RunSettings settings,
      Dataset dataset,
      Optional<RunDatabase> store,
      Optional<Watch> watch,
      Interruption told,
      Terminal terminal) {
    return new Batch(
        command,
        settings,
        run -> RunPlanner.federate(dataset, run),
        Computing.PLANNER,
        (job, data, plan, directory, listener) ->
            FleetChoice.run(job, data, plan, Computing.ENGINES, directory, listener),
        store,
        watch,
        told,
        terminal);
  }

  private static Dataset begin(String command, RunSettings settings) {
    String resume = settings.resume();
    if (resume != null) {
      Batch.refuseOther(Path.of(resume), command, settings);
    }
    Engines.startLoading(); // takes as long as reading the data, so it is done meanwhile
    return RunPlanner.read(settings);
  }

  @Override
  public Map<String, Object> recorded(Path directory) {
    Map<String, Object> settings = RunConfiguration.read(directory).settings();
    // Where it came from itself is no setting of what goes on from it.
    settings.remove(Flag.RESUME.key());
    settings.remove(Flag.FROM_ROUND.key());
    return settings;
  }
}
