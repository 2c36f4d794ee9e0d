package dev.kula.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.kula.KulaException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that grows by a line of JSON at a time. A line reaches the operating system in one write
 * as it is appended, so a killed process loses none; where the disk refuses half of a line, that
 * half is cut off again. Thread safe.
 */
final class JsonLines implements Closeable {
  private final Path file;
  private final FileChannel channel;
  private long length;

  private JsonLines(Path file, FileChannel channel, long length) {
    this.file = file;
    this.channel = channel;
    this.length = length;
  }

  /** Opens {@code file} to append, and creates it if need be. */
  static JsonLines open(Path file) {
    try {
      // Not APPEND, which would ignore the position that a truncation sets.
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      return new JsonLines(file, channel, channel.size());
    } catch (IOException failure) {
      throw AtomicFile.cannotWrite(file, failure);
    }
  }

  synchronized void append(Object value) {
    ByteBuffer line = ByteBuffer.wrap(line(value));
    try {
      channel.position(length);
      while (line.hasRemaining()) {
        channel.write(line);
      }
      length += line.limit();
    } catch (IOException failure) {
      throw AtomicFile.cannotWrite(file, cutHalfLine(failure));
    }
  }

  private IOException cutHalfLine(IOException failure) {
    try {
      channel.truncate(length);
    } catch (IOException second) {
      failure.addSuppressed(second);
    }
    return failure;
  }

  /** Length in bytes, after everything up to there is safe on the disk. */
  synchronized long forcedLength() {
    try {
      channel.force(true);
    } catch (IOException failure) {
      throw AtomicFile.cannotWrite(file, failure);
    }
    return length;
  }

  /** Drops all after the first {@code bytes} bytes. */
  synchronized void truncate(long bytes) {
    requireLength(file, length, bytes);
    try {
      channel.truncate(bytes);
      channel.force(true);
      length = bytes;
    } catch (IOException failure) {
      throw AtomicFile.cannotWrite(file, failure);
    }
  }

  /** Refuses a file that is shorter than what a checkpoint knows of. */
  static void requireLength(Path file, long length, long covered) {
    if (covered > length) {
      throw KulaException.user(
          "'%s' has %d bytes, its checkpoint covers %d; it was cut or replaced: start the run anew"
              .formatted(file, length, covered));
    }
  }

  private static byte[] line(Object value) {
    try {
      byte[] json = Json.MAPPER.writeValueAsBytes(value);
      byte[] line = new byte[json.length + 1];
      System.arraycopy(json, 0, line, 0, json.length);
      line[json.length] = '\n';
      return line;
    } catch (JsonProcessingException defect) {
      throw KulaException.internal(
          "cannot write %s as JSON: %s"
              .formatted(value.getClass().getName(), defect.getOriginalMessage()));
    }
  }

  @Override
  public synchronized void close() {
    try {
      channel.close();
    } catch (IOException failure) {
      throw AtomicFile.cannotWrite(file, failure);
    }
  }
}
