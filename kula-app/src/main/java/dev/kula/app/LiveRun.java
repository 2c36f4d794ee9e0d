package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.app.http.OperationsPort;
import dev.kula.app.http.Readings;
import dev.kula.app.traces.Traces;
import dev.kula.client.JobLog;
import dev.kula.data.FederatedData;
import dev.kula.data.source.DataSource;
import dev.kula.model.EngineFactory;
import dev.kula.round.Run;
import dev.kula.round.RunListener;
import dev.kula.round.RunResult;
import dev.kula.round.RunState;
import dev.kula.round.SimulationSettings;
import dev.kula.server.Deployment;
import dev.kula.server.FleetPort;
import dev.kula.server.FleetServer;
import dev.kula.server.LiveFleet;
import dev.kula.server.Onlooker;
import dev.kula.server.Rehearsal;
import dev.kula.server.Tier;
import dev.kula.server.TierProvider;
import dev.kula.store.RunDirectory;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A run whose devices connect to this process. */
final class LiveRun implements Run {
  static final String BASE_JOBS = "base.jobs";

  /** How often is looked whether the run is still wanted while devices gather. */
  private static final Duration GLANCE = Duration.ofMillis(500);

  private final LiveFleet fleet;
  private final Opened opened;
  private final Optional<OperationsPort> operations;
  private final Optional<Traces> traces;
  private final FleetPlan plan;
  private final int devices;
  private final Runnable check;
  private final Terminal terminal;
  private @Nullable RunState before;

  /**
   * By which devices come now.
   *
   * @param where in words
   * @param end lets no more come
   */
  private record Opened(String where, Runnable end) {}

  private LiveRun(
      LiveFleet fleet,
      Opened opened,
      Optional<OperationsPort> operations,
      Optional<Traces> traces,
      FleetPlan plan,
      int devices,
      Runnable check,
      Terminal terminal) {
    this.fleet = fleet;
    this.opened = opened;
    this.operations = operations;
    this.traces = traces;
    this.plan = plan;
    this.devices = devices;
    this.check = check;
    this.terminal = terminal;
  }

  /** Makes runs of one fleet, to which devices can connect at once. */
  static Batch.Maker maker(
      FleetPlan plan,
      RunSettings run,
      EngineFactory engines,
      Interruption interruption,
      Terminal terminal) {
    Optional<Traces> traces =
        Traces.open("kula-orchestrator", System.getenv(), line -> say(terminal, line));
    return new Batch.Maker() {
      @Override
      public Run make(
          Batch.Job job,
          FederatedData data,
          SimulationSettings settings,
          RunDirectory directory,
          RunListener listener) {
        Optional<Readings> readings = plan.operations().map(at -> new Readings());
        Runnable refused =
            readings
                .map(to -> to.counted("kula.refusals", "what devices could not do, or may not"))
                .orElse(() -> {});
        Onlooker counted =
            line -> {
              refused.run();
              say(terminal, line);
            };
        Onlooker onlooker = traces.map(to -> to.of(counted)).orElse(counted);
        RunListener read = readings.map(to -> to.of(listener)).orElse(listener);
        RunListener told = traces.map(to -> to.of(read)).orElse(read);
        Optional<TierProvider.Orchestrating> tiers = tiers(plan, onlooker);
        Optional<String> monitor = plan.monitorApart() ? Optional.of(words(run)) : Optional.empty();
        Tier tier = tiers.<Tier>map(one -> one).orElse(Tier.ALONE);
        LiveFleet fleet =
            plan.membership()
                .map(
                    members ->
                        deployment(members, data, run, directory)
                            .fleet(
                                settings, engines, monitor, tier, plan.patience(), onlooker, told))
                .orElseGet(
                    () ->
                        Rehearsal.fleet(
                            data,
                            settings,
                            engines,
                            Optional.of(JobLog.open(directory.file(BASE_JOBS))),
                            monitor,
                            tier,
                            plan.patience(),
                            onlooker,
                            told));
        Opened opened = null;
        try {
          opened = open(plan, fleet, tiers, onlooker);
          readings.ifPresent(
              to ->
                  to.gauge(
                          "kula.connected",
                          "devices, and the monitor if it is apart, that are connected",
                          () -> fleet.server().present())
                      .counter(
                          "kula.peer.direct.bytes",
                          "bytes that devices handed to each other",
                          () -> fleet.server().directBytes())
                      .counter(
                          "kula.peer.relayed.bytes",
                          "bytes that went from device to device through this process",
                          () -> fleet.server().relayedBytes()));
          Optional<OperationsPort> operations =
              readings.flatMap(
                  of -> Operations.open(plan.operations(), Optional::empty, () -> of, terminal));
          return new LiveRun(
              fleet,
              opened,
              operations,
              traces,
              plan,
              data.devices().size(),
              () -> interruption.check(directory.path()),
              terminal);
        } catch (KulaException e) {
          fleet.close();
          if (opened != null) {
            opened.end().run();
          } else {
            tiers.ifPresent(TierProvider.Orchestrating::close);
          }
          traces.ifPresent(Traces::close);
          throw e;
        }
      }

      @Override
      public RoundProgress progress(Terminal on, Stretch stretch) {
        return new RoundProgress.Lines(stretch, 1, on.err()); // others write lines, too
      }
    };
  }

