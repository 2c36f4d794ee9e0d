package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.store.NamedModel;
import dev.kula.store.SafeTensors;
import dev.kula.store.SavedModels;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kula orchestrate} and {@code kula device}, each as a process would run it. */
final class LiveCommandsTest {
  private static final Pattern OPERATIONS = Pattern.compile("operations on [^ ]*:(\\d+)");
  private static final int DEVICES = 4;

  @TempDir Path directory;
  private String data = "";

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

  private static RunningCommand kula(String words) {
    return RunningCommand.of(words);
  }

  private RunningCommand orchestrate(String more) {
    return kula(
        "orchestrate --rehearse --listen 127.0.0.1:0 --authority %s --identity %s --out %s %s %s"
            .formatted(at("authority/authority.pem"), at("server"), at("live"), data, more));
  }

  private RunningCommand device(String name, int port, String more) {
    return attend(name, port, data + " " + more);
  }

  private RunningCommand attend(String name, int port, String flags) {
    return attend("device", name, port, flags);
  }

  private RunningCommand attend(String role, String name, int port, String flags) {
    return kula(
        role
            + " --rehearse --server 127.0.0.1:%d --authority %s --identity %s --out %s %s"
                .formatted(port, at("authority/authority.pem"), at(name), at(name), flags));
  }

  @Test
  void aFleetOfProcessesDoesWhatASimulationDoes() throws Exception {
    String method = "--policy random --exchange raw --swap-every 2";
    RunningCommand server = orchestrate(method);
    int port = server.port();
    List<RunningCommand> devices = new ArrayList<>();
    for (int i = 0; i < DEVICES; i++) {
      devices.add(device("d" + i, port, method));
    }
    assertEquals(0, server.exit(), server::err);
    for (RunningCommand device : devices) {
      assertEquals(0, device.exit(), device::err);
      assertTrue(device.out().startsWith("Personal model: "), device.out());
    }
    RunningCommand alone = kula("simulate --out " + at("alone") + " " + data + " " + method);
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
    SavedModels saved = SavedModels.of(directory.resolve("alone"));
    SavedModels device = SavedModels.of(directory.resolve("d1"));
    assertArrayEquals(personal, saved.device("d1").parameters());
    assertEquals(List.of("d1"), device.devices());
    assertEquals(saved.card().orElseThrow(), device.card().orElseThrow());
    RunningCommand diff = kula("diff %s %s".formatted(at("alone"), at("live")));
    assertEquals(0, diff.exit(), diff::out);
  }

  @Test
  @Tag("slow")
  void aMonitorApartIsAskedAndWaitedFor() throws Exception {
    String method = "--policy random --swap-every 2";
    issueMonitor();
    RunningCommand server = orchestrate("--monitor " + method);
    int port = server.port();
    for (int i = 0; i < DEVICES; i++) {
      device("d" + i, port, method);
    }
    RunningCommand another = attend("monitor", "who-plans", port, data + " --policy similar");
    assertMistake(another, "data or flags of the run is ");
    RunningCommand monitor = attend("monitor", "who-plans", port, data + " " + method);
    assertEquals(0, server.exit(), server::err);
    assertEquals(0, monitor.exit(), monitor::err);
    assertTrue(server.err().contains("waiting for 5 devices and monitor"), server.err());
    assertEquals(0, kula("simulate --out " + at("alone") + " " + data + " " + method).exit());
    for (String name : List.of("rounds.jsonl", "events.jsonl", "summary.json")) {
      assertEquals(lines("alone", name), lines("live", name), name);
    }
    assertTrue(
        lines("live", "events.jsonl").stream().anyMatch(line -> line.contains("\"ordered\"")),
        "nothing was planned");
    RunningCommand refused = attend("monitor", "d0", 1, data);
    assertMistake(refused, "role of 'd0' is device, must be monitor");
  }

