package dev.kula.engine.blas;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.List;

/** Loads the native files of {@code org.bytedeco:dnnl}, which is oneDNN, from the class path. */
final class OneDnnFiles {
  private static final String PLATFORM = "linux-x86_64";
  private static final String LIBRARY = "libdnnl.so.3";
  private static final String OPEN_MP = "libgomp.so.1";

  private OneDnnFiles() {}

  /**
   * Loads the library into {@code arena}; the functions of OpenMP are found there too.
   *
   * @throws IOException if it is not on the class path or cannot be unpacked
   * @throws RuntimeException if the operating system refuses it
   */
  static SymbolLookup load(Arena arena) throws IOException {
    if (!NativeFiles.platform().equals(PLATFORM)) {
      throw new IOException("used on %s only".formatted(PLATFORM));
    }
    Path directory = unpack();
    // Loaded first, it satisfies the library by name: not every system has one of its own.
    SymbolLookup openMp = SymbolLookup.libraryLookup(directory.resolve(OPEN_MP), arena);
    return SymbolLookup.libraryLookup(directory.resolve(LIBRARY), arena).or(openMp);
  }

  private static Path unpack() throws IOException {
    try {
      return NativeFiles.ofUser()
          .unpack(
              "onednn-" + PLATFORM,
              "org/bytedeco/dnnl/" + PLATFORM + "/",
              List.of(LIBRARY, OPEN_MP));
    } catch (FileNotFoundException e) {
      throw new IOException(
          "%s; add org.bytedeco:dnnl with classifier %s".formatted(e.getMessage(), PLATFORM), e);
    }
  }
}
