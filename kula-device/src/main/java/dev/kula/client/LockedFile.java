package dev.kula.client;

import dev.kula.KulaException;
import dev.kula.peer.PrivateFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that grows by what is added at its end, which is on the disk when the call returns, and
 * that belongs to one process for as long as it is open. Its owner alone can read it. What a full
 * disk took a part of is cut off again.
 *
 * <p>Errors: RESOURCE, where the disk or the permissions do not let it.
 *
 * <p>Not thread safe.
 */
final class LockedFile implements AutoCloseable {
  private final Path file;
  private final FileChannel channel;

  private LockedFile(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Opens a file, and makes it if there is none.
   *
   * @throws KulaException the user's mistake, if another process has it
   */
  static LockedFile open(Path file) {
    try {
      Path directory = file.toAbsolutePath().getParent();
      if (!Files.exists(file) && directory != null) {
        Files.createFile(file, PrivateFile.ownerOnly(directory, false));
        PrivateFile.force(directory);
      }
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (!takes(channel)) {
        channel.close();
        throw KulaException.user(
            "'%s' is in use by another process, must be one device's; end that one, or choose another"
                    .formatted(file)
                + " directory");
      }
      return new LockedFile(file, channel);
    } catch (IOException e) {
      throw broken(file, e);
    }
  }

  /** Whether this process has it from now on. */
  private static boolean takes(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock(); // ends with the channel
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  /** All that is in it. */
  byte[] read() {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw broken(file, e);
    }
  }

  /** Puts other content in its place, whole or not at all; this one is closed then. */
  LockedFile replaced(byte[] content) {
    Path temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
    try {
      Files.deleteIfExists(temporary);
      LockedFile other = open(temporary);
      other.append(ByteBuffer.wrap(content));
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      Path directory = file.toAbsolutePath().getParent();
      if (directory != null) {
        PrivateFile.force(directory);
      }
      close();
      return new LockedFile(file, other.channel);
    } catch (IOException e) {
      throw broken(file, e);
    }
  }

  /** Length in bytes. */
  long size() {
    try {
      return channel.size();
    } catch (IOException e) {
      throw broken(file, e);
    }
  }

  /** Adds all of it or nothing. */
  void append(ByteBuffer bytes) {
    long before = size();
    try {
      channel.position(before);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(false);
    } catch (IOException e) {
      throw broken(file, cutBack(before, e));
    }
  }

  private IOException cutBack(long size, IOException failure) {
    try {
      channel.truncate(size);
    } catch (IOException second) {
      failure.addSuppressed(second);
    }
    return failure;
  }

  /** Leaves the first bytes only. */
  void cut(long size) {
    try {
      if (size < channel.size()) {
        channel.truncate(size);
        channel.force(false);
      }
    } catch (IOException e) {
      throw broken(file, e);
    }
  }

  /** That a file cannot be kept. */
  static KulaException broken(Path file, IOException e) {
    return KulaException.resource(
        "'%s' cannot be kept (%s); make room, or choose another directory"
            .formatted(file, e.getMessage()),
        e);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw broken(file, e);
    }
  }
}
