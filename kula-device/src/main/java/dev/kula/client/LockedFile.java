package dev.kula.client;

import dev.kula.KulaException;
import dev.kula.peer.PrivateFile;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

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
  /**
   * What this process has: to open such a file once more, and close it, would end the lock, as it
   * ends with any descriptor of the file. So it is read through its channel, too.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;
  private final Path key;

  private LockedFile(Path file, FileChannel channel, Path key) {
    this.file = file;
    this.channel = channel;
    this.key = key;
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
      Path key = file.toRealPath();
      if (!HELD.add(key)) {
        throw inUse(file);
      }
      try {
        return new LockedFile(file, locked(file), key);
      } catch (IOException | RuntimeException failure) {
        HELD.remove(key);
        throw failure;
      }
    } catch (IOException e) {
      throw broken(file, e);
    }
  }

  /** The lock ends with the channel. */
  private static FileChannel locked(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    if (channel.tryLock() == null) {
      channel.close();
      throw inUse(file);
    }
    return channel;
  }

  private static KulaException inUse(Path file) {
    return KulaException.user(
        "'%s' is in use by another process, must be one device's; end that one, or choose another"
                .formatted(file)
            + " directory");
  }

  /** Reads it from the beginning; not to be closed, nor used once something is added. */
  InputStream stream() {
    try {
      channel.position(0);
      return new BufferedInputStream(Channels.newInputStream(channel));
    } catch (IOException e) {
      throw broken(file, e);
    }
  }

  /** A part of it. */
  byte[] read(long from, int length) {
    ByteBuffer part = ByteBuffer.allocate(length);
    try {
      while (part.hasRemaining()) {
        if (channel.read(part, from + part.position()) < 0) {
          throw new EOFException("it ends before byte " + (from + length));
        }
      }
      return part.array();
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
      channel.close();
      HELD.remove(other.key);
      return new LockedFile(file, other.channel, key);
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
    if (!channel.isOpen()) {
      return; // whoever has the file now may be another
    }
    try {
      channel.close();
    } catch (IOException e) {
      throw broken(file, e);
    } finally {
      HELD.remove(key);
    }
  }
}
