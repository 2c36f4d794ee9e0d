package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.app.http.OperationsPort;
import dev.kula.app.http.Readings;
import dev.kula.client.DeviceRunner;
import dev.kula.client.DirectTalk;
import dev.kula.client.FleetClient;
import dev.kula.client.JobLog;
import dev.kula.client.JobRunner;
import dev.kula.client.RenewedLine;
import dev.kula.client.Worker;
import dev.kula.data.DeviceId;
import dev.kula.data.FederatedData;
import dev.kula.data.SealingKey;
import dev.kula.model.EngineFactory;
import dev.kula.peer.PrivateFile;
import dev.kula.peer.Role;
import dev.kula.round.SimulationSettings;
import dev.kula.server.Rehearsal;
import dev.kula.store.ModelCard;
import dev.kula.store.SafeTensors;
import dev.kula.store.SavedModels;
import dev.kula.wire.FleetSettings;
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

/**
 * A device or a monitor of a live fleet, in this process, until the run ends or the process is told
 * to.
 *
 * @param <R> which of the two
 */
final class Attendance<R extends JobRunner> {
  /** Where a personal model is kept. */
  static final String MODEL = SavedModels.DEVICE;

  private static final long JOB_BYTES = 1L << 30;
  private static final Duration END = Duration.ofSeconds(30);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

  private final AttendancePlan plan;
  private final Worker<R> worker;
  private final Optional<DirectTalk> direct;
  private final FleetClient client;
  private final RenewedLine line;
  private final Terminal terminal;

  /**
   * Goes on where the log in the directory ends.
   *
   * @param role which of the two
   * @param maker makes what does the jobs, when a server has said what is set for all
   * @param shown what other devices seal their messages to
   * @param directory made if it is not there
   * @param jobs name of the log in it
   */
  Attendance(
      AttendancePlan plan,
      Role role,
      Function<FleetSettings, R> maker,
      Optional<SealingKey> shown,
      Path directory,
      String jobs,
      Terminal terminal) {
    this.plan = plan;
    this.terminal = terminal;
    this.line = RenewedLine.open(plan.server().host(), plan.server().port(), plan.tls(), role);
    make(directory);
    JobLog log = JobLog.open(directory.resolve(jobs));
    this.direct = direct(plan, directory, log, terminal);
    this.worker = new Worker<>(maker, Optional.of(log), direct);
    this.client = new FleetClient(line, worker, JOB_BYTES, shown);
  }

  private static Optional<DirectTalk> direct(
      AttendancePlan plan, Path directory, JobLog log, Terminal terminal) {
    try {
      return plan.peers()
          .map(
              peers ->
                  peers.open(
                      plan.tls(), directory, why -> terminal.err().printf("kula: %s%n", why)));
    } catch (KulaException failure) {
      log.close();
      throw failure;
    }
  }

  /**
   * Attends as a device that rehearses, and goes on where the log in its directory ends.
   *
   * @param card of the model
   * @param directory for the log and the personal model; made if it is not there
   * @return the file with the personal model
   * @throws KulaException the user's mistake, if the data have no part for it
   */
  static Path device(
      AttendancePlan plan,
      FederatedData data,
      SimulationSettings settings,
      EngineFactory engines,
      ModelCard card,
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
            Optional.empty(),
            directory,
            "device.jobs",
            terminal);
    return attendance.attend(runner -> save(runner, plan, card, directory.resolve(MODEL)));
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
            Optional.empty(),
            directory,
            "monitor.jobs",
            terminal)
        .attend(runner -> directory);
  }

  /** Makes a directory that its owner alone can read. */
  static void make(Path directory) {
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
  <T> T attend(Function<R, T> last) {
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
      direct.ifPresent(
          peers -> terminal.err().printf("kula: other devices reach it at %s%n", peers.address()));
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
      line.close();
      ended.countDown();
      unhook(hook);
    }
  }

  private Readings readings() {
    Readings readings =
        new Readings()
            .gauge(
                "kula.connected", "1 while the server is there", () -> client.isConnected() ? 1 : 0)
            .counter("kula.jobs", "jobs that were done", client::jobs);
    direct.ifPresent(peers -> read(peers, readings));
    return readings;
  }

  private static void read(DirectTalk peers, Readings readings) {
    readings
        .counter("kula.peer.handed.bytes", "bytes handed to other devices", peers::handed)
        .counter("kula.peer.received.bytes", "bytes that others handed", peers::received)
        .counter("kula.peer.misses", "devices that were not reached", peers::missed)
        .counter("kula.peer.refusals", "who wanted to hand something and may not", peers::refused);
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

  private static Path save(DeviceRunner runner, AttendancePlan plan, ModelCard card, Path file) {
    float[] model =
        runner
            .personalModel()
            .orElseThrow(
                () -> KulaException.remote("the run ended before there was a personal model"));
    SafeTensors.write(
        file,
        runner.layout(),
        model,
        Map.of("device", plan.name().name(), ModelCard.KEY, card.text()));
    return file;
  }
}
