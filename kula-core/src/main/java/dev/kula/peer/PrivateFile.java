package dev.kula.peer;

import dev.kula.KulaException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Files with keys and certificates. They are written whole or not at all: into a temporary file
 * beside them, forced to the disk, then moved in one step. Where the file system knows owners, only
 * the owner can read a private one, from its first byte on.
 */
public final class PrivateFile {
  private static final Set<PosixFilePermission> OWNER =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
  private static final Set<PosixFilePermission> EVERYBODY =
      PosixFilePermissions.fromString("rw-r--r--");

  private PrivateFile() {}

  /** Who may read a file. */
  public enum Readers {
    /** Its owner alone. */
    OWNER,
    /** Everybody on the machine. */
    EVERYBODY
  }

  /**
   * Writes a file that must not be there yet.
   *
   * @throws KulaException the user's mistake, if it is there; the machine's, if it cannot be
   *     written
   */
  public static void create(Path file, String content, Readers readers) {
    refuseExisting(file);
    // A link, unlike a move, never replaces what somebody else has put there meanwhile.
    write(file, content, readers, temporary -> link(file, temporary));
  }

  /**
   * Refuses a file that is there.
   *
   * @throws KulaException the user's mistake
   */
  public static void refuseExisting(Path file) {
    if (Files.exists(file)) {
      throw inTheWay(file);
    }
  }

  /** Writes a file over what may be there. */
  public static void replace(Path file, String content, Readers readers) {
    write(
        file,
        content,
        readers,
        temporary -> Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE));
  }

  /**
   * Refuses a file that others than its owner can read or change.
   *
   * @throws KulaException the user's mistake
   */
  public static void requireOwnerOnly(Path file) {
    try {
      if (isPosix(file) && !OWNER.containsAll(Files.getPosixFilePermissions(file))) {
        throw KulaException.user(
            "permissions of '%s' are %s, must be for its owner alone; run chmod 600 on it"
                .formatted(
                    file, PosixFilePermissions.toString(Files.getPosixFilePermissions(file))));
      }
    } catch (IOException e) {
      throw cannotRead(file, e);
    }
  }

  /** What creates a file or directory that its owner alone can read. */
  public static FileAttribute<?>[] ownerOnly(Path beside, boolean directory) {
    String permissions = directory ? "rwx------" : "rw-------";
    return isPosix(beside)
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  /** A file's text. */
  public static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw cannotRead(file, e);
    }
  }

  /** Makes what was created or moved in {@code directory} survive a power cut. */
  public static void force(Path directory) throws IOException {
    if (isPosix(directory)) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  @FunctionalInterface
  private interface LastStep {
    void run(Path temporary) throws IOException;
  }

  private static void write(Path file, String content, Readers readers, LastStep last) {
    Path directory = directory(file);
    Path temporary = null;
    try {
      temporary = Files.createTempFile(directory, ".kula-", ".tmp", ownerOnly(directory, false));
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      if (readers == Readers.EVERYBODY && isPosix(directory)) {
        Files.setPosixFilePermissions(temporary, EVERYBODY);
      }
      last.run(temporary);
      force(directory);
    } catch (FileAlreadyExistsException e) {
      throw inTheWay(file);
    } catch (IOException e) {
      throw KulaException.resource(
          "cannot write '%s': %s; check the directory, its permissions and the disk"
              .formatted(file, reason(e)),
          e);
    } finally {
      discard(temporary);
    }
  }

  private static void link(Path file, Path temporary) throws IOException {
    try {
      Files.createLink(file, temporary);
    } catch (UnsupportedOperationException noLinks) {
      Files.move(temporary, file);
    }
  }

  private static void discard(@Nullable Path temporary) {
    try {
      if (temporary != null) {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException left) {
      // Nothing depends on it: it is hidden, and its owner's alone.
    }
  }

  private static Path directory(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? file.toAbsolutePath() : parent;
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  private static KulaException inTheWay(Path file) {
    return KulaException.user(
        "'%s' exists, must not: nothing is overwritten; move it away or choose another directory"
            .formatted(file));
  }

  private static KulaException cannotRead(Path file, IOException e) {
    return KulaException.user(
        "'%s' cannot be read (%s), must be a file that you may read; check its path and permissions"
            .formatted(file, reason(e)),
        e);
  }

  private static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file or directory";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    return e instanceof FileSystemException known && known.getReason() != null
        ? known.getReason()
        : e.getClass().getSimpleName();
  }
}
