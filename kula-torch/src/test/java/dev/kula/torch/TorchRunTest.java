package dev.kula.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs of {@code kula simulate} with a TorchScript model, each a process of its own. */
@Tag("slow")
final class TorchRunTest {
  private static final int ROUNDS = 12;

  @TempDir static Path directory;

  /**
   * What a process did.
   *
   * @param exitCode that it ended with
   * @param err what it wrote to standard error, without progress
   */
  private record Ended(int exitCode, String err) {}

  /** Six numbers, three classes; a device has mostly one of them. */
  @BeforeAll
  static void writeData() throws IOException {
    Random random = new Random(1);
    List<String> lines = new ArrayList<>(List.of("device,time,a,b,c,d,e,f,label"));
    for (int time = 0; time < 40; time++) {
      for (int device = 0; device < 6; device++) {
        int label = random.nextInt(3) > 0 ? device % 3 : random.nextInt(3);
        StringBuilder line = new StringBuilder("d%d,%d".formatted(device, time));
        for (int i = 0; i < 6; i++) {
          line.append(",%.3f".formatted((i % 3 == label ? 2 : 0) + random.nextGaussian()));
        }
        lines.add(line.append(",").append("xyz".charAt(label)).toString());
      }
    }
    Files.write(directory.resolve("data.csv"), lines);
  }

  @Test
  void threadsAndResumptionDoNotShow() throws Exception {
    Path model = Files.copy(TestModules.path("dropout"), directory.resolve("model.pt"));
    Path one = directory.resolve("one");
    simulate(model, one, "--threads=1");
    Path two = directory.resolve("two");
    simulate(model, two, "--threads=2");
    assertArrayEquals(models(one), models(two), "threads");

    Path cut = directory.resolve("cut");
    stopAfterRound(2, model, cut);
    Files.copy(TestModules.path("trained"), model, StandardCopyOption.REPLACE_EXISTING);
    Ended refused = kula("simulate", "--resume=" + cut);
    assertEquals(2, refused.exitCode, refused.err);
    assertEquals(1, refused.err.lines().count(), refused.err);
    assertTrue(refused.err.contains("model.pt' has SHA-256 "), refused.err);
    assertTrue(refused.err.contains("put the file back or start a new run"), refused.err);
    Files.delete(model);
    assertEquals(2, kula("simulate", "--resume=" + cut).exitCode);

    Files.copy(TestModules.path("dropout"), model);
    Ended resumed = kula("simulate", "--resume=" + cut);
    assertEquals(0, resumed.exitCode, resumed.err);
    assertArrayEquals(models(one), models(cut), "resumption");
    assertEquals(lines(one.resolve("rounds.jsonl")), lines(cut.resolve("rounds.jsonl")));
  }

  @Test
  void theExampleTrainsOnTheBundledImages() throws Exception {
    Path example = Path.of("..", "examples", "torchscript", "small-cnn.pt");
    Path out = directory.resolve("example");
    Ended ended =
        kula(
            "simulate",
            "--model=torchscript:" + example,
            "--devices=5",
            "--rounds=1",
            "--policy=none",
            "--out=" + out);
    assertEquals(0, ended.exitCode, ended.err);
    assertTrue(Files.size(out.resolve("models.safetensors")) > 100_000, "the global model");
  }

  @Test
  void aModelThatDoesNotFitIsOneLine() throws Exception {
    Path out = directory.resolve("none");
    Ended ended =
        kula("simulate", "--model=torchscript:" + TestModules.path("trained"), "--out=" + out);
    assertEquals(2, ended.exitCode, ended.err);
    assertEquals(1, ended.err.lines().count(), ended.err);
    assertTrue(ended.err.startsWith("kula: model '"), ended.err);
    assertFalse(Files.exists(out));
  }

  private static void simulate(Path model, Path out, String... more) throws Exception {
    Ended ended = kula(arguments(model, out, more));
    assertEquals(0, ended.exitCode, ended.err);
  }

  private static String[] arguments(Path model, Path out, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "simulate",
                "--data=csv:" + directory.resolve("data.csv"),
                "--partition=natural",
                "--model=torchscript:" + model,
                "--rounds=" + ROUNDS,
                "--swap-every=1",
                "--exchange=cheapest",
                "--out=" + out));
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  /** Kills a run once it has recorded a round, wherever it is then. */
  private static void stopAfterRound(int round, Path model, Path out) throws Exception {
    Process process = start(Path.of(out + ".log"), arguments(model, out));
    Path rounds = out.resolve("rounds.jsonl");
    while (process.isAlive() && !(Files.exists(rounds) && lines(rounds) >= round)) {
      Thread.sleep(2);
    }
    process.destroyForcibly().waitFor();
    assertTrue(lines(rounds) >= round, Files.readString(Path.of(out + ".log")));
    assertFalse(Files.exists(out.resolve("summary.json")), "it ended before it was killed");
  }

  private static long lines(Path file) throws IOException {
    return Files.readString(file).chars().filter(c -> c == '\n').count();
  }

  private static byte[] models(Path run) throws IOException {
    return Files.readAllBytes(run.resolve("models.safetensors"));
  }

  private static Ended kula(String... arguments) throws Exception {
    Path log = Files.createTempFile(directory, "kula", ".log");
    Process process = start(log, arguments);
    assertTrue(process.waitFor(5, TimeUnit.MINUTES), "it does not end");
    String err =
        String.join("\n", Files.readAllLines(log, StandardCharsets.UTF_8).stream().toList());
    return new Ended(process.exitValue(), err);
  }

  private static Process start(Path log, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Dstderr.encoding=UTF-8",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.kula.app.Kula"));
    command.addAll(Arrays.asList(arguments));
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(log.toFile())
        .start();
  }
}
