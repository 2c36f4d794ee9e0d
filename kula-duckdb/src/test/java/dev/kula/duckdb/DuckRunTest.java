package dev.kula.duckdb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs of {@code kula simulate} on the same rows from everywhere, each a process. */
@Tag("slow")
final class DuckRunTest {
  private static final List<String> DEVICES = List.of("../up", "a b", "c'\"[*]", "d", "e", "f");

  @TempDir static Path directory;

  /** Rows of devices, one after another, with what looks like a path among their names. */
  @BeforeAll
  static void writeData() throws Exception {
    Random random = new Random(1);
    List<String> lines = new ArrayList<>(List.of("device,time,a,b,c,label"));
    for (String device : DEVICES) {
      for (int time = 0; time < 40; time++) {
        int label = random.nextInt(3);
        StringBuilder line =
            new StringBuilder(
                "\"%s\",%s"
                    .formatted(
                        device.replace("\"", "\"\""),
                        "2024-01-%02d 06:%02d:00".formatted(time % 28 + 1, time)));
        for (int i = 0; i < 3; i++) {
          line.append(",%s".formatted((i == label ? 2 : 0) + random.nextGaussian()));
        }
        lines.add(line.append(",").append("xyz".charAt(label)).toString());
      }
    }
    Path csv = Files.write(directory.resolve("data.csv"), lines);
    Path parquet = directory.resolve("data.parquet");
    Duck.run(
        "COPY (SELECT * FROM read_csv(%s)) TO %s (FORMAT parquet)"
            .formatted(Duck.quoted(csv), Duck.quoted(parquet)));
  }

  @Test
  void theSameRowsAreTheSameRun() throws Exception {
    Path csv = simulate("csv", "csv:" + directory.resolve("data.csv"));
    Path parquet = simulate("parquet", "parquet:" + directory.resolve("data.parquet"));
    Path sql =
        simulate(
            "sql",
            "sql:SELECT label, * EXCLUDE label FROM %s"
                .formatted(Duck.quoted(directory.resolve("data.parquet"))));
    for (Path other : List.of(parquet, sql)) {
      assertArrayEquals(bytes(csv, "models.safetensors"), bytes(other, "models.safetensors"));
      assertArrayEquals(bytes(csv, "events.jsonl"), bytes(other, "events.jsonl"));
    }
    try (Stream<Path> beside = Files.list(directory)) {
      assertEquals(
          List.of("csv", "data.csv", "data.parquet", "log", "parquet", "sql"),
          beside.map(path -> path.getFileName().toString()).sorted().toList(),
          "a device's name is no path");
    }
  }

  private static byte[] bytes(Path run, String file) throws IOException {
    return Files.readAllBytes(run.resolve(file));
  }

  private static Path simulate(String name, String data) throws Exception {
    Path out = directory.resolve(name);
    Path log = directory.resolve("log");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.kula.app.Kula"));
    command.addAll(
        Arrays.asList(
            "simulate",
            "--data=" + data,
            "--partition=natural",
            "--split=time:0.75",
            "--model=mlp:8",
            "--rounds=3",
            "--policy=random",
            "--swap-every=1",
            "--out=" + out));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(log.toFile())
            .start();
    assertTrue(process.waitFor(5, TimeUnit.MINUTES), "it does not end");
    assertEquals(0, process.exitValue(), Files.readString(log, StandardCharsets.UTF_8));
    return out;
  }
}
