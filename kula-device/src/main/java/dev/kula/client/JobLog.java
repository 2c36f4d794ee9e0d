package dev.kula.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.kula.KulaException;
import dev.kula.wire.Incoming;
import dev.kula.wire.v1.Frame;
import dev.kula.wire.v1.ToDevice;
import dev.kula.wire.v1.Welcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * What a server has said to a device, in a file: a {@link Welcome} and then the jobs, each whole in
 * one frame, as {@link ToDevice} messages with their lengths before them. An entry is on the disk
 * before anything is done about it; one that the process was killed over is cut off when the file
 * is opened again.
 *
 * <p>Not thread safe. Belongs to one process at a time.
 */
public final class JobLog implements AutoCloseable {
  private final Path file;
  private final LockedFile entries;

  /** Reads entries. */
  interface Reader {
    /**
     * A server that jobs come from after this.
     *
     * @param end of the entry, in bytes from the beginning
     */
    void welcome(Welcome welcome, long end);

    /** A job. */
    void job(long number, byte[] whole, long end);
  }

  private JobLog(Path file, LockedFile entries) {
    this.file = file;
    this.entries = entries;
  }

  /**
   * The log in a file, which is made if there is none.
   *
   * @throws KulaException the user's mistake, if another process has it; RESOURCE if it cannot be
   *     read or written
   */
  public static JobLog open(Path file) {
    return new JobLog(file, LockedFile.open(file));
  }

  /** Writes down who jobs come from. */
  void append(Welcome welcome) {
    append(ToDevice.newBuilder().setWelcome(welcome).build());
  }

  /** Writes down a job. */
  void append(long number, byte[] whole) {
    append(
        ToDevice.newBuilder()
            .setJob(
                Frame.newBuilder()
                    .setJob(number)
                    .setSize(whole.length)
                    .setPiece(UnsafeByteOperations.unsafeWrap(whole))
                    .setDigest(digest(whole)))
            .build());
  }

  private void append(ToDevice entry) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(entry.getSerializedSize() + 5);
    try {
      entry.writeDelimitedTo(bytes);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    entries.append(ByteBuffer.wrap(bytes.toByteArray()));
  }

  /**
   * Reads all entries, and cuts off what is not a whole one.
   *
   * @throws KulaException RESOURCE if there are whole entries after a broken one
   */
  void read(Reader reader) {
    long end = 0;
    try {
      InputStream stream = entries.stream();
      long size = entries.size();
      while (end < size) {
        byte[] entry = next(stream, size - end);
        if (entry.length == 0) {
          break;
        }
        long next = end + CodedOutputStream.computeUInt32SizeNoTag(entry.length) + entry.length;
        if (!take(entry, reader, next)) {
          if (next < size) {
            throw KulaException.resource(
                "'%s' is broken at byte %d, must be as it was written; remove it, and the device"
                        .formatted(file, end)
                    + " begins anew",
                new IOException("an entry's digest is another"));
          }
          break;
        }
        end = next;
      }
    } catch (IOException e) {
      throw LockedFile.broken(file, e);
    }
    cut(end);
  }

  /** Of no bytes if there is no whole one. */
  private static byte[] next(InputStream stream, long left) throws IOException {
    int first = stream.read();
    if (first < 0) {
      return new byte[0];
    }
    try {
      int length = CodedInputStream.readRawVarint32(first, stream);
      return length <= 0 || length > left ? new byte[0] : whole(stream.readNBytes(length), length);
    } catch (InvalidProtocolBufferException e) {
      return new byte[0]; // the length itself is cut off
    }
  }

  private static byte[] whole(byte[] bytes, int length) {
    return bytes.length == length ? bytes : new byte[0];
  }

  private static boolean take(byte[] bytes, Reader reader, long end) {
    ToDevice entry;
    try {
      entry = ToDevice.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
    return switch (entry.getWhatCase()) {
      case WELCOME -> {
        reader.welcome(entry.getWelcome(), end);
        yield true;
      }
      case JOB -> {
        byte[] whole = entry.getJob().getPiece().toByteArray();
        boolean sound = digest(whole).equals(entry.getJob().getDigest());
        if (sound) {
          reader.job(entry.getJob().getJob(), whole, end);
        }
        yield sound;
      }
      case WHAT_NOT_SET -> false;
    };
  }

  private static ByteString digest(byte[] whole) {
    return UnsafeByteOperations.unsafeWrap(Incoming.sha256().digest(whole));
  }

  /** Leaves the first bytes only. */
  void cut(long size) {
    entries.cut(size);
  }

  @Override
  public void close() {
    entries.close();
  }
}
