package dev.kula.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A load that is none: does it run, and does it show what it has to. */
@Tag("slow")
final class LoadTest {
  @TempDir Path directory;

  private String load(int code, String... more) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Path places = Files.createDirectories(directory.resolve("places"));
    String[] arguments =
        Stream.concat(Stream.of("--dir", places.toString()), Stream.of(more))
            .toArray(String[]::new);
    int was = new Load(new PrintStream(bytes, true, StandardCharsets.UTF_8)).run(arguments);
    String said = bytes.toString(StandardCharsets.UTF_8);
    assertEquals(code, was, said);
    try (Stream<Path> left = Files.list(places)) {
      assertEquals(List.of(), left.toList(), "it leaves nothing behind");
    }
    return said;
  }

  @Test
  void devicesShareProcesses() throws IOException {
    Path table = directory.resolve("table.md");
    String said =
        load(0, "--devices", "6", "--rounds", "3", "--per-process", "4", "--out", table.toString());
    String shown = Files.readString(table);
    assertTrue(said.endsWith(shown), said);
    assertTrue(shown.startsWith("**6 devices in 2 processes; 3 of 3 rounds**"), shown);
    for (String row : List.of("all connected after, s", "a round, median, s")) {
      assertTrue(shown.matches("(?s).*\\| " + row + " \\| [0-9.]+ \\|\n.*"), shown);
    }
    // The first reading is made when all are there, before a round is complete or just after it.
    assertTrue(shown.matches("(?s).*\\| [0-2] \\| \\d+ \\| \\S+ \\| [0-9.]+ \\|.*"), shown);
  }

  @Test
  void eachIsTheRealCommand() throws IOException {
    String said = load(0, "--devices", "2", "--rounds", "3", "--commands");
    assertTrue(
        said.contains("**2 devices in 2 processes, kula device each; 3 of 3 rounds**"), said);
  }

  @Test
  void whatIsWrongIsSaid() throws IOException {
    assertTrue(load(2, "--rounds", "0").contains("must be 1 or more"));
    String said = load(1, "--devices", "1", "--rounds", "1", "--", "--model", "cnnn");
    assertTrue(said.contains("did you mean cnn?"), said);
  }
}