  private void issueMonitor() {
    assertEquals(
        0,
        kula("pki issue --role monitor --name who-plans --authority %s --out %s"
                .formatted(at("authority"), at("")))
            .exit());
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

  /** Devices, the base set's holder and the monitor go back with their server. */
  @Test
  void aFleetGoesBackToAnEarlierRound() throws Exception {
    String method = "--policy random --exchange raw --swap-every 2 --base 0.1";
    issueMonitor();
    RunningCommand server = orchestrate("--monitor --keep-every 1 " + method);
    everybody(server.port(), method);
    assertEquals(0, server.exit(), server::err);
    String resume =
        "orchestrate --rehearse --monitor --listen 127.0.0.1:0 --authority %s --identity %s --resume "
            .formatted(at("authority/authority.pem"), at("server"));
    for (int round : List.of(2, 1)) {
      String from = round == 2 ? "live" : "back-2";
      RunningCommand back =
          kula(
              resume
                  + at(from)
                  + " --from-round %d --out %s".formatted(round, at("back-" + round)));
      everybody(back.port(), method);
      assertEquals(0, back.exit(), back::err);
      assertTrue(back.err().contains("going on after round " + round), back::err);
      assertFalse(back.err().contains("nothing is kept"), back::err);
      for (String name : List.of("rounds.jsonl", "events.jsonl")) {
        assertEquals(lines("live", name), lines("back-" + round, name), name);
      }
      assertArrayEquals(
          Files.readAllBytes(directory.resolve("live/models.safetensors")),
          Files.readAllBytes(directory.resolve("back-" + round + "/models.safetensors")));
      // Its devices are elsewhere now.
      assertMistake(kula(resume + at(from)), "is a run whose devices went back and on in the");
      assertEquals(
          at("back-" + round),
          Files.readString(directory.resolve(from).resolve("left-for")).strip());
    }
  }

  private void everybody(int port, String method) {
    for (int i = 0; i < DEVICES; i++) {
      device("d" + i, port, method);
    }
    attend("monitor", "who-plans", port, data + " " + method);
  }

  /** And they keep nobody from coming who is right. */
  @Test
  void whoHasOtherSettingsIsTold() throws Exception {
    RunningCommand server = orchestrate("");
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

  /** Its log is of the last run; who was started with the wrong flags by mistake still has it. */
  @Test
  void aDirectoryServesTheNextRun() throws Exception {
    RunningCommand server = orchestrate("");
    int port = server.port();
    for (int i = 0; i < DEVICES; i++) {
      device("d" + i, port, "");
    }
    assertEquals(0, server.exit(), server::err);
    byte[] past = Files.readAllBytes(directory.resolve("d0/device.jobs"));

    String next = "--fine-tune-epochs 3";
    RunningCommand second =
        kula(
            "orchestrate --rehearse --listen 127.0.0.1:0 --authority %s --identity %s --out %s %s %s"
                .formatted(at("authority/authority.pem"), at("server"), at("next"), data, next));
    port = second.port();
    assertMistake(device("d0", port, ""), "settings of devices differ from those of the server's");
    assertArrayEquals(past, Files.readAllBytes(directory.resolve("d0/device.jobs")));
    List<RunningCommand> devices = new ArrayList<>();
    for (int i = 0; i < DEVICES; i++) {
      devices.add(device("d" + i, port, next));
    }
    assertEquals(0, second.exit(), second::err);
    for (RunningCommand device : devices) {
      assertEquals(0, device.exit(), device::err);
      assertTrue(device.err().contains("what its log holds is of another run"), device.err());
    }
  }

  @Test
  void toolsAreToldHowAFleetDoes() throws Exception {
    RunningCommand server = orchestrate("--operations 127.0.0.1:0");
    int port = server.port();
    int ofServer = server.port(OPERATIONS);
    assertTrue(ask(ofServer, "/metrics").contains("\nkula_connected 0.0\n"));
    RunningCommand first = device("d0", port, "--operations 127.0.0.1:0");
    int ofDevice = first.port(OPERATIONS);
    while (!ask(ofDevice, "/health/ready").equals("{\"status\":\"up\"}\n")) {
      Thread.sleep(10);
    }
    assertTrue(ask(ofDevice, "/metrics").contains("\nkula_connected 1.0\n"));
    assertTrue(ask(ofServer, "/metrics").contains("\nkula_connected 1.0\n"));
    for (int i = 1; i < DEVICES; i++) {
      device("d" + i, port, "");
    }
    assertEquals(0, server.exit(), server::err);
    assertEquals(0, first.exit(), first::err);
  }

  private static String ask(int port, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:%d%s".formatted(port, path));
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    }
  }

  @Test
  void aServerNamesWhoDidNotCome() {
    RunningCommand server = orchestrate("--gather 1s");
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
        orchestrate("--quorum 0"), "--quorum is '0', must be a share above 0 and at most");
    assertMistake(
        kula("orchestrate --identity " + at("server")), "--members is left out, must name a file");
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

  /** A service has its options from its environment; the command line overrides them. */
  @Test
  @Tag("slow")
  void theEnvironmentStandsForOptions() throws Exception {
    Map<String, String> environment =
        Map.of("KULA_SERVER", "here:99999", "KULA_IDENTITY", at("d0"));
    assertEquals(
        "kula: --server is 'here:99999', must be HOST or HOST:PORT; try localhost:7443",
        lastWords(environment, "device", "--rehearse"));
    assertEquals(
        "kula: --server is 'there:99999', must be HOST or HOST:PORT; try localhost:7443",
        lastWords(environment, "device", "--rehearse", "--server", "there:99999"));
    assertEquals(
        "kula: --server is left out, must be given; see kula device --help",
        lastWords(Map.of("KULA_IDENTITY", at("d0")), "device", "--rehearse"));
  }

  private static String lastWords(Map<String, String> environment, String... words)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.kula.app.Kula"));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(Kula.USER_MISTAKE, process.waitFor(), said);
    return said.lines().toList().getLast();
  }

  private static void assertMistake(RunningCommand process, String complaint) {
    assertEquals(Kula.USER_MISTAKE, process.exit(), process::err);
    assertTrue(process.err().contains(complaint), process::err);
    List<String> lines = process.err().lines().filter(line -> !line.contains(" attends ")).toList();
    assertEquals(1, lines.size(), process::err);
  }
}
