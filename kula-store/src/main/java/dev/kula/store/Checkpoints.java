package dev.kula.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.kula.KulaException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state of a run, so that it can be resumed: a header with magic, format version, length and
 * SHA-256, then a record as CBOR. Writing is atomic, forced to the disk, and keeps the checkpoint
 * before as {@code NAME.previous.EXTENSION}, to which reading falls back.
 *
 * <p>A state is a record of numbers, strings, enums, {@code Optional}, lists, sets and maps, {@code
 * float[]} and {@code double[]} (kept bit for bit, little endian), further records, and sealed
 * interfaces of these. Lists, sets and maps come back in the order in which they were written. A
 * component of type {@code Object} does not come back as it was.
 *
 * <p>Stateless; one file must not be written by two threads at once.
 */
public final class Checkpoints {
  /** Raised when the header or the encoding of records changes. */
  static final int FORMAT_VERSION = 2;

  private static final long MAGIC = 0x4B554C41434B5054L; // "KULACKPT"
  private static final int DIGEST_BYTES = 32;
  private static final int HEADER_BYTES = Long.BYTES + Integer.BYTES + Long.BYTES + DIGEST_BYTES;

  private Checkpoints() {}

  /**
   * Replaces the checkpoint at {@code file}, and keeps the one before beside it.
   *
   * @throws KulaException RESOURCE if the disk refuses; the checkpoint before is then as it was
   */
  public static void write(Path file, Record state) {
    AtomicFile.writeChannel(
        file,
        channel -> {
          channel.position(HEADER_BYTES);
          MessageDigest digest = sha256();
          // Not closed: that would close the channel.
          OutputStream body =
              new BufferedOutputStream(
                  new DigestOutputStream(Channels.newOutputStream(channel), digest), 1 << 16);
          StateMapper.MAPPER.writeValue(body, state);
          body.flush();
          long bodyBytes = channel.position() - HEADER_BYTES;
          ByteBuffer header =
              ByteBuffer.allocate(HEADER_BYTES)
                  .putLong(MAGIC)
                  .putInt(FORMAT_VERSION)
                  .putLong(bodyBytes)
                  .put(digest.digest())
                  .flip();
          channel.position(0);
          while (header.hasRemaining()) {
            channel.write(header);
          }
        },
        () -> {
          if (Files.exists(file)) {
            Files.move(file, previous(file), StandardCopyOption.ATOMIC_MOVE);
          }
        });
  }

  /** Whether there is a checkpoint at {@code file}, or the one before it. */
  public static boolean exists(Path file) {
    return Files.exists(file) || Files.exists(previous(file));
  }

  /**
   * Reads the checkpoint at {@code file}, or the one before it if that is damaged or missing.
   *
   * @param type of the record that was written
   * @throws KulaException USER if neither can be used, with the reason
   */
  public static <T extends Record> Restored<T> read(Path file, Class<T> type) {
    try {
      return new Restored<>(readOne(file, type), file, Optional.empty());
    } catch (KulaException newest) {
      Path previous = previous(file);
      if (!Files.exists(previous)) {
        throw newest;
      }
      try {
        return new Restored<>(
            readOne(previous, type), previous, Optional.of(warning(file, newest)));
      } catch (KulaException older) {
        newest.addSuppressed(older);
        throw newest;
      }
    }
  }

  private static String warning(Path file, KulaException newest) {
    return Files.exists(file)
        ? String.valueOf(newest.getMessage())
        : "'%s' is missing, the process was killed while it replaced it".formatted(file);
  }

  /** Where the checkpoint before {@code file} is kept. */
  static Path previous(Path file) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return file.resolveSibling(
        dot < 0 ? name + ".previous" : name.substring(0, dot) + ".previous" + name.substring(dot));
  }

  private static <T> T readOne(Path file, Class<T> type) {
    if (!Files.exists(file)) {
      throw KulaException.user(
          "there is no checkpoint '%s'; the run ended before its first round, start it anew"
              .formatted(file));
    }
    try {
      verify(file);
      try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
        in.skipNBytes(HEADER_BYTES);
        T state = StateMapper.MAPPER.readValue(in, type);
        if (state == null) {
          throw otherState(file, "null", null);
        }
        return state;
      }
    } catch (JsonProcessingException otherRecord) {
      throw otherState(
          file,
          otherRecord.getOriginalMessage().lines().findFirst().orElse("unreadable"),
          otherRecord);
    } catch (EOFException truncated) {
      throw damaged(file, "it is truncated");
    } catch (IOException failure) {
      throw AtomicFile.cannotRead(file, failure);
    }
  }

  /** Reads the whole file once, so that nothing of a damaged one is ever used. */
  private static void verify(Path file) throws IOException {
    MessageDigest digest = sha256();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      ByteBuffer header = ByteBuffer.wrap(in.readNBytes(HEADER_BYTES));
      if (header.remaining() < HEADER_BYTES) {
        throw damaged(file, "it is truncated");
      }
      if (header.getLong() != MAGIC) {
        throw damaged(file, "it does not begin as a checkpoint");
      }
      int version = header.getInt();
      if (version != FORMAT_VERSION) {
        throw KulaException.user(
            "checkpoint '%s' has format version %d, this Kula reads %d; resume it with the Kula that wrote it"
                .formatted(file, version, FORMAT_VERSION));
      }
      long bodyBytes = header.getLong();
      byte[] expected = new byte[DIGEST_BYTES];
      header.get(expected);
      long read = new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
      if (read != bodyBytes) {
        throw damaged(file, "it has %d bytes of %d".formatted(read, bodyBytes));
      }
      if (!Arrays.equals(expected, digest.digest())) {
        throw damaged(file, "its SHA-256 is not the one in its header");
      }
    }
  }

  private static KulaException otherState(Path file, String what, @Nullable IOException cause) {
    return KulaException.user(
        "checkpoint '%s' holds another state than this Kula keeps (%s); resume it with the Kula that wrote it"
            .formatted(file, what),
        cause);
  }

  private static KulaException damaged(Path file, String how) {
    return KulaException.user(
        "checkpoint '%s' is damaged, %s; restore it from a copy or start the run anew"
            .formatted(file, how));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }
}
