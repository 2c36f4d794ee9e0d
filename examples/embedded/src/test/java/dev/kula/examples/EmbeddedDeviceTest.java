package dev.kula.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kula.KulaException;
import dev.kula.app.Kula;
import dev.kula.client.EmbeddedDevice;
import dev.kula.client.Prediction;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices in applications, one of them a process with a small heap and no more than it needs. */
final class EmbeddedDeviceTest {
  private static final int PIXELS = 28 * 28;
  private static final int CLASSES = 10;
  private static final int ROWS = 240;
  private static final long MEGABYTE = 1_000_000;
  private static final Pattern LISTENING = Pattern.compile("listening on 127\\.0\\.0\\.1:(\\d+)");
  private static final Path CLASS_PATH = Path.of("target", "class-path.txt");

  @TempDir Path directory;

  @BeforeEach
  void identitiesAndData() throws IOException {
    assertEquals(0, kula("pki init " + at("authority")), "init");
    issue("orchestrator", "server", "--host 127.0.0.1");
    for (String name : List.of("d0", "d1", "d2")) {
      issue("device", name, "");
    }
    Files.write(directory.resolve("members.txt"), List.of("d0", "d1", "d2"));
    for (int i = 0; i < 4; i++) {
      Files.write(directory.resolve(List.of("d0", "d1", "d2", "example").get(i) + ".csv"), rows(i));
    }
  }

  /** Images of ten kinds, as large as those of the main job. */
  private static List<String> rows(int part) {
    List<String> rows = new ArrayList<>();
    rows.add(
        IntStream.range(0, PIXELS).mapToObj(i -> "p" + i).collect(Collectors.joining(","))
            + ",label");
    for (int row = 0; row < ROWS; row++) {
      int kind = row % CLASSES;
      int number = part * ROWS + row;
      rows.add(
          IntStream.range(0, PIXELS)
                  .mapToObj(i -> Integer.toString(pixel(kind, number, i)))
                  .collect(Collectors.joining(","))
              + ",kind"
              + kind);
    }
    return rows;
  }

  private static int pixel(int kind, int number, int at) {
    int noise = Math.floorMod((number * 31 + at) * 2_654_435, 97);
    return (at / 78 == kind ? 150 : 40) + noise;
  }

  private void issue(String role, String name, String more) {
    String command =
        "pki issue --authority %s --out %s --role %s --name %s %s"
            .formatted(at("authority"), directory, role, name, more);
    assertEquals(0, kula(command), command);
  }

  private String at(String name) {
    return directory.resolve(name).toString();
  }

  private static int kula(String words) {
    PrintStream nowhere =
        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    return Kula.run(nowhere, nowhere, words.strip().split(" +"));
  }

  private EmbeddedDevice.Builder device(String name, int port) {
    return EmbeddedDevice.builder()
        .server("127.0.0.1", port)
        .identity(directory.resolve(name))
        .authority(directory.resolve("authority/authority.pem"))
        .directory(directory.resolve("of-" + name))
        .csv(directory.resolve(name + ".csv"));
  }

  /** An orchestrator that runs. */
  private final class Orchestrator {
    final ByteArrayOutputStream err = new ByteArrayOutputStream();
    final CompletableFuture<Integer> exit;

    Orchestrator(String more) {
      String words =
          "orchestrate --listen 127.0.0.1:0 --authority %s --identity %s --members %s --data csv:%s --out %s %s"
              .formatted(
                  at("authority/authority.pem"),
                  at("server"),
                  at("members.txt"),
                  at("example.csv"),
                  at("run"),
                  more);
      exit =
          CompletableFuture.supplyAsync(
              () ->
                  Kula.run(
                      new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                      new PrintStream(err, true, StandardCharsets.UTF_8),
                      words.strip().split(" +")),
              task -> Thread.ofPlatform().daemon().start(task));
    }

    int port() throws InterruptedException {
      for (int i = 0; i < 3000; i++) {
        Matcher line = LISTENING.matcher(err.toString(StandardCharsets.UTF_8));
        if (line.find()) {
          return Integer.parseInt(line.group(1));
        }
        Thread.sleep(10);
      }
      throw new AssertionError("it does not listen: " + err.toString(StandardCharsets.UTF_8));
    }
  }

