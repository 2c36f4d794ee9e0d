package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.app.operations.OperationsPort;
import dev.kula.app.operations.Readings;
import dev.kula.client.DeviceRunner;
import dev.kula.client.FleetClient;
import dev.kula.client.JobLog;
import dev.kula.client.JobRunner;
import dev.kula.client.OwnDevice;
import dev.kula.client.ServerLine;
import dev.kula.client.Worker;
import dev.kula.data.DeviceId;
import dev.kula.data.FederatedData;
import dev.kula.data.partition.SplitSpec;
import dev.kula.data.source.DataSource;
import dev.kula.model.EngineFactory;
import dev.kula.peer.PrivateFile;
import dev.kula.peer.Role;
import dev.kula.privacy.ReleaseJournal;
import dev.kula.privacy.accounting.RenyiFilter;
import dev.kula.round.SimulationSettings;
import dev.kula.server.Rehearsal;
import dev.kula.store.SafeTensors;
import dev.kula.store.SqliteReleaseJournal;
import dev.kula.wire.FleetSettings;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A device or a monitor of a live fleet, in this process, until the run ends or the process is told
 * to.
 *
 * @param <R> which of the two
 */
final class Attendance<R extends JobRunner> {
  private static final String RELEASES = "releases.db";
  private static final String MODEL = "personal.safetensors";
  private static final long JOB_BYTES = 1L << 30;
  private static final Duration END = Duration.ofSeconds(30);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

  private final AttendancePlan plan;
  private final Worker<R> worker;
  private final FleetClient client;
  private final ManagedChannel line;
  private final Terminal terminal;

  private Attendance(
      AttendancePlan plan,
      Role role,
      Function<FleetSettings, R> maker,
      Path directory,
      String jobs,
      Terminal terminal) {
    this.plan = plan;
    this.terminal = terminal;
    this.line = ServerLine.open(plan.server().host(), plan.server().port(), plan.tls(), role);
    make(directory);
    this.worker = new Worker<>(maker, Optional.of(JobLog.open(directory.resolve(jobs))));
    this.client = new FleetClient(line, worker, JOB_BYTES);
  }

  /**
   * Attends as a device that rehearses, and goes on where the log in its directory ends.
   *
   * @param directory for the log and the personal model; made if it is not there
   * @return the file with the personal model
   * @throws KulaException the user's mistake, if the data have no part for it
   */
  static Path device(
      AttendancePlan plan,
      FederatedData data,
      SimulationSettings settings,
      EngineFactory engines,
      Path directory,
      Terminal terminal) {
    List<DeviceId> devices = data.devices().stream().map(FederatedData.DeviceRows::device).toList();
    if (!devices.contains(plan.name())) {
      throw KulaException.user(
          "the certificate names '%s', must name one of the %d devices of the run, such as %s;"
                  .formatted(
                      plan.name(),
                      devices.size(),
                      String.join(", ", devices.stream().limit(3).map(DeviceId::name).toList()))
              + " issue one, or give the flags of the server's run");
    }
    Attendance<DeviceRunner> attendance =
        new Attendance<>(
            plan,
            Role.DEVICE,
            told -> Rehearsal.runner(told, data, settings, engines, plan.name()),
            directory,
            "device.jobs",
            terminal);
    return attendance.attend(runner -> save(runner, plan, directory.resolve(MODEL)));
  }

  /**
   * Attends as a device with data of its own, and goes on where the log in its directory ends.
   *
   * @param settings say where its data are, and how they are split
   * @param directory for the log, the account and the personal model; made if it is not there
   * @return the file with the personal model
   */
  static Path device(
      AttendancePlan plan,
      RunSettings settings,
      EngineFactory engines,
      Path directory,
      Terminal terminal) {
    DataSource.Csv source = (DataSource.Csv) DataSource.parse(settings.data());
    try (Releases account = new Releases(directory.resolve(RELEASES))) {
      OwnDevice device =
          new OwnDevice(
              plan.name(),
              plan.tls().deviceKeys(),
              plan.tls().trust(),
              source::load,
              SplitSpec.parse(settings.split()),
              plan.givesRaw(),
              plan.mostEpsilon(),
              account::of,
              engines,
              trouble -> terminal.err().printf("kula: %s%n", trouble));
      return new Attendance<>(plan, Role.DEVICE, device::runner, directory, "device.jobs", terminal)
          .attend(
              runner -> {
                tell(runner.standing(), terminal);
                return save(runner, plan, directory.resolve(MODEL));
              });
    }
  }

