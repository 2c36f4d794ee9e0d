package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.store.NamedModel;
import dev.kula.store.SafeTensors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kula orchestrate} and {@code kula device}, each as a process would run it. */
final class LiveCommandsTest {
  private static final Pattern LISTENING = Pattern.compile("listening on 127\\.0\\.0\\.1:(\\d+)");
  private static final Duration WAIT = Duration.ofSeconds(60);
  private static final int DEVICES = 4;

  @TempDir Path directory;
  private String data = "";

  /** A command that runs. */
  private static final class Running {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final CompletableFuture<Integer> code;

    Running(List<String> words) {
      code =
          CompletableFuture.supplyAsync(
              () ->
                  Kula.run(
                      new PrintStream(out, true, StandardCharsets.UTF_8),
                      new PrintStream(err, true, StandardCharsets.UTF_8),
                      words.toArray(String[]::new)),
              task -> Thread.ofPlatform().daemon().start(task));
    }

    int exit() {
      return code.orTimeout(WAIT.toSeconds(), TimeUnit.SECONDS).join();
    }

    String err() {
      return err.toString(StandardCharsets.UTF_8);
    }

    String out() {
      return out.toString(StandardCharsets.UTF_8);
    }

    int port() throws InterruptedException {
      long end = System.nanoTime() + WAIT.toNanos();
      while (System.nanoTime() < end) {
        Matcher line = LISTENING.matcher(err());
        if (line.find()) {
          return Integer.parseInt(line.group(1));
        }
        Thread.sleep(10);
      }
      throw new AssertionError("it does not listen: " + err());
    }
  }

  @BeforeEach
  void identities() throws IOException {
    Path file = SmallData.write(directory.resolve("data.csv"), SmallData.classes(DEVICES, 40));
    data = "--data csv:" + file + " --partition natural --model mlp:8 --rounds 4 --groups none";
    assertEquals(0, kula("pki init " + at("authority")).exit());
    String issue = "pki issue --authority " + at("authority") + " --out " + directory;
    assertEquals(0, kula(issue + " --role orchestrator --name server --host 127.0.0.1").exit());
    for (int i = 0; i < DEVICES; i++) {
      assertEquals(0, kula(issue + " --role device --name d" + i).exit());
    }
  }

  private String at(String name) {
    return directory.resolve(name).toString();
  }

  private static Running kula(String words) {
    return new Running(Arrays.asList(words.strip().split(" +", -1)));
  }

  private Running orchestrate(String more) {
    return kula(
        "orchestrate --rehearse --listen 127.0.0.1:0 --authority %s --identity %s --out %s %s %s"
            .formatted(at("authority/authority.pem"), at("server"), at("live"), data, more));
  }

  private Running device(String name, int port, String more) {
    return attend(name, port, data + " " + more);
  }

  private Running attend(String name, int port, String flags) {
    return attend("device", name, port, flags);
  }

  private Running attend(String role, String name, int port, String flags) {
    return kula(
        role
            + " --rehearse --server 127.0.0.1:%d --authority %s --identity %s --out %s %s"
                .formatted(port, at("authority/authority.pem"), at(name), at(name), flags));
  }

  @Test
  void aFleetOfProcessesDoesWhatASimulationDoes() throws Exception {
    String method = "--policy random --exchange raw --swap-every 2";
    Running server = orchestrate(method);
    int port = server.port();
    List<Running> devices = new ArrayList<>();
    for (int i = 0; i < DEVICES; i++) {
      devices.add(device("d" + i, port, method));
    }
    assertEquals(0, server.exit(), server::err);
    for (Running device : devices) {
      assertEquals(0, device.exit(), device::err);
      assertTrue(device.out().startsWith("Personal model: "), device.out());
    }
    Running alone = kula("simulate --out " + at("alone") + " " + data + " " + method);
    assertEquals(0, alone.exit(), alone::err);

    for (String name : List.of("rounds.jsonl", "events.jsonl", "summary.json")) {
      assertEquals(lines("alone", name), lines("live", name), name);
    }
    List<NamedModel> models =
        SafeTensors.read(directory.resolve("alone/models.safetensors")).models();
    float[] global = models.getFirst().parameters();
    assertArrayEquals(
        global,
        SafeTensors.read(directory.resolve("live/models.safetensors"))
            .models()
            .getFirst()
            .parameters());
    float[] personal =
        SafeTensors.read(directory.resolve("d1/personal.safetensors"))
            .models()
            .getFirst()
            .parameters();
    float[] head =
        models.stream()
            .filter(model -> model.prefix().equals("personal/d1"))
            .findFirst()
            .orElseThrow()
            .parameters();
    assertArrayEquals(
        head, Arrays.copyOfRange(personal, personal.length - head.length, personal.length));
    assertEquals(global.length, personal.length);
  }

