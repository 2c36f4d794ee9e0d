package dev.kula.store;

import dev.kula.KulaException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * A new directory with what a run had when it wrote a checkpoint. It is made as {@code .NAME.tmp}
 * beside its place, forced to the disk and moved there in one step: there is all of it or nothing.
 * What a process leaves that is killed on the way, the next branch of that name removes.
 *
 * @param from directory of the run, which stays as it is; nobody may write to it meanwhile
 * @param extent of the lines that the branch has
 * @param copied further files, by their names in the branch: their names in the run
 * @param written files of the branch's own
 */
public record Branch(
    Path from, Extent extent, Map<String, String> copied, Map<String, AtomicFile.Content> written) {
  public Branch {
    copied = Map.copyOf(copied);
    written = Map.copyOf(written);
  }

  /**
   * Makes it.
   *
   * @param place a new or an empty directory; parents are made as needed
   * @throws KulaException USER if the place is taken, or the run's lines were cut; RESOURCE if the
   *     disk refuses. There is nothing of a branch then
   */
  public void make(Path place) {
    RunReader.requireRun(from);
    RunDirectory.requireNew(place);
    Path to = place.toAbsolutePath().normalize();
    Path unfinished = AtomicFile.temporary(to);
    try {
      if (!Files.exists(unfinished.resolve(RunDirectory.LOCK))) {
        RunDirectory.requireNew(unfinished); // somebody else's
      }
      Files.createDirectories(unfinished);
      FileChannel lock = RunDirectory.lock(unfinished);
      try {
        clear(unfinished);
        fill(unfinished);
        Files.move(unfinished, to, StandardCopyOption.ATOMIC_MOVE);
        AtomicFile.forceDirectory(to);
      } catch (IOException | RuntimeException failure) {
        discard(unfinished, failure);
        throw failure;
      } finally {
        lock.close();
      }
    } catch (IOException failure) {
      throw AtomicFile.cannotWrite(place, failure);
    }
  }

  private void fill(Path into) throws IOException {
    copy(RunDirectory.ROUNDS, extent.roundsBytes(), into.resolve(RunDirectory.ROUNDS));
    copy(RunDirectory.EVENTS, extent.eventsBytes(), into.resolve(RunDirectory.EVENTS));
    for (Map.Entry<String, String> file : copied.entrySet()) {
      copy(file.getValue(), Files.size(from.resolve(file.getValue())), into.resolve(file.getKey()));
    }
    written.forEach((name, content) -> AtomicFile.write(into.resolve(name), content));
    AtomicFile.forceDirectory(into.resolve(RunDirectory.ROUNDS));
  }

  /** The first bytes of a file of the run. */
  private void copy(String name, long bytes, Path to) throws IOException {
    Path file = from.resolve(name);
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ);
        FileChannel out =
            FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      JsonLines.requireLength(file, in.size(), bytes);
      long done = 0;
      while (done < bytes) {
        long more = in.transferTo(done, bytes - done, out);
        if (more == 0) {
          throw new IOException("'%s' was cut meanwhile".formatted(file));
        }
        done += more;
      }
      out.force(true);
    }
  }

  private static void clear(Path unfinished) throws IOException {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(unfinished)) {
      for (Path file : left) {
        if (!file.endsWith(RunDirectory.LOCK)) {
          Files.delete(file);
        }
      }
    }
  }

  private static void discard(Path unfinished, Exception failure) {
    if (!Files.exists(unfinished)) {
      return; // it is in its place
    }
    try {
      clear(unfinished);
      Files.deleteIfExists(unfinished.resolve(RunDirectory.LOCK));
      Files.deleteIfExists(unfinished);
    } catch (IOException second) {
      failure.addSuppressed(second);
    }
  }
}