  /** For the owner's eyes. */
  private static void tell(DeviceRunner.Standing standing, Terminal terminal) {
    standing
        .score()
        .ifPresent(
            score ->
                terminal
                    .out()
                    .printf("Own exam: %s %%, on samples put aside%n", Figures.percent(score)));
    terminal
        .out()
        .printf(
            "Privacy spent in all runs: ε %s on what had noise%s%n",
            Figures.epsilon(standing.epsilon()),
            standing.withoutNoise().isEmpty()
                ? "; all had"
                : "; without: " + String.join(", ", standing.withoutNoise()));
  }

  /** What the device has released, for one run at a time. */
  private static final class Releases implements AutoCloseable {
    private final Path file;
    private @Nullable SqliteReleaseJournal open;

    Releases(Path file) {
      this.file = file;
    }

    /** The journal for a run; that for another is closed. */
    ReleaseJournal of(String run, RenyiFilter filter) {
      close();
      SqliteReleaseJournal journal = SqliteReleaseJournal.open(file, run, filter);
      open = journal;
      return journal;
    }

    @Override
    public void close() {
      if (open != null) {
        open.close();
        open = null;
      }
    }
  }

  /**
   * Attends as the monitor of a rehearsal, and goes on where the log in its directory ends.
   *
   * @param words as {@link LiveRun#words} has them
   * @param directory for the log; made if it is not there
   */
  static void monitor(
      AttendancePlan plan,
      FederatedData data,
      SimulationSettings settings,
      String words,
      Path directory,
      Terminal terminal) {
    new Attendance<>(
            plan,
            Role.MONITOR,
            told -> Rehearsal.monitor(told, data, settings, words),
            directory,
            "monitor.jobs",
            terminal)
        .attend(runner -> directory);
  }

  private static void make(Path directory) {
    try {
      Path parent = directory.toAbsolutePath().getParent();
      if (parent != null && !Files.exists(directory)) {
        Files.createDirectories(parent);
        Files.createDirectory(directory, PrivateFile.ownerOnly(parent, true));
      }
      Files.createDirectories(directory); // refuses what is no directory
    } catch (IOException e) {
      throw KulaException.resource(
          "'%s' cannot be made (%s); choose another with --out"
              .formatted(directory, e.getMessage()),
          e);
    }
  }

  /** Attends; what is left at the end is up to {@code last}. */
  private Path attend(Function<R, Path> last) {
    CountDownLatch ended = new CountDownLatch(1);
    Thread hook = new Thread(() -> stop(ended), "kula-stop");
    Runtime.getRuntime().addShutdownHook(hook);
    Thread watch = Thread.ofVirtual().name("kula-trouble").start(this::watch);
    Optional<OperationsPort> operations = Optional.empty();
    try {
      operations = Operations.open(plan.operations(), this::away, this::readings, terminal);
      worker
          .leftAlone()
          .ifPresent(
              why ->
                  terminal
                      .err()
                      .printf(
                          "kula: what its log holds is of another run, and stays there until a new"
                              + " one begins (%s)%n",
                          why.getMessage()));
      String goesOn = worker.job() > 0 ? ", going on after job " + worker.job() : "";
      terminal.err().printf("kula: %s attends %s%s%n", plan.name(), plan.server(), goesOn);
      client.run();
      return last.apply(
          worker
              .runner()
              .orElseThrow(
                  () ->
                      KulaException.remote("the run ended before this process had a part in it")));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } finally {
      operations.ifPresent(OperationsPort::close);
      watch.interrupt();
      worker.close();
      line.shutdownNow();
      ended.countDown();
      unhook(hook);
    }
  }

  private Readings readings() {
    return new Readings()
        .gauge("kula.connected", "1 while the server is there", () -> client.isConnected() ? 1 : 0)
        .counter("kula.jobs", "jobs that were done", client::jobs);
  }

  /** Why it cannot do its part now. */
  private Optional<String> away() {
    return client.isConnected()
        ? Optional.empty()
        : Optional.of(client.trouble().orElse("no server has welcomed it yet"));
  }

  /** On SIGTERM: the job that is being done is finished, and its model kept. */
  private void stop(CountDownLatch ended) {
    client.stop();
    try {
      ended.await(END.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void unhook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // it runs already
    }
  }

  /** Says once why there is no connection, and that there is one. */
  private void watch() {
    String said = "";
    try {
      while (true) {
        String trouble = client.trouble().orElse("");
        if (!trouble.equals(said)) {
          terminal.err().printf("kula: %s%n", trouble.isEmpty() ? "connected" : trouble);
          said = trouble;
        }
        Thread.sleep(BETWEEN_LOOKS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Path save(DeviceRunner runner, AttendancePlan plan, Path file) {
    float[] model =
        runner
            .personalModel()
            .orElseThrow(
                () -> KulaException.remote("the run ended before there was a personal model"));
    SafeTensors.write(file, runner.layout(), model, Map.of("device", plan.name().name()));
    return file;
  }
}
