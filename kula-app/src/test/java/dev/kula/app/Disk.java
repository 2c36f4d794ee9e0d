package dev.kula.app;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A directory with a disk of its own, which can really be full: with {@code -Dkula.disks=true}, for
 * root, on Linux. Else it is a directory that never is, for a test mounts nothing unasked.
 */
final class Disk implements AutoCloseable {
  private static final int PAGE = 4096;

  private final Path path;
  private final boolean mounted;

  private Disk(Path path, boolean mounted) {
    this.path = path;
    this.mounted = mounted;
  }

  static Disk mount(Path path) throws IOException, InterruptedException {
    Files.createDirectory(path);
    return new Disk(
        path,
        Boolean.getBoolean("kula.disks")
            && ran("mount", "-t", "tmpfs", "-o", "size=8m", "kula-test", path.toString()));
  }

  Path path() {
    return path;
  }

  boolean isMounted() {
    return mounted;
  }

  private Path filler() {
    return path.resolve("filler");
  }

  /** Leaves no room; only where {@link #isMounted}. */
  void fill() throws IOException {
    try (OutputStream out = Files.newOutputStream(filler())) {
      while (true) {
        out.write(new byte[PAGE]);
      }
    } catch (IOException full) {
      if (!String.valueOf(full.getMessage()).contains("No space left")) {
        throw full;
      }
    }
  }

  /** Makes room again. */
  void free() throws IOException {
    Files.deleteIfExists(filler());
  }

  @Override
  public void close() throws IOException {
    try {
      if (mounted && !ran("umount", path.toString())) {
        ran("umount", "-l", path.toString());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean ran(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException noSuchCommand) {
      return false;
    }
  }
}
