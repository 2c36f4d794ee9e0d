package dev.kula.store.database;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.kula.KulaException;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunSummary;
import dev.kula.store.AtomicFile;
import dev.kula.store.LoggedEvent;
import dev.kula.store.RunReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/**
 * The copy of one run in a database: all that its files have when it is begun, and then a round at
 * a time, each whole or not at all. A database that fails does not hold a run up: the copy is made
 * anew from the files as soon as it is there again, after a pause.
 *
 * <p>Not thread safe. One process at a time may copy a run.
 */
public final class RunCopy {
  /** In the run's directory: what it is called in databases. */
  public static final String NAME = "run-id";

  private static final String CONFIGURATION = "configuration.json";

  /** After a failure, so that a server that does not answer does not hold up each round. */
  private static final long PAUSE_NANOS = 30_000_000_000L;

  private final RunDatabase database;
  private final Path directory;
  private final String run;
  private final InstantSource clock;
  private final Consumer<String> troubles;
  private long rounds;
  private long events;
  private boolean complete;

  /** On the clock of {@link System#nanoTime()}; until then a database that failed is left alone. */
  private long again = System.nanoTime();

  private RunCopy(
      RunDatabase database,
      Path directory,
      String run,
      InstantSource clock,
      Consumer<String> troubles) {
    this.database = database;
    this.directory = directory;
    this.run = run;
    this.clock = clock;
    this.troubles = troubles;
  }

  /**
   * Copies what there is of a run, in the place of what the database had of it.
   *
   * @param directory of the run, which gets a file with its name if it has none
   * @param troubles is told in a line if the database fails later on
   * @throws KulaException RESOURCE if the database is not there; USER if {@code directory} holds no
   *     run
   */
  public static RunCopy begin(
      RunDatabase database, Path directory, InstantSource clock, Consumer<String> troubles) {
    RunReader.of(directory);
    RunCopy copy = new RunCopy(database, directory, nameOf(directory), clock, troubles);
    copy.all();
    return copy;
  }

  private static String nameOf(Path directory) {
    Path file = directory.resolve(NAME);
    try {
      if (Files.isRegularFile(file)) {
        return UUID.fromString(Files.readString(file).strip()).toString();
      }
      String name = UUID.randomUUID().toString();
      AtomicFile.write(file, out -> out.write((name + "\n").getBytes(StandardCharsets.UTF_8)));
      return name;
    } catch (IllegalArgumentException | IOException unreadable) {
      throw KulaException.user(
          "'%s' holds no name of a run, must be a UUID; remove it, and the run gets another"
              .formatted(file),
          unreadable);
    }
  }

  /** From the files, whatever the database had. */
  private void all() {
    RunReader files = RunReader.of(directory);
    JsonNode configuration = configuration();
    database.in(
        handle -> {
          handle.createUpdate("DELETE FROM run WHERE run = :run").bind("run", run).execute();
          handle
              .createUpdate(
                  "INSERT INTO run (run, command, configuration, directory, copied, ended)"
                      + " VALUES (:run, :command, :configuration, :directory, :copied, 0)")
              .bind("run", run)
              .bind("command", configuration.path("command").asText())
              .bind("configuration", configuration.toString())
              .bind("directory", directory.toAbsolutePath().normalize().toString())
              .bind("copied", clock.instant().truncatedTo(ChronoUnit.SECONDS).toString())
              .execute();
          Rows rows = new Rows(handle, run);
          files.forEachRound(rows::add);
          files.forEachEvent(rows::add);
          rows.write();
          rounds = rows.rounds();
          events = rows.events();
          if (files.hasSummary()) {
            ended(handle, files.summary());
          }
          return run;
        });
    complete = true;
  }

  private JsonNode configuration() {
    Path file = directory.resolve(CONFIGURATION);
    try {
      return Files.isRegularFile(file)
          ? new ObjectMapper().readTree(file.toFile())
          : NullNode.getInstance();
    } catch (JsonProcessingException malformed) {
      throw KulaException.user(
          "'%s' is no JSON: %s; restore it".formatted(file, malformed.getOriginalMessage()),
          malformed);
    } catch (IOException failure) {
      throw KulaException.resource(
          "cannot read '%s': %s; check its permissions".formatted(file, failure.getMessage()),
          failure);
    }
  }

  /** What the last lines of the files say, of one round. */
  public void add(RoundRecord round, List<RunEvent> happened) {
    attempt(
        () -> {
          Rows rows =
              database.in(
                  handle -> {
                    Rows added = new Rows(handle, run, rounds, events);
                    added.add(round);
                    happened.forEach(
                        event -> added.add(new LoggedEvent(round.method(), round.seed(), event)));
                    added.write();
                    return added;
                  });
          rounds = rows.rounds();
          events = rows.events();
        });
  }

  /** The run has ended, and written its summary. */
  public void end(RunSummary summary) {
    again = System.nanoTime(); // there is no later
    attempt(
        () ->
            database.in(
                handle -> {
                  ended(handle, summary);
                  return run;
                }));
  }

  private void ended(Handle handle, RunSummary summary) {
    Rows rows = new Rows(handle, run);
    for (RunSummary.MethodSummary method : summary.methods()) {
      method
          .devices()
          .forEach(device -> rows.add(method.name(), method.seeds().getFirst(), device));
    }
    rows.write();
    handle.createUpdate("UPDATE run SET ended = 1 WHERE run = :run").bind("run", run).execute();
  }

  private void attempt(Runnable work) {
    if (System.nanoTime() - again < 0) {
      complete = false;
      return;
    }
    try {
      if (complete) {
        work.run();
      } else {
        all();
      }
    } catch (KulaException failure) {
      if (failure.blame() != KulaException.Blame.RESOURCE) {
        throw failure;
      }
      complete = false;
      again = System.nanoTime() + PAUSE_NANOS;
      troubles.accept(
          "%s; the run goes on, and is copied later (kula store add)"
              .formatted(failure.getMessage()));
    }
  }
}
