package dev.kula.client;

import dev.kula.KulaException;
import dev.kula.data.DataSchema;
import dev.kula.data.Dataset;
import dev.kula.data.partition.SplitSpec;
import dev.kula.data.source.DataSource;
import dev.kula.data.source.SampleRows;
import dev.kula.device.PointerEvent;
import dev.kula.engine.Engines;
import dev.kula.peer.PrivateFile;
import dev.kula.peer.Revocations;
import dev.kula.peer.Role;
import dev.kula.peer.Trust;
import dev.kula.wire.identity.Credentials;
import dev.kula.wire.identity.Tls;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A device in an application of yours: it takes part in a fleet in a thread of its own, on rows
 * that the application hands it, and answers with its personal model. What it has to keep is in one
 * directory, so that an application that was killed goes on when it is started again.
 *
 * <pre>{@code
 * try (EmbeddedDevice device =
 *     EmbeddedDevice.builder()
 *         .server("fleet.example.org", 7443)
 *         .identity(Path.of("device-03"))
 *         .authority(Path.of("authority.pem"))
 *         .directory(Path.of("kula"))
 *         .rows(() -> List.of(Map.of("speed", 3.5, "load", 0.2, "fault", "none"), ...))
 *         .start()) {
 *   device.predict(Map.of("speed", 4.1, "load", 0.3)).ifPresent(System.out::println);
 * }
 * }</pre>
 *
 * <p>Thread safe.
 */
