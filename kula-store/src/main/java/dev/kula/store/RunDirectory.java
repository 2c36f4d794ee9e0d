package dev.kula.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kula.KulaException;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunSummary;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The directory of one run, open for writing by one process: {@code rounds.jsonl} and {@code
 * events.jsonl} grow by a line at a time, every other file is replaced whole. A lock file keeps a
 * second process out until {@link #close}.
 *
 * <p>Thread safe, except that one file must not be replaced by two threads at once. Extents assume
 * that the runs of a {@code compare} append one after the other. Every failure of the file system
 * is a {@link KulaException} with blame RESOURCE that names the file.
 */
public final class RunDirectory implements Closeable {
  /** A line a round. */
  public static final String ROUNDS = "rounds.jsonl";

  /** A line an event. */
  public static final String EVENTS = "events.jsonl";

  /** Written when a run ends. */
  public static final String SUMMARY = "summary.json";

  /** State to resume from; see {@link Checkpoints}. */
  public static final String CHECKPOINT = "checkpoint.cbor";

  static final String LOCK = ".lock";

  private final Path path;
  private final FileChannel lock;
  private final JsonLines rounds;
  private final JsonLines events;

  private RunDirectory(Path path, FileChannel lock, JsonLines rounds, JsonLines events) {
    this.path = path;
    this.lock = lock;
    this.rounds = rounds;
    this.events = events;
  }

  /**
   * Starts a new run. Parents are created as needed; an existing directory must be empty.
   *
   * @throws KulaException USER if {@code path} is a file, holds a run or anything else
   */
  public static RunDirectory create(Path path) {
    requireNew(path);
    try {
      Files.createDirectories(path);
    } catch (IOException failure) {
      throw AtomicFile.cannotWrite(path, failure);
    }
    return open(path);
  }

  /**
   * Continues a run in its directory. Call {@link #truncate} with the extent of the checkpoint
   * before anything is appended.
   *
   * @throws KulaException USER if there is no run in {@code path}, or another process writes to it
   */
  public static RunDirectory resume(Path path) {
    RunReader.requireRun(path);
    RunDirectory directory = open(path);
    try {
      directory.removeTemporaryFiles();
    } catch (IOException failure) {
      directory.close();
      throw AtomicFile.cannotWrite(path, failure);
    }
    return directory;
  }

  private static RunDirectory open(Path path) {
    FileChannel lock = lock(path);
    try {
      return new RunDirectory(
          path, lock, JsonLines.open(path.resolve(ROUNDS)), JsonLines.open(path.resolve(EVENTS)));
    } catch (KulaException failure) {
      try {
        lock.close();
      } catch (IOException second) {
        failure.addSuppressed(second);
      }
      throw failure;
    }
  }

  static FileChannel lock(Path path) {
    Path file = path.resolve(LOCK);
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!tryLock(channel)) {
        channel.close();
        throw KulaException.user(
            "'%s' is being written by another run; wait for it to end or choose another --out"
                .formatted(path));
      }
      return channel;
    } catch (IOException failure) {
      throw AtomicFile.cannotWrite(file, failure);
    }
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      FileLock held = channel.tryLock();
      return held != null;
    } catch (OverlappingFileLockException inThisProcess) {
      return false;
    }
  }

  /**
   * Looks whether a run can begin in {@code path}.
   *
   * @throws KulaException USER if it is a file, holds a run or anything else
   */
  public static void requireNew(Path path) {
    if (!Files.exists(path)) {
      return;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
      if (!entries.iterator().hasNext()) {
        return;
      }
    } catch (NotDirectoryException file) {
      throw KulaException.user(
          "--out '%s' is a file, must be a new or an empty directory; choose another"
              .formatted(path),
          file);
    } catch (IOException failure) {
      throw AtomicFile.cannotRead(path, failure);
    }
    throw KulaException.user(
        Files.exists(path.resolve(ROUNDS))
            ? "--out '%s' already holds a run; continue it with --resume or choose a new directory"
                .formatted(path)
            : "--out '%s' is not empty and holds no run; choose a new or an empty directory"
                .formatted(path));
  }

  private void removeTemporaryFiles() throws IOException {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(path, ".*.tmp")) {
      for (Path temporary : left) {
        Files.deleteIfExists(temporary);
      }
    }
  }

  /** Where the run is. */
  public Path path() {
    return path;
  }

  /** A file of the run, by name; it need not exist. */
  public Path file(String name) {
    return path.resolve(name);
  }

  /** Appends a line to {@code rounds.jsonl}; it survives the end of the process. */
  public void append(RoundRecord round) {
    rounds.append(round);
  }

  /** Appends a line to {@code events.jsonl}; it survives the end of the process. */
  public void append(String method, long seed, RunEvent event) {
    ObjectNode fields = Json.MAPPER.valueToTree(event);
    ObjectNode line = Json.MAPPER.createObjectNode();
    line.set("type", fields.remove("type"));
    line.put("method", method).put("seed", seed).setAll(fields);
    events.append(line);
  }

  /** How far both line files have grown, once that much is safe on the disk. */
  public Extent extent() {
    return new Extent(rounds.forcedLength(), events.forcedLength());
  }

  /**
   * Drops every line after {@code extent}.
   *
   * @throws KulaException USER if a file is shorter than that
   */
  public void truncate(Extent extent) {
    rounds.truncate(extent.roundsBytes());
    events.truncate(extent.eventsBytes());
  }

  /** Replaces {@code summary.json}, indented. */
  public void write(RunSummary summary) {
    write(
        SUMMARY,
        out -> {
          Json.MAPPER.writerWithDefaultPrettyPrinter().writeValue(out, summary);
          out.write('\n');
        });
  }

  /** Replaces any other file of the run, whole or not at all. */
  public void write(String name, AtomicFile.Content content) {
    AtomicFile.write(file(name), content);
  }

  @Override
  public void close() {
    rounds.close();
    events.close();
    try {
      lock.close();
    } catch (IOException failure) {
      throw AtomicFile.cannotWrite(path, failure);
    }
  }
}
