package dev.kula.engine.blas;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/**
 * Brings files of native libraries from the class path to disk, where the system's loader can read
 * them, once a user and content: tens of megabytes are too much to write at every start.
 *
 * <p>The files of one library lie together in a directory whose name follows from their names,
 * sizes and checksums as the jar lists them, so that another version never meets the files of this
 * one and nothing has to be hashed. A file is written under another name, checked, forced to the
 * disk and then renamed: whoever sees it, sees all of it, and processes that start together do the
 * same work twice at worst. At each start the directory must be the user's own, with nobody else
 * allowed to write to it, and each file must have the size that the jar says; one that has not is
 * unpacked again. Contents are not read again: who can change them there can change the jar too.
 *
 * <p>Where that directory cannot be made or is not safe, the files go to a temporary directory of
 * the process, deleted when it ends.
 *
 * @param loader where the files are looked up
 * @param cache the directory for all libraries, made when missing
 */
record NativeFiles(ClassLoader loader, Path cache) {
  private static final Duration ABANDONED = Duration.ofDays(1);

  private record Source(String name, URL url, long bytes, long checksum) {}

  /** What is on Kula's class path, kept in the cache directory of this user. */
  static NativeFiles ofUser() {
    return new NativeFiles(NativeFiles.class.getClassLoader(), cacheDirectory());
  }

  /**
   * Unpacks the files {@code names} of {@code folder} into one directory, if they are not there.
   *
   * @param library what the directory's name begins with, such as {@code openblas-linux-x86_64}
   * @param folder where the files are on the class path, ending in a slash
   * @param names the library itself, then what may lie beside it where the jar has it
   * @return the directory
   * @throws FileNotFoundException if the library itself is not on the class path
   * @throws IOException if it can be unpacked nowhere
   */
  Path unpack(String library, String folder, List<String> names) throws IOException {
    List<Source> sources = sources(folder, names);
    try {
      Path directory = cache.resolve(library + "-" + fingerprint(sources));
      makeOwn(directory);
      unpackAll(sources, directory);
      return directory;
    } catch (IOException e) {
      // No home, or one that cannot be written to, or a directory that others could have written
      // to.
      Path temporary = Files.createTempDirectory("kula-" + library);
      temporary.toFile().deleteOnExit();
      sources.forEach(source -> temporary.resolve(source.name()).toFile().deleteOnExit());
      unpackAll(sources, temporary);
      return temporary;
    }
  }

  /** The platform of this process, as the classifiers of JavaCPP's artifacts spell it. */
  static String platform() {
    return system() + "-" + architecture(System.getProperty("os.arch", ""));
  }

  static String system() {
    return system(System.getProperty("os.name", ""));
  }

  static String system(String osName) {
    String name = osName.toLowerCase(Locale.ROOT);
    if (name.startsWith("mac") || name.startsWith("darwin")) {
      return "macosx";
    }
    return name.startsWith("windows") ? "windows" : name;
  }

  static String architecture(String osArch) {
    return switch (osArch) {
      case "amd64", "x86_64", "x64" -> "x86_64";
      case "aarch64" -> "arm64";
      default -> osArch;
    };
  }

  private List<Source> sources(String folder, List<String> names) throws IOException {
    List<Source> sources = new ArrayList<>();
    for (String name : names) {
      URL url = loader.getResource(folder + name);
      if (url != null) {
        sources.add(source(name, url));
      } else if (sources.isEmpty()) {
        throw new FileNotFoundException("no %s on the class path".formatted(folder + name));
      }
    }
    return sources;
  }

  private static Source source(String name, URL url) throws IOException {
    URLConnection connection = url.openConnection();
    if (connection instanceof JarURLConnection jar) {
      return new Source(name, url, jar.getJarEntry().getSize(), jar.getJarEntry().getCrc());
    }
    // A folder on the class path lists no checksums.
    try (InputStream in = connection.getInputStream()) {
      CheckedInputStream checked = new CheckedInputStream(in, new CRC32());
      long bytes = checked.transferTo(OutputStream.nullOutputStream());
      return new Source(name, url, bytes, checked.getChecksum().getValue());
    }
  }

  private static String fingerprint(List<Source> sources) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Source source : sources) {
        String line = source.name() + " " + source.bytes() + " " + source.checksum() + "\n";
        digest.update(line.getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Makes the directory for its owner alone, or checks that it is such a one. */
  private static void makeOwn(Path directory) throws IOException {
    boolean posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] ownerOnly =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
            }
            : new FileAttribute<?>[0];
    Files.createDirectories(directory, ownerOnly);
    if (!posix) {
      // On Windows the profile of a user is closed to others.
      return;
    }
    PosixFileAttributes attributes =
        Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    boolean own =
        attributes
            .owner()
            .equals(
                directory
                    .getFileSystem()
                    .getUserPrincipalLookupService()
                    .lookupPrincipalByName(System.getProperty("user.name", "")));
    if (!attributes.isDirectory()
        || !own
        || attributes.permissions().contains(PosixFilePermission.GROUP_WRITE)
        || attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IOException(directory + " is open to others");
    }
  }

  private static void unpackAll(List<Source> sources, Path directory) throws IOException {
    for (Source source : sources) {
      Path file = directory.resolve(source.name());
      if (!isWhole(file, source)) {
        deleteAbandoned(directory);
        unpack(source, file);
      }
    }
  }

  private static boolean isWhole(Path file, Source source) throws IOException {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    BasicFileAttributes attributes =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    return attributes.isRegularFile() && attributes.size() == source.bytes();
  }

  private static void unpack(Source source, Path file) throws IOException {
    Path partial = Files.createTempFile(file.toAbsolutePath().getParent(), "unpacking", ".part");
    try {
      try (InputStream in = source.url().openStream();
          FileChannel out = FileChannel.open(partial, StandardOpenOption.WRITE)) {
        CheckedInputStream checked = new CheckedInputStream(in, new CRC32());
        checked.transferTo(Channels.newOutputStream(out));
        if (checked.getChecksum().getValue() != source.checksum()) {
          throw new IOException("%s is damaged; install it again".formatted(source.url()));
        }
        // Else a crash of the machine could leave the name without the bytes.
        out.force(true);
      }
      Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  /** What a process that was killed while unpacking has left. */
  private static void deleteAbandoned(Path directory) throws IOException {
    FileTime before = FileTime.from(Instant.now().minus(ABANDONED));
    try (DirectoryStream<Path> partials = Files.newDirectoryStream(directory, "unpacking*.part")) {
      for (Path partial : partials) {
        if (Files.getLastModifiedTime(partial).compareTo(before) < 0) {
          Files.deleteIfExists(partial);
        }
      }
    }
  }

  private static Path cacheDirectory() {
    String home = System.getProperty("user.home", "");
    return switch (system()) {
      case "macosx" -> Path.of(home, "Library", "Caches", "kula");
      case "windows" ->
          Path.of(environment("LOCALAPPDATA", Path.of(home, "AppData", "Local")), "kula");
      default -> Path.of(environment("XDG_CACHE_HOME", Path.of(home, ".cache")), "kula");
    };
  }

  private static String environment(String name, Path otherwise) {
    String value = System.getenv(name);
    return value == null || value.isBlank() ? otherwise.toString() : value;
  }
}
