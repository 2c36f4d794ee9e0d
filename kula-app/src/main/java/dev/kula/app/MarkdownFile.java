package dev.kula.app;

import dev.kula.KulaException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where {@code --markdown} writes. */
final class MarkdownFile {
  private MarkdownFile() {}

  /** Before hours of computing, not after. */
  static void refuseUnwritable(@Nullable Path file) {
    if (file == null) {
      return;
    }
    Path directory = file.toAbsolutePath().getParent();
    if (Files.isDirectory(file) || directory == null || !Files.isDirectory(directory)) {
      throw KulaException.user(
          "--markdown is '%s', must be a file in a directory that exists; make the directory first"
              .formatted(file));
    }
  }
}
