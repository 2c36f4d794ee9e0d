package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WarmUpTest {
  @TempDir Path directory;

  /** If a flag that it uses goes away, starts become slow and nobody is told. */
  @Test
  @Tag("slow")
  void goesThroughARunToItsReport() {
    assertEquals(Kula.DONE, WarmUp.run(directory));
    assertTrue(Files.exists(directory.resolve("run").resolve("report.html")));
  }
}
