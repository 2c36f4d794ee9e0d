package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The device of {@code examples/python-device} beside two in Java, where there is PyTorch. */
final class PythonDeviceTest {
  private static final Path EXAMPLES = Path.of("..", "examples").toAbsolutePath().normalize();
  private static final String PYTHON = "/usr/bin/python3";
  private static final String SWAPS = " --policy random --exchange visit --swap-every 2";
  private static final Pattern EXAM =
      Pattern.compile("\"device\" : \"device-02\".*?\"accuracy\" : (\\d[\\d.E-]*)", Pattern.DOTALL);

  @TempDir Path directory;
  private final List<Process> started = new ArrayList<>();

  @BeforeEach
  void identities() throws IOException, InterruptedException {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of(PYTHON))
            && python("-c", "import torch, grpc, google.protobuf, cryptography").waitFor() == 0
            && Files.isExecutable(Path.of("/usr/bin/protoc")),
        () -> PYTHON + " lacks packages that examples/python-device/README.md names");
    assertEquals(0, RunningCommand.of("pki init " + directory.resolve("authority")).exit());
    issue("orchestrator", "server", "--host 127.0.0.1");
    for (String device : List.of("device-00", "device-01", "device-02")) {
      issue("device", device, "");
    }
  }

  private void issue(String role, String name, String more) {
    RunningCommand issue =
        RunningCommand.of(
            "pki issue --authority %1$s/authority --out %1$s --role %2$s --name %3$s %4$s"
                .formatted(directory, role, name, more));
    assertEquals(0, issue.exit(), issue::err);
  }

  private static String table(String name) {
    return EXAMPLES.resolve("own-data").resolve(name).toString();
  }

  private Process python(String... words) throws IOException {
    List<String> command = Stream.concat(Stream.of(PYTHON, "-B"), Stream.of(words)).toList();
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("python.txt").toFile())
            .start();
    started.add(process);
    return process;
  }

  @AfterEach
  void nobodyIsLeft() {
    started.forEach(Process::destroyForcibly);
  }

  private RunningCommand orchestrate(String members, String flags) {
    return RunningCommand.of(
        "orchestrate --listen 127.0.0.1:0 --authority %1$s/authority/authority.pem --identity %1$s/server --out %1$s/run --members %2$s --data csv:%3$s %4$s"
            .formatted(directory, members, table("example.csv"), flags));
  }

  private RunningCommand javaDevice(String name, int port) {
    return RunningCommand.of("device " + flags(name, port, "csv:"));
  }

  private Process pythonDevice(int port) throws IOException {
    String script = EXAMPLES.resolve("python-device/device.py").toString();
    return python((script + " " + flags("device-02", port, "")).split(" "));
  }

  private String flags(String name, int port, String kind) {
    return "--server 127.0.0.1:%1$d --authority %2$s/authority/authority.pem --identity %2$s/%3$s --out %2$s/at-%3$s --data %4$s%5$s"
        .formatted(port, directory, name, kind, table(name + ".csv"));
  }

  private String said() throws IOException {
    return Files.readString(directory.resolve("python.txt"));
  }

  private void assertEnds(int code, Process python) throws Exception {
    assertTrue(python.waitFor(60, TimeUnit.SECONDS), said());
    assertEquals(code, python.exitValue(), said());
  }

  @Test
  void trainsSwapsAndIsExaminedAsTheOthersAre() throws Exception {
    RunningCommand server =
        orchestrate(
            table("members.txt"),
            "--protect none --model mlp:32 --target local --rounds 8" + SWAPS);
    int port = server.port();
    Process python = pythonDevice(port);
    for (RunningCommand process :
        List.of(server, javaDevice("device-00", port), javaDevice("device-01", port))) {
      assertEquals(0, process.exit(), process::err);
    }
    assertEnds(0, python);
    assertFalse(said().contains("let lie"), said()); // what others sealed could be opened

    List<String> rounds = Files.readAllLines(directory.resolve("run/rounds.jsonl"));
    assertEquals(8, rounds.size());
    assertTrue(rounds.stream().allMatch(round -> round.contains("\"cohort\":3,")), server.err());
    Matcher exam = EXAM.matcher(Files.readString(directory.resolve("run/summary.json")));
    assertTrue(exam.find(), "its exam was told");
    assertTrue(Double.parseDouble(exam.group(1)) > 0.3, "one of ten labels by chance: " + exam);
    List<String> settled =
        Files.readAllLines(directory.resolve("run/events.jsonl")).stream()
            .filter(line -> line.contains("\"settled\""))
            .toList();
    for (String part : List.of("source", "receiver")) {
      List<String> own =
          settled.stream()
              .filter(line -> line.contains("\"%s\":\"device-02\"".formatted(part)))
              .toList();
      assertEquals(6, own.size(), settled::toString); // two others, in three plans
      assertTrue(own.stream().allMatch(line -> line.contains("\"accepted\"")), own::toString);
    }
  }

  @Test
  void refusesARunWithNoiseInALine() throws Exception {
    Path alone = Files.writeString(directory.resolve("alone.txt"), "device-02");
    RunningCommand server = orchestrate(alone.toString(), "--protect all --rounds 2");
    int port = server.port();
    Process python = pythonDevice(port);
    assertEnds(Kula.USER_MISTAKE, python);
    assertTrue(said().contains("must be with PROTECTION_NONE"), said());
    RunningCommand instead = javaDevice("device-02", port);
    assertEquals(0, server.exit(), server::err);
    assertEquals(0, instead.exit(), instead::err);
  }
}
