package dev.kula.client;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.peer.PrivateFile;
import dev.kula.wire.Incoming;
import dev.kula.wire.v1.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What other devices have handed to this one: a file each, so that it outlives the process. What is
 * handed in a round is asked for in that round or never, so all of it is thrown away when the next
 * one begins; and what may be handed in a round has a limit.
 *
 * <p>Thread safe. A directory belongs to one process at a time, which the lock of its {@link
 * JobLog} sees to.
 */
final class Parcels {
  private static final String UNFINISHED = ".part";

  private final Path directory;
  private final long share;
  private final long room;

  /** Bytes that each device has announced since the round began, or the process. */
  private final Map<DeviceId, Long> announced = new HashMap<>();

  /** Bytes that were there already when the process began. */
  private long found;

  private long calls;

  /**
   * Goes on with what is there.
   *
   * @param directory made if it is not there
   * @param share bytes that one device may hand in a round
   * @param room bytes that all may
   * @throws KulaException RESOURCE if it cannot be made or read
   */
  Parcels(Path directory, long share, long room) {
    this.directory = directory;
    this.share = share;
    this.room = room;
    try {
      if (!Files.isDirectory(directory)) {
        Path parent = directory.toAbsolutePath().getParent();
        Files.createDirectory(
            directory, PrivateFile.ownerOnly(parent == null ? directory : parent, true));
      }
      clear(UNFINISHED);
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
        for (Path file : files) {
          found += Files.size(file);
        }
      }
    } catch (IOException e) {
      throw LockedFile.broken(directory, e);
    }
  }

  /**
   * A round has begun.
   *
   * @throws KulaException RESOURCE if what was handed before cannot be thrown away
   */
  synchronized void begin() {
    announced.clear();
    found = 0;
    try {
      clear("");
    } catch (IOException e) {
      throw LockedFile.broken(directory, e);
    }
  }

  private void clear(String ending) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + ending)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    }
  }

  /**
   * A device announces a parcel, which counts whether it comes or not.
   *
   * @throws KulaException the device's mistake, if it is larger than what is left to it; RESOURCE
   *     if the disk takes nothing
   */
  synchronized Arriving receive(DeviceId from, long bytes) {
    long before = announced.getOrDefault(from, 0L);
    long all = announced.values().stream().mapToLong(Long::longValue).sum() + found;
    long left = Math.min(share - before, room - all);
    if (bytes < 1 || bytes > left) {
      throw KulaException.remote(
          "a parcel has %s bytes, must have 1 to %d, which are left in this round; say it through the"
                  .formatted(Long.toUnsignedString(bytes), Math.max(left, 0))
              + " orchestrator");
    }
    announced.put(from, before + bytes);
    calls++;
    try {
      return new Arriving(from, bytes, directory.resolve(calls + UNFINISHED));
    } catch (IOException e) {
      throw LockedFile.broken(directory, e);
    }
  }

  /** A parcel; empty if it is not there, or not what was handed. */
  Optional<byte[]> find(DeviceId from, byte[] digest) {
    try {
      byte[] parcel = Files.readAllBytes(directory.resolve(name(from, digest)));
      return MessageDigest.isEqual(Incoming.sha256().digest(parcel), digest)
          ? Optional.of(parcel)
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Of digits alone, whatever the sender calls itself. */
  private static String name(DeviceId from, byte[] digest) {
    HexFormat digits = HexFormat.of();
    byte[] sender = Incoming.sha256().digest(from.name().getBytes(StandardCharsets.UTF_8));
    return digits.formatHex(sender) + "-" + digits.formatHex(digest);
  }

  /** A parcel that comes piece by piece, each to the disk. Not thread safe. */
  final class Arriving implements AutoCloseable {
    private final DeviceId from;
    private final long size;
    private final Path unfinished;
    private final SeekableByteChannel file;
    private final MessageDigest digest = Incoming.sha256();
    private long filled;

    private Arriving(DeviceId from, long size, Path unfinished) throws IOException {
      this.from = from;
      this.size = size;
      this.unfinished = unfinished;
      this.file =
          Files.newByteChannel(
              unfinished,
              Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
              PrivateFile.ownerOnly(directory, false));
    }

    /**
     * Takes a piece.
     *
     * @return whether it was the last; then the parcel is on the disk
     * @throws KulaException the sender's mistake, if the piece does not go on where the last one
     *     ended, or the whole is not what was sent; RESOURCE if it cannot be kept
     */
    boolean take(Frame frame) {
      int length = frame.getPiece().size();
      if (frame.getOffset() != filled
          || frame.getSize() != size
          || length > size - filled
          || length == 0) {
        throw KulaException.remote(
            "a piece of %d bytes came at byte %s, must be one of the %d from byte %d on"
                .formatted(
                    length, Long.toUnsignedString(frame.getOffset()), size - filled, filled));
      }
      try {
        for (ByteBuffer part : frame.getPiece().asReadOnlyByteBufferList()) {
          digest.update(part.duplicate());
          while (part.hasRemaining()) {
            file.write(part);
          }
        }
        filled += length;
        return filled == size && finish(frame.getDigest().toByteArray());
      } catch (IOException e) {
        throw LockedFile.broken(unfinished, e);
      }
    }

    private boolean finish(byte[] said) throws IOException {
      if (!MessageDigest.isEqual(digest.digest(), said)) {
        throw KulaException.remote("the digest of a parcel is not that of its bytes, must be");
      }
      if (file instanceof FileChannel channel) {
        channel.force(true);
      }
      file.close();
      Files.move(unfinished, directory.resolve(name(from, said)), StandardCopyOption.ATOMIC_MOVE);
      PrivateFile.force(directory);
      return true;
    }

    /** Nothing more comes; what is not whole is thrown away. */
    @Override
    public void close() {
      try {
        file.close();
        Files.deleteIfExists(unfinished);
      } catch (IOException left) {
        // It is thrown away when a round begins.
      }
    }
  }
}
