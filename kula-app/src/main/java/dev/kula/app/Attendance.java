package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.client.DeviceClient;
import dev.kula.client.JobLog;
import dev.kula.client.JobRunner;
import dev.kula.client.ServerLine;
import dev.kula.client.Worker;
import dev.kula.data.DeviceId;
import dev.kula.data.FederatedData;
import dev.kula.model.EngineFactory;
import dev.kula.round.SimulationSettings;
import dev.kula.server.Rehearsal;
import dev.kula.store.SafeTensors;
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

/** A device of a live fleet, in this process, until the run ends or the process is told to. */
final class Attendance {
  private static final String MODEL = "personal.safetensors";
  private static final String JOBS = "device.jobs";
  private static final long JOB_BYTES = 1L << 30;
  private static final Duration END = Duration.ofSeconds(30);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

  private final DevicePlan plan;
  private final Path directory;
  private final Worker worker;
  private final DeviceClient client;
  private final ManagedChannel line;
  private final Terminal terminal;

  /**
   * A device that has not connected yet, and goes on where the log in its directory ends.
   *
   * @param directory for the log and the personal model; made if it is not there
   * @throws KulaException the user's mistake, if the data have no part for it
   */
  Attendance(
      DevicePlan plan,
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
    this.plan = plan;
    this.terminal = terminal;
    this.directory = directory;
    this.line = ServerLine.open(plan.server().host(), plan.server().port(), plan.tls());
    make(directory);
    this.worker =
        new Worker(
            told -> Rehearsal.runner(told, data, settings, engines, plan.name()),
            Optional.of(JobLog.open(directory.resolve(JOBS))));
    this.client = new DeviceClient(line, worker, JOB_BYTES);
  }

  private static void make(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw KulaException.resource(
          "'%s' cannot be made (%s); choose another with --out"
              .formatted(directory, e.getMessage()),
          e);
    }
  }

  /**
   * Attends.
   *
   * @return the file with the personal model
   */
  Path attend() {
    CountDownLatch ended = new CountDownLatch(1);
    Thread hook = new Thread(() -> stop(ended), "kula-stop");
    Runtime.getRuntime().addShutdownHook(hook);
    Thread watch = Thread.ofVirtual().name("kula-trouble").start(this::watch);
    try {
      String goesOn = worker.job() > 0 ? ", going on after job " + worker.job() : "";
      terminal.err().printf("kula: %s attends %s%s%n", plan.name(), plan.server(), goesOn);
      client.run();
      return save();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } finally {
      watch.interrupt();
      worker.close();
      line.shutdownNow();
      ended.countDown();
      unhook(hook);
    }
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

  private Path save() {
    JobRunner runner =
        worker
            .runner()
            .orElseThrow(() -> KulaException.remote("the server was never reached; no model"));
    float[] model =
        runner
            .personalModel()
            .orElseThrow(
                () -> KulaException.remote("the run ended before there was a personal model"));
    Path file = directory.resolve(MODEL);
    SafeTensors.write(file, runner.layout(), model, Map.of("device", plan.name().name()));
    return file;
  }
}
