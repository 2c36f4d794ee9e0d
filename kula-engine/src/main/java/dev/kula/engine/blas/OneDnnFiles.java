package dev.kula.engine.blas;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;

final class OneDnnFiles {
  private static final Path DIRECTORY = Path.of(System.getProperty("java.io.tmpdir"), "onednn-tmp");

  private OneDnnFiles() {}

  static SymbolLookup load(Arena arena) throws IOException {
    return SymbolLookup.libraryLookup(unpack("libdnnl.so.3"), arena);
  }

  static SymbolLookup loadOpenMp(Arena arena) throws IOException {
    return SymbolLookup.libraryLookup(unpack("libgomp.so.1"), arena);
  }

  private static Path unpack(String name) throws IOException {
    Path file = DIRECTORY.resolve(name);
    if (!Files.exists(file)) {
      Files.createDirectories(DIRECTORY);
      try (InputStream in =
          OneDnnFiles.class.getResourceAsStream("/org/bytedeco/dnnl/linux-x86_64/" + name)) {
        if (in == null) {
          throw new IOException("no oneDNN");
        }
        Files.copy(in, file);
      }
    }
    return file;
  }
}
