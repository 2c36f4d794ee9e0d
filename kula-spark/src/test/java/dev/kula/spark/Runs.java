package dev.kula.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kula.app.Kula;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Whole runs in this process, of a small table. */
final class Runs {
  private Runs() {}

  /** Six numbers, three classes; a device has mostly one of them. */
  static Path data(Path directory) throws IOException {
    Random random = new Random(1);
    List<String> lines = new ArrayList<>(List.of("device,time,a,b,c,d,e,f,label"));
    for (int time = 0; time < 60; time++) {
      for (int device = 0; device < 8; device++) {
        int label = random.nextInt(3) > 0 ? device % 3 : random.nextInt(3);
        StringBuilder line = new StringBuilder("d%d,%d".formatted(device, time));
        for (int i = 0; i < 6; i++) {
          line.append(",%.3f".formatted((i % 3 == label ? 2 : 0) + random.nextGaussian()));
        }
        lines.add(line.append(",").append("xyz".charAt(label)).toString());
      }
    }
    return Files.write(directory.resolve("data.csv"), lines);
  }

  /** Runs {@code kula simulate}. */
  static void simulate(Path data, Path out, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "simulate",
                "--data=csv:" + data,
                "--device-column=device",
                "--time-column=time",
                "--partition=natural",
                "--model=mlp:8",
                "--out=" + out));
    arguments.addAll(List.of(more));
    kula(arguments.toArray(String[]::new));
  }

  /** Runs the command. */
  static void kula(String... arguments) {
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    PrintStream to = new PrintStream(told, true, StandardCharsets.UTF_8);
    int exitCode = Kula.run(to, to, arguments);
    assertEquals(0, exitCode, told.toString(StandardCharsets.UTF_8));
  }

  /** Fails unless two runs came to the same, but for the time that they took. */
  static void assertSame(Path one, Path other) throws IOException {
    assertArrayEquals(
        Files.readAllBytes(one.resolve("models.safetensors")),
        Files.readAllBytes(other.resolve("models.safetensors")));
    assertEquals(rounds(one), rounds(other));
    assertEquals(
        Files.readString(one.resolve("events.jsonl")),
        Files.readString(other.resolve("events.jsonl")));
  }

  private static String rounds(Path run) throws IOException {
    return Files.readString(run.resolve("rounds.jsonl")).replaceAll("\"wallSeconds\":[^,}]*", "");
  }
}
