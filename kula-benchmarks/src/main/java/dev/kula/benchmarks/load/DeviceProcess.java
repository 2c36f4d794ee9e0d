package dev.kula.benchmarks.load;

import dev.kula.client.DeviceRunner;
import dev.kula.client.FileReleaseJournal;
import dev.kula.client.FleetClient;
import dev.kula.client.JobLog;
import dev.kula.client.JobRunner;
import dev.kula.client.Journals;
import dev.kula.client.OwnDevice;
import dev.kula.client.Owner;
import dev.kula.client.ServedModel;
import dev.kula.client.ServerLine;
import dev.kula.client.Worker;
import dev.kula.data.partition.SplitSpec;
import dev.kula.data.source.SampleRows;
import dev.kula.device.PointerEvent;
import dev.kula.engine.Engines;
import dev.kula.model.EngineFactory;
import dev.kula.peer.Revocations;
import dev.kula.peer.Role;
import dev.kula.peer.Trust;
import dev.kula.wire.Job;
import dev.kula.wire.Result;
import dev.kula.wire.identity.Credentials;
import dev.kula.wire.identity.Tls;
import io.grpc.ManagedChannel;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * Many devices in one process, each as {@code kula device} has it: a certificate, a connection, a
 * job log, a journal of releases and samples of its own. They share virtual threads and code, and
 * nothing else. Says every second how many jobs are done, and how long they took together.
 */
final class DeviceProcess {
  /** What a process says of itself: jobs, and seconds within them. */
  static final Pattern SAID = Pattern.compile("jobs (\\d+) seconds ([0-9.]+)");

  private static final long JOB_BYTES = 1L << 30;
  private static final String SPLIT = "random:0.75";
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(1);

  private final Ground ground;
  private final int port;
  private final X509Certificate root;
  private final EngineFactory engines = Engines.best();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicLong jobs = new AtomicLong();
  private final AtomicLong nanos = new AtomicLong();

  private DeviceProcess(Ground ground, int port) {
    this.ground = ground;
    this.port = port;
    this.root = Credentials.authority(ground.authority());
  }

  /** Arguments: directory, port of the orchestrator, first device, and the one after the last. */
  public static void main(String[] arguments) throws Exception {
    int from = Integer.parseInt(arguments[2]);
    int to = Integer.parseInt(arguments[3]);
    Ground ground = new Ground(Path.of(arguments[0]), to);
    new DeviceProcess(ground, Integer.parseInt(arguments[1])).run(from, to);
    System.exit(0);
  }

  private void run(int from, int to) throws InterruptedException, ExecutionException {
    List<Future<?>> devices = new ArrayList<>();
    for (int i = from; i < to; i++) {
      int device = i;
      devices.add(threads.submit(() -> attend(device)));
    }
    for (Future<?> device : devices) {
      while (!isOver(device)) {
        System.out.printf(Locale.ROOT, "jobs %d seconds %.3f%n", jobs.get(), nanos.get() / 1e9);
      }
    }
  }

  private static boolean isOver(Future<?> device) throws InterruptedException, ExecutionException {
    try {
      device.get(BETWEEN_LINES.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException goesOn) {
      return false;
    }
  }

  private Void attend(int index) throws InterruptedException {
    Path identity = ground.identity(Ground.device(index));
    Credentials own = Credentials.read(Path.of(identity + ".pem"), Path.of(identity + ".key"));
    Tls tls = new Tls(own, new Trust(root, InstantSource.system(), Revocations.none()));
    ManagedChannel line = ServerLine.open(Ground.HOST, port, tls, Role.DEVICE, threads);
    try (Journals<FileReleaseJournal> journals =
            new Journals<>(
                (run, filter) ->
                    FileReleaseJournal.open(Path.of(identity + ".releases"), run, filter),
                FileReleaseJournal::close);
        ServedModel served = new ServedModel(state -> {});
        Worker<Timed> worker = worker(identity, device(index, tls, journals, served))) {
      new FleetClient(line, worker, JOB_BYTES).run();
    } finally {
      line.shutdownNow();
    }
    return null;
  }

  private Worker<Timed> worker(Path identity, OwnDevice device) {
    return new Worker<>(
        told -> new Timed(device.runner(told)),
        Optional.of(JobLog.open(Path.of(identity + ".jobs"))));
  }

  private OwnDevice device(
      int index, Tls tls, Journals<FileReleaseJournal> journals, ServedModel served) {
    return new OwnDevice(
        tls.self().name(),
        tls.deviceKeys(),
        tls.trust(),
        schema -> SampleRows.labelled(schema, "rows", Ground.rows(index)),
        SplitSpec.parse(SPLIT),
        false,
        Double.POSITIVE_INFINITY,
        journals::of,
        engines,
        new Silent(),
        served);
  }

  /** Takes the time of jobs. */
  private final class Timed implements JobRunner {
    private final DeviceRunner runner;

    Timed(DeviceRunner runner) {
      this.runner = runner;
    }

    @Override
    public Result perform(Job.Work job) {
      long start = System.nanoTime();
      try {
        return runner.perform(job);
      } finally {
        nanos.addAndGet(System.nanoTime() - start);
        jobs.incrementAndGet();
      }
    }

    @Override
    public void close() {
      runner.close();
    }
  }

  /** Says what goes wrong, and no more. */
  private static final class Silent implements Owner {
    @Override
    public void trouble(String line) {
      System.out.println(line);
    }

    @Override
    public void moved(String run, long delivery, List<PointerEvent> events) {}
  }
}
