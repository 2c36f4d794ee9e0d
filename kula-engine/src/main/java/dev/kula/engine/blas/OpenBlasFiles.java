package dev.kula.engine.blas;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Brings the native files of {@code org.bytedeco:openblas} from the class path to disk and loads
 * them. They are kept in the user's cache directory from one start to the next: 12 to 60 MB are too
 * much to write to a gateway's flash memory every time.
 */
final class OpenBlasFiles {
  private static final String VERSION_FILE = "META-INF/maven/org.bytedeco/openblas/pom.properties";

  private OpenBlasFiles() {}

  /**
   * Loads the library into {@code arena}.
   *
   * @throws IOException if it is not on the class path or cannot be unpacked
   * @throws RuntimeException if the operating system refuses it
   */
  static SymbolLookup load(Arena arena) throws IOException {
    String system = system(System.getProperty("os.name", ""));
    String platform = system + "-" + architecture(System.getProperty("os.arch", ""));
    Path directory = unpack(platform, names(system));
    if (system.equals("linux")) {
      loadCompanions(directory, arena);
    }
    return SymbolLookup.libraryLookup(directory.resolve(names(system).getFirst()), arena);
  }

  /** As the classifiers of the artifact spell it. */
  static String system(String osName) {
    String name = osName.toLowerCase(Locale.ROOT);
    if (name.startsWith("mac") || name.startsWith("darwin")) {
      return "macosx";
    }
    return name.startsWith("windows") ? "windows" : name;
  }

  /** As the classifiers of the artifact spell it. */
  static String architecture(String osArch) {
    return switch (osArch) {
      case "amd64", "x86_64", "x64" -> "x86_64";
      case "aarch64" -> "arm64";
      default -> osArch;
    };
  }

  /** The library itself, then what it may need beside it. Not every platform has all of them. */
  private static List<String> names(String system) {
    return switch (system) {
      case "linux" ->
          List.of("libopenblas.so.0", "libquadmath.so.0", "libgcc_s.so.1", "libgfortran.so.5");
      case "macosx" ->
          List.of(
              "libopenblas.0.dylib",
              "libquadmath.0.dylib",
              "libgcc_s.1.1.dylib",
              "libgfortran.5.dylib");
      default -> List.of("libopenblas.dll");
    };
  }

  /**
   * libopenblas finds libgfortran beside itself by its run path, but a run path does not reach
   * libgfortran's own needs. What is loaded already satisfies them by name.
   */
  private static void loadCompanions(Path directory, Arena arena) {
    for (String name : List.of("libgcc_s.so.1", "libquadmath.so.0", "libgfortran.so.5")) {
      Path file = directory.resolve(name);
      // The system's own libgcc_s, where there is one: others in this process may need a newer one.
      if ((!name.startsWith("libgcc_s") || !loads(name, arena)) && Files.exists(file)) {
        SymbolLookup.libraryLookup(file, arena);
      }
    }
  }

  private static boolean loads(String systemLibrary, Arena arena) {
    try {
      SymbolLookup.libraryLookup(systemLibrary, arena);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static Path unpack(String platform, List<String> names) throws IOException {
    String folder = "org/bytedeco/openblas/" + platform + "/";
    List<URL> sources = new ArrayList<>();
    for (String name : names) {
      URL source = resource(folder + name);
      if (source != null) {
        sources.add(source);
      } else if (sources.isEmpty()) {
        throw new FileNotFoundException(
            "no %s on the class path; add org.bytedeco:openblas with classifier %s"
                .formatted(folder + name, platform));
      }
    }
    Path directory = cacheDirectory().resolve("openblas-" + version() + "-" + platform);
    try {
      Files.createDirectories(directory);
      unpackAll(sources, directory);
      return directory;
    } catch (IOException e) {
      // No home, or one that cannot be written to: a directory that only this user can write to.
      Path temporary = Files.createTempDirectory("kula-openblas");
      temporary.toFile().deleteOnExit();
      unpackAll(sources, temporary);
      names.forEach(name -> temporary.resolve(name).toFile().deleteOnExit());
      return temporary;
    }
  }

  private static void unpackAll(List<URL> sources, Path directory) throws IOException {
    for (URL source : sources) {
      String path = source.getPath();
      Path file = directory.resolve(path.substring(path.lastIndexOf('/') + 1));
      URLConnection connection = source.openConnection();
      long bytes = connection.getContentLengthLong();
      if (Files.exists(file) && Files.size(file) == bytes) {
        continue;
      }
      // Under another name first: a process that starts meanwhile must never load half a file.
      Path partial = Files.createTempFile(directory, "unpacking", ".part");
      try (InputStream in = connection.getInputStream()) {
        Files.copy(in, partial, StandardCopyOption.REPLACE_EXISTING);
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(partial);
      }
    }
  }

  private static Path cacheDirectory() {
    String home = System.getProperty("user.home", "");
    return switch (system(System.getProperty("os.name", ""))) {
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

  private static String version() throws IOException {
    URL source = resource(VERSION_FILE);
    if (source == null) {
      return "unversioned";
    }
    Properties properties = new Properties();
    try (InputStream in = source.openStream()) {
      properties.load(in);
    }
    return properties.getProperty("version", "unversioned");
  }

  private static @Nullable URL resource(String name) {
    return OpenBlasFiles.class.getClassLoader().getResource(name);
  }
}
