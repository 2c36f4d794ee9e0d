package dev.kula.engine.blas;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Loads the native files of {@code org.bytedeco:openblas} from the class path. */
final class OpenBlasFiles {
  private OpenBlasFiles() {}

  /**
   * Loads the library into {@code arena}.
   *
   * @throws IOException if it is not on the class path or cannot be unpacked
   * @throws RuntimeException if the operating system refuses it
   */
  static SymbolLookup load(Arena arena) throws IOException {
    String system = NativeFiles.system();
    List<String> names = names(system);
    Path directory = unpack(names);
    if (system.equals("linux")) {
      loadCompanions(directory, arena);
    }
    return SymbolLookup.libraryLookup(directory.resolve(names.getFirst()), arena);
  }

  private static Path unpack(List<String> names) throws IOException {
    String platform = NativeFiles.platform();
    try {
      return NativeFiles.ofUser()
          .unpack("openblas-" + platform, "org/bytedeco/openblas/" + platform + "/", names);
    } catch (FileNotFoundException e) {
      throw new IOException(
          "%s; add org.bytedeco:openblas with classifier %s".formatted(e.getMessage(), platform),
          e);
    }
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
}
