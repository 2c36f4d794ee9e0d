package dev.kula.store;

import dev.kula.KulaException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A directory of files that belong together: made as {@code .NAME.tmp} beside its place and moved
 * there whole. A process that dies on the way leaves that behind, which the next one of the same
 * name clears away.
 */
public final class NewDirectory {
  private NewDirectory() {}

  /** Writes the files. */
  @FunctionalInterface
  public interface Content {
    /** Into an empty directory, which has no directories in it afterwards either. */
    void writeTo(Path directory);
  }

  /**
   * Makes a directory with {@code content}.
   *
   * @param place must not be there; its parent must
   * @throws KulaException USER if the place is taken or has no parent; RESOURCE if the disk refuses
   */
  public static void make(Path place, Content content) {
    requireNew(place);
    Path unfinished = AtomicFile.temporary(place.toAbsolutePath().normalize());
    try {
      if (Files.exists(unfinished)) {
        clear(unfinished);
      }
      Files.createDirectory(unfinished);
      try {
        content.writeTo(unfinished);
        Files.move(unfinished, place, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException | RuntimeException failure) {
        discard(unfinished, failure);
        throw failure;
      }
      AtomicFile.forceDirectory(place);
    } catch (IOException failure) {
      throw AtomicFile.cannotWrite(place, failure);
    }
  }

  /**
   * Looks whether something can be made in a place.
   *
   * @throws KulaException USER if it is taken, or is in a directory that is not there
   */
  public static void requireNew(Path place) {
    if (Files.exists(place)) {
      throw KulaException.user(
          "--out '%s' is there already, must be new; remove it or name another".formatted(place));
    }
    Path parent = place.toAbsolutePath().getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      throw KulaException.user(
          "--out '%s' is in a directory that is not there; make it first".formatted(place));
    }
  }

  private static void clear(Path unfinished) throws IOException {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(unfinished)) {
      for (Path file : left) {
        Files.delete(file);
      }
    }
    Files.delete(unfinished);
  }

  private static void discard(Path unfinished, Exception failure) {
    try {
      if (Files.exists(unfinished)) {
        clear(unfinished);
      }
    } catch (IOException second) {
      failure.addSuppressed(second);
    }
  }
}