  @Test
  @Tag("slow")
  void applicationsLearnTogether() throws Exception {
    Orchestrator orchestrator = new Orchestrator("--model mlp:64 --rounds 4 --swap-every 2");
    int port = orchestrator.port();
    Process small = application(port);
    try (EmbeddedDevice one = device("d0", port).start();
        EmbeddedDevice two = device("d1", port).start()) {
      one.await();
      two.await();
      assertEquals(
          0,
          orchestrator.exit.get(60, TimeUnit.SECONDS),
          () -> orchestrator.err.toString(StandardCharsets.UTF_8));
      assertTrue(one.isOver() && one.model().orElseThrow().round() > 0);
      int right = 0;
      for (int kind = 0; kind < CLASSES; kind++) {
        Prediction said = one.predict(sample(kind)).orElseThrow();
        Prediction.Label label = assertInstanceOf(Prediction.Label.class, said);
        right += label.label().equals("kind" + kind) ? 1 : 0;
        assertEquals(
            1,
            label.probabilities().values().stream().mapToDouble(Double::doubleValue).sum(),
            1e-4);
      }
      assertTrue(right >= CLASSES - 1, right + " of " + CLASSES);
      KulaException mistake =
          assertThrows(KulaException.class, () -> one.predict(Map.of("p0", "much")));
      assertEquals(
          "a sample, row 1, column 'p0' is 'much', must be a number that fits a 32-bit float; correct it",
          mistake.getMessage());
    }
    assertTrue(small.waitFor(60, TimeUnit.SECONDS));
    String said = Files.readString(directory.resolve("said.txt"));
    assertEquals(0, small.exitValue(), said);
    assertEquals(
        IntStream.range(0, 5).mapToObj("kind%1$d is a kind%1$d"::formatted).toList(),
        said.lines().toList());
  }

  private static Map<String, Object> sample(int kind) {
    Map<String, Object> sample = new HashMap<>();
    for (int i = 0; i < PIXELS; i++) {
      sample.put("p" + i, pixel(kind, 7_777, i));
    }
    return sample;
  }

  /** The example, in a heap of 64 MiB, with nothing but {@code kula-device} beside it. */
  private Process application(int port) throws IOException {
    String path =
        Path.of("target", "classes").toAbsolutePath() + ":" + Files.readString(CLASS_PATH).strip();
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-cp",
            path,
            Shop.class.getName(),
            "127.0.0.1",
            Integer.toString(port),
            at("d2"),
            at("authority/authority.pem"),
            at("d2.csv"),
            at("of-d2"))
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("said.txt").toFile())
        .start();
  }

  @Test
  void aDeviceIsSmall() throws IOException {
    List<Path> path =
        Arrays.stream(Files.readString(CLASS_PATH).strip().split(":", -1)).map(Path::of).toList();
    assumeTrue(path.stream().allMatch(Files::isRegularFile), "modules are not packed yet");
    long bytes = 0;
    for (Path jar : path) {
      bytes += Files.size(jar);
    }
    assertTrue(bytes < 15 * MEGABYTE, bytes + " bytes: " + path);
  }

  @Test
  void whatIsMissingIsTold() {
    KulaException noServer =
        assertThrows(KulaException.class, () -> EmbeddedDevice.builder().start());
    assertEquals("server is missing, must be given before start()", noServer.getMessage());
    KulaException noKey =
        assertThrows(
            KulaException.class,
            () -> device("d0", 1).identity(directory.resolve("nobody")).start());
    assertTrue(String.valueOf(noKey.getMessage()).contains("nobody.pem"), noKey.getMessage());
  }

  @Test
  void aRunThatIsNotForItEndsIt() throws Exception {
    Orchestrator orchestrator = new Orchestrator("--rounds 2 --gather 6s");
    try (EmbeddedDevice device = device("d0", orchestrator.port()).maxEpsilon(1).start()) {
      KulaException refusal = assertThrows(KulaException.class, device::await);
      assertTrue(
          String.valueOf(refusal.getMessage()).contains("its protection is 'profiles'"),
          refusal.getMessage());
    }
    assertEquals(1, orchestrator.exit.get(60, TimeUnit.SECONDS));
  }
}