  @Test
  void aMonitorApartIsAskedAndWaitedFor() throws Exception {
    String method = "--policy random --swap-every 2";
    assertEquals(
        0,
        kula("pki issue --role monitor --name who-plans --authority %s --out %s"
                .formatted(at("authority"), at("")))
            .exit());
    Running server = orchestrate("--monitor " + method);
    int port = server.port();
    for (int i = 0; i < DEVICES; i++) {
      device("d" + i, port, method);
    }
    Running another = attend("monitor", "who-plans", port, data + " --policy similar");
    assertMistake(another, "data or flags of the run is ");
    Running monitor = attend("monitor", "who-plans", port, data + " " + method);
    assertEquals(0, server.exit(), server::err);
    assertEquals(0, monitor.exit(), monitor::err);
    assertTrue(server.err().contains("waiting for 4 devices and a monitor"), server.err());
    assertEquals(0, kula("simulate --out " + at("alone") + " " + data + " " + method).exit());
    for (String name : List.of("rounds.jsonl", "events.jsonl", "summary.json")) {
      assertEquals(lines("alone", name), lines("live", name), name);
    }
    assertTrue(
        lines("live", "events.jsonl").stream().anyMatch(line -> line.contains("\"ordered\"")),
        "nothing was planned");
    Running refused = attend("monitor", "d0", 1, data);
    assertMistake(refused, "role of 'd0' is device, must be monitor");
  }

  /** But for real time, and for what says where it was run. */
  private List<String> lines(String run, String file) throws IOException {
    try (Stream<String> lines = Files.lines(directory.resolve(run).resolve(file))) {
      return lines
          .map(line -> line.replaceAll("\"wallSeconds\" ?: ?[0-9.E-]+", ""))
          .filter(line -> !line.matches(" *\"(command|out)\" : .*"))
          .toList();
    }
  }

  /** And they keep nobody from coming who is right. */
  @Test
  void whoHasOtherSettingsIsTold() throws Exception {
    Running server = orchestrate("");
    int port = server.port();
    String others = data.replace("--model mlp:8", "--model mlp:9");
    assertMistake(attend("d0", port, others), "model is mlp:9, must be mlp:8 as in the server's");
    assertMistake(device("d0", port, "--seed 2"), "seed is 2, must be 1 as in the server's run");
    assertMistake(device("d0", port, "--split random:0.5"), "data is ");
    assertMistake(
        device("d0", port, "--fine-tune-epochs 3"),
        "settings of devices differ from those of the server's run; give both the same flags");
    for (int i = 0; i < DEVICES; i++) {
      device("d" + i, port, "");
    }
    assertEquals(0, server.exit(), server::err);
  }

  @Test
  void aServerNamesWhoDidNotCome() {
    Running server = orchestrate("--gather 1s");
    assertEquals(Kula.FAILED, server.exit());
    assertTrue(
        server.err().contains("0 of 4 devices came within 1s; start the others (d0, d1, d2, d3)"),
        server.err());
  }

  @Test
  void mistakesAreToldBeforeAnythingIsOpened() {
    assertMistake(orchestrate("--strategy pooled"), "--strategy is 'pooled', must be one for");
    assertMistake(orchestrate("--gather soon"), "--gather is 'soon', must be a whole number with");
    assertMistake(
        kula("orchestrate --identity " + at("server")), "--rehearse is not given, must be");
    assertMistake(kula("device --rehearse --server here --identity " + at("d0")), "must be a file");
    assertMistake(
        kula(
            "device --rehearse --server here:99999 --identity %s --authority %s"
                .formatted(at("d0"), at("authority/authority.pem"))),
        "--server is 'here:99999', must be HOST or HOST:PORT; try localhost:7443");
    assertMistake(
        device("server", 1, ""), "the certificate names 'server', must name one of the 4 devices");
    assertMistake(device("d0", 1, "--resume x"), "--resume");
  }

  private static void assertMistake(Running process, String complaint) {
    assertEquals(Kula.USER_MISTAKE, process.exit(), process::err);
    assertTrue(process.err().contains(complaint), process::err);
    List<String> lines = process.err().lines().filter(line -> !line.contains(" attends ")).toList();
    assertEquals(1, lines.size(), process::err);
  }
}