  private static Optional<TierProvider.Orchestrating> tiers(FleetPlan plan, Onlooker onlooker) {
    return plan.entrance() instanceof FleetPlan.Kafka kafka
        ? Optional.of(
            TierProvider.find()
                .orchestrator(kafka.file(), plan.patience().job(), onlooker::refused))
        : Optional.empty();
  }

  private static Opened open(
      FleetPlan plan,
      LiveFleet fleet,
      Optional<TierProvider.Orchestrating> tiers,
      Onlooker onlooker) {
    return switch (plan.entrance()) {
      case FleetPlan.Port at -> {
        FleetPort port =
            FleetPort.open(at.listen().socket(), at.tls(), fleet.service(), onlooker::refused);
        Address bound = new Address(at.listen().host(), port.port());
        yield new Opened("listening on " + bound, port::close);
      }
      case FleetPlan.Kafka kafka -> {
        TierProvider.Orchestrating tier = tiers.orElseThrow();
        tier.serve(fleet.server());
        yield new Opened("behind the gateways of " + kafka.file(), tier::close);
      }
    };
  }

  private static Deployment deployment(
      Membership members, FederatedData data, RunSettings run, RunDirectory directory) {
    members.write(directory);
    return deployment(members, data, run);
  }

  /** A run of devices with data of their own. */
  static Deployment deployment(Membership members, FederatedData data, RunSettings run) {
    DataSource.Tabular source = (DataSource.Tabular) DataSource.parse(run.data());
    return new Deployment(
        members.run(),
        members.devices(),
        members.atLeast() < members.members().size() ? members.atLeast() : 1,
        source.schema(RunPlanner.options(run), data.dataset(), data.standardisation()),
        data.dataset());
  }

  /**
   * What servers do as these settings say, in words; where files are and how fast they are is each
   * process's own affair.
   */
  static String words(RunSettings settings) {
    Map<String, Object> values = settings.asMap();
    values.remove(Flag.DATA.key());
    Flag.NO_EFFECT.forEach(own -> values.remove(own.key()));
    return values.toString();
  }

  private static void say(Terminal terminal, String line) {
    terminal.err().printf("kula: %s%n", line);
  }

  @Override
  public void restore(RunState state) {
    if (state.monitor().isElsewhere() != plan.monitorApart()) {
      throw KulaException.user(
          "--monitor is %s, must be as when the run was begun; %s it"
              .formatted(
                  plan.monitorApart() ? "given" : "left out",
                  plan.monitorApart() ? "leave out" : "add"));
    }
    before = state; // devices can go back when they are here
  }

  @Override
  public RunResult run() {
    gather();
    if (before != null) {
      say(terminal, "going on after round %d".formatted(before.round()));
      fleet.restore(before);
    }
    return fleet.run();
  }

  @Override
  public void dismiss() {
    fleet.dismiss();
  }

  private void gather() {
    FleetServer server = fleet.server();
    boolean monitorComes = plan.monitorApart() && !plan.isTiered();
    int expected = devices + (monitorComes ? 1 : 0);
    String whom = monitorComes ? "devices and monitor" : "devices";
    say(terminal, "%s, waiting for %d %s".formatted(opened.where(), expected, whom));
    int enough = plan.membership().map(Membership::atLeast).orElse(expected);
    long end = System.nanoTime() + plan.gathering().toNanos();
    try {
      long here = 0;
      while (here < expected) {
        check.run();
        Duration left = Duration.ofNanos(end - System.nanoTime());
        if (left.compareTo(GLANCE) > 0 && !server.await((int) here + 1, GLANCE)) {
          continue;
        }
        if (!server.await((int) here + 1, left)) {
          if (here >= enough) {
            say(terminal, "beginning with %d of %d devices".formatted(here, expected));
            return;
          }
          throw KulaException.remote(
              "%d of %d %s came within %s; start the others (%s), or give them more time with"
                      .formatted(
                          server.present(),
                          expected,
                          whom,
                          Durations.text(plan.gathering()),
                          String.join(", ", server.absent().stream().limit(10).toList()))
                  + " --gather");
        }
        here = server.present();
        say(terminal, "%d of %d %s are here".formatted(here, expected, whom));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for devices", e);
    }
  }

  @Override
  public void close() {
    fleet.close();
    opened.end().run();
    operations.ifPresent(OperationsPort::close);
    traces.ifPresent(Traces::close); // what devices did until the end is in them
  }
}
