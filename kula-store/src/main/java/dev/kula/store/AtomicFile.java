package dev.kula.store;

import dev.kula.KulaException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes a file whole or not at all: into {@code .NAME.tmp} beside it, forced to the disk, then
 * moved over it in one step. A process that dies on the way leaves the old file as it was and a
 * temporary file that the next write of the same name replaces.
 *
 * <p>Different files may be written at once; the same file by one thread at a time. A full disk or
 * a directory that cannot be written ends in a {@link KulaException} with blame RESOURCE, after the
 * temporary file is removed.
 */
public final class AtomicFile {
  private AtomicFile() {}

  /** What to write, as a stream. */
  @FunctionalInterface
  public interface Content {
    /** Writes all of it; need not close. */
    void writeTo(OutputStream out) throws IOException;
  }

  /** What to write, for formats that go back to fill in a header. */
  @FunctionalInterface
  interface ChannelContent {
    void writeTo(FileChannel channel) throws IOException;
  }

  /** Replaces {@code file} with {@code content}. */
  public static void write(Path file, Content content) {
    writeChannel(
        file,
        channel -> {
          // Not closed: that would close the channel before it is forced.
          OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
          content.writeTo(out);
          out.flush();
        },
        () -> {});
  }

  /** As above; {@code beforeMove} runs when the new content is safe on the disk. */
  static void writeChannel(Path file, ChannelContent content, IoAction beforeMove) {
    Path temporary = temporary(file);
    try {
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        content.writeTo(channel);
        channel.force(true);
      }
      beforeMove.run();
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      forceDirectory(file);
    } catch (IOException failure) {
      throw cannotWrite(file, discard(temporary, failure));
    } catch (RuntimeException failure) {
      throw discard(temporary, failure);
    }
  }

  /** Something that touches files. */
  @FunctionalInterface
  interface IoAction {
    void run() throws IOException;
  }

  static Path temporary(Path file) {
    return file.resolveSibling("." + file.getFileName() + ".tmp");
  }

  static KulaException cannotWrite(Path file, IOException failure) {
    return KulaException.resource(
        "cannot write '%s': %s; free space or choose another directory with --out"
            .formatted(file, Reason.of(failure)),
        failure);
  }

  static KulaException cannotRead(Path file, IOException failure) {
    return KulaException.resource(
        "cannot read '%s': %s; check the disk and the file's permissions"
            .formatted(file, Reason.of(failure)),
        failure);
  }

  private static <T extends Exception> T discard(Path temporary, T failure) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException second) {
      failure.addSuppressed(second);
    }
    return failure;
  }

  /** Makes the move itself survive a power cut, where directories can be opened at all. */
  static void forceDirectory(Path file) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null
        && directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