public final class EmbeddedDevice implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(EmbeddedDevice.class.getName());
  private static final long JOB_BYTES = 1L << 30;

  private final ServedModel served;
  private final CompletableFuture<FleetClient> client = new CompletableFuture<>();
  private final CompletableFuture<Void> over = new CompletableFuture<>();

  private EmbeddedDevice(ServedModel served) {
    this.served = served;
  }

  /**
   * Goes on where the log ends, which does all its jobs again, and attends until the run is over;
   * then all that it took is free again.
   */
  private void attend(
      OwnDevice device, JobLog log, Journals<?> journals, RenewedLine line, Owner owner) {
    Optional<Throwable> failure = Optional.empty();
    try (journals;
        log;
        Worker<DeviceRunner> worker = new Worker<>(device::runner, Optional.of(log))) {
      worker
          .leftAlone()
          .ifPresent(why -> owner.trouble("its log is of another run: " + why.getMessage()));
      FleetClient attending = new FleetClient(line, worker, JOB_BYTES, Optional.of(device.shown()));
      client.complete(attending);
      attending.run();
    } catch (Throwable e) { // also an error: whoever waits must be told
      failure = Optional.of(e);
    } finally {
      line.close();
    }
    failure.ifPresent(client::completeExceptionally);
    failure.ifPresentOrElse(over::completeExceptionally, () -> over.complete(null));
  }

  private Optional<FleetClient> attending() {
    return client.isDone() && !client.isCompletedExceptionally()
        ? Optional.of(client.join())
        : Optional.empty();
  }

  /** Says what a device needs; see {@link Builder#start}. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * What the personal model says of a sample.
   *
   * @param row its value by the name of each column that the fleet's models see, a {@link Number}
   *     or text
   * @return empty while the device has no model
   * @throws KulaException the user's mistake, if a value is missing or no number
   */
  public Optional<Prediction> predict(Map<String, ?> row) {
    return served.predict(row);
  }

  /** Which model answers; empty while there is none. */
  public Optional<ServedModel.Status> model() {
    return served.status();
  }

  /** Whether a server has welcomed this device, and the connection holds. */
  public boolean isConnected() {
    return attending().map(FleetClient::isConnected).orElse(false);
  }

  /** Why there is no connection; empty while there is one, and before one was tried. */
  public Optional<String> trouble() {
    return attending().flatMap(FleetClient::trouble);
  }

  /** Whether it takes part no more, because the run has ended or the device could not go on. */
  public boolean isOver() {
    return over.isDone();
  }

  /**
   * Waits until the run ends; {@link #predict} answers afterwards, too.
   *
   * @throws KulaException if the server refuses the device, its data do not fit the fleet, or the
   *     disk does not keep what it has to keep
   */
  public void await() throws InterruptedException {
    try {
      over.get();
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw new CompletionException(failure.getCause());
    }
  }

  /**
   * Ends taking part, after the job that is being done, or all that stand in its log if it has just
   * been started again, and frees the model.
   */
  @Override
  public void close() {
    try {
      client.join().stop();
    } catch (CompletionException failed) {
      // there is nothing to stop; whoever wants to know awaits
    }
    over.exceptionally(failure -> null).join();
    served.close();
  }

  /** All that a device needs. Not thread safe. */
  public static final class Builder {
    private static final String DEFAULT_SPLIT = "random:0.75";

    private @Nullable String host;
    private int port;
    private @Nullable Path identity;
    private @Nullable Path authority;
    private @Nullable Path directory;
    private @Nullable Function<DataSchema, Dataset> samples;
    private String split = DEFAULT_SPLIT;
    private boolean givesRaw;
    private double mostEpsilon = Double.POSITIVE_INFINITY;
    private Owner owner = new Logging();

    private Builder() {}

    /** Where the orchestrator listens; its certificate must name the host. */
    public Builder server(String name, int number) {
      host = name;
      port = number;
      return this;
    }

    /** Certificate and keys of this device, {@code PATH.pem} and {@code PATH.key}. */
    public Builder identity(Path path) {
      identity = path;
      return this;
    }

    /** Certificate of the fleet's authority. */
    public Builder authority(Path file) {
      authority = file;
      return this;
    }

    /** For what it has to keep: jobs and its privacy account; made if it is not there. */
    public Builder directory(Path path) {
      directory = path;
      return this;
    }

    /**
     * Its labelled rows, each a value by the name of its column, a {@link Number} or text, in the
     * order in which they were recorded. Asked for once a run and when the device is started again,
     * on another thread; within a run they must be the same, for it does its jobs again then.
     */
    public Builder rows(Supplier<? extends List<? extends Map<String, ?>>> source) {
      return samples(schema -> SampleRows.labelled(schema, "the application's rows", source.get()));
    }

    /** Its labelled rows in a CSV file with a header, gzipped or not. */
    public Builder csv(Path file) {
      return samples(new DataSource.Csv(file)::load);
    }

    /** Its samples as a fleet's schema says, where {@link #rows} would take too much memory. */
    public Builder samples(Function<DataSchema, Dataset> source) {
      samples = source;
      return this;
    }

    /** What is put aside for its own exam, such as {@code time:0.8}; {@value #DEFAULT_SPLIT}. */
    public Builder split(String notation) {
      split = notation;
      return this;
    }

    /** Lets raw samples leave this device, and others' enter, where the fleet swaps them. */
    public Builder givesRaw() {
      givesRaw = true;
      return this;
    }

    /**
     * Takes part in no run that could bring what is spent of its privacy, in all runs, above this,
     * or that releases anything without noise.
     */
    public Builder maxEpsilon(double most) {
      if (!(most > 0)) {
        throw KulaException.user(
            "maxEpsilon is %s, must be above 0; try 8".formatted(Double.toString(most)));
      }
      mostEpsilon = most;
      return this;
    }

    /** Who is told what the server is not; by default troubles are logged. */
    public Builder owner(Owner told) {
      owner = told;
      return this;
    }

    /**
     * Begins to take part.
     *
     * @throws KulaException the user's mistake, if something is missing or cannot be read; RESOURCE
     *     if the directory cannot be used
     */
    public EmbeddedDevice start() {
      String at = required(host, "server");
      Path who = required(identity, "identity");
      Path kept = required(directory, "directory");
      Function<DataSchema, Dataset> data = required(samples, "rows");
      X509Certificate root = Credentials.authority(required(authority, "authority"));
      Tls tls = Tls.read(who, new Trust(root, InstantSource.system(), Revocations.none()));
      SplitSpec dealt = SplitSpec.parse(split);
      make(kept);
      refuseOtherAccount(kept);
      ServedModel served = new ServedModel(state -> {});
      Path releases = kept.resolve("releases.jsonl");
      Journals<FileReleaseJournal> journals =
          new Journals<>(
              (run, filter) -> FileReleaseJournal.open(releases, run, filter),
              FileReleaseJournal::close);
      OwnDevice device =
          new OwnDevice(
              tls.self().name(),
              tls.deviceKeys(),
              tls.trust(),
              data,
              dealt,
              givesRaw,
              mostEpsilon,
              journals::of,
              Engines.best(),
              owner,
              served);
      RenewedLine line = RenewedLine.open(at, port, tls, Role.DEVICE);
      JobLog log;
      try {
        log = JobLog.open(kept.resolve("device.jobs"));
      } catch (KulaException failure) {
        line.close();
        throw failure;
      }
      EmbeddedDevice started = new EmbeddedDevice(served);
      Thread.ofPlatform()
          .name("kula " + tls.self().name())
          .daemon()
          .start(() -> started.attend(device, log, journals, line, owner));
      return started;
    }

    private static <T> T required(@Nullable T value, String name) {
      if (value == null) {
        throw KulaException.user("%s is missing, must be given before start()".formatted(name));
      }
      return value;
    }

    /** What a device has spent must not be forgotten because another program kept count of it. */
    private static void refuseOtherAccount(Path directory) {
      Path other = directory.resolve("releases.db");
      if (Files.exists(other)) {
        throw KulaException.user(
            "'%s' has the account of this device, which an application cannot read; go on with kula"
                    .formatted(other)
                + " device, or enrol the device anew");
      }
    }

    private static void make(Path directory) {
      try {
        if (!Files.isDirectory(directory)) {
          Path parent = directory.toAbsolutePath().getParent();
          Files.createDirectories(
              directory, PrivateFile.ownerOnly(parent == null ? directory : parent, true));
        }
      } catch (IOException e) {
        throw KulaException.resource(
            "'%s' cannot be made (%s); choose another directory"
                .formatted(directory, e.getMessage()),
            e);
      }
    }
  }

  /** For applications that say nothing else. */
  private static final class Logging implements Owner {
    @Override
    public void trouble(String line) {
      LOG.log(Level.WARNING, line);
    }

    @Override
    public void moved(String run, long delivery, List<PointerEvent> events) {
      LOG.log(Level.DEBUG, () -> "pointers of run " + run + ": " + events);
    }
  }
}
