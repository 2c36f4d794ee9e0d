package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.store.SavedModels;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices with data, keys and noise of their own, each as a process would run it. */
final class OwnDataTest {
  private static final int DEVICES = 4;
  private static final Pattern PREDICTIONS =
      Pattern.compile("predictions on 127\\.0\\.0\\.1:(\\d+)");

  @TempDir Path directory;

  @BeforeEach
  void identitiesAndData() throws IOException {
    assertEquals(0, kula("pki init " + at("authority")).exit());
    issue("orchestrator", "server", "--host 127.0.0.1");
    List<String> rows = SmallData.classes(DEVICES + 2, 40);
    for (int i = 0; i < DEVICES; i++) {
      issue("device", "d" + i, "");
      String owner = "d" + i + ",";
      write("d" + i, rows.stream().filter(row -> row.startsWith(owner)).toList());
    }
    // The data of two that take no part are the example.
    write("example", rows.stream().filter(row -> row.matches("d[45],.*")).toList());
    Files.write(
        directory.resolve("members.txt"),
        IntStream.range(0, DEVICES).mapToObj(i -> "d" + i).toList());
  }

  /** Without the device's name, which its certificate has. */
  private void write(String name, List<String> rows) {
    List<String> lines = new ArrayList<>(List.of("time,a,b,label"));
    rows.forEach(row -> lines.add(row.substring(row.indexOf(',') + 1)));
    SmallData.write(directory.resolve(name + ".csv"), lines);
  }

  private void issue(String role, String name, String more) {
    assertEquals(
        0,
        kula("pki issue --authority %s --out %s --role %s --name %s %s"
                .formatted(at("authority"), directory, role, name, more))
            .exit());
  }

  private String at(String name) {
    return directory.resolve(name).toString();
  }

  private static RunningCommand kula(String words) {
    return RunningCommand.of(words);
  }

  private RunningCommand orchestrate(String out, String more) {
    return kula(
        "orchestrate --listen 127.0.0.1:0 --authority %s --identity %s --members %s --data csv:%s --out %s %s"
            .formatted(
                at("authority/authority.pem"),
                at("server"),
                at("members.txt"),
                at("example.csv"),
                at(out),
                more));
  }

  private RunningCommand device(String name, int port, String more) {
    return kula(
        "device --server 127.0.0.1:%d --authority %s --identity %s --out %s --data csv:%s %s"
            .formatted(
                port,
                at("authority/authority.pem"),
                at(name),
                at("at-" + name),
                at(name + ".csv"),
                more));
  }

  private List<RunningCommand> devices(int from, int to, int port, String more) {
    List<RunningCommand> devices = new ArrayList<>();
    for (int i = from; i < to; i++) {
      devices.add(device("d" + i, port, more));
    }
    return devices;
  }

  private static void done(RunningCommand server, List<RunningCommand> devices) {
    assertEquals(0, server.exit(), server::err);
    for (RunningCommand device : devices) {
      assertEquals(0, device.exit(), device::err);
    }
  }

  @Test
  void devicesLearnTogetherAndSwap() throws Exception {
    RunningCommand server =
        orchestrate(
            "run",
            "--model mlp:8 --rounds 6 --policy random --exchange raw --swap-every 2 --epsilon inf --target local");
    int port = server.port();
    List<RunningCommand> devices = devices(0, 2, port, "--give-raw");
    devices.addAll(devices(2, DEVICES, port, ""));
    done(server, devices);

    List<String> settled =
        Files.readAllLines(directory.resolve("run/events.jsonl")).stream()
            .filter(line -> line.contains("\"settled\""))
            .toList();
    // What is signed is believed, and who has not agreed gives and takes nothing raw.
    assertTrue(settled.stream().anyMatch(line -> line.contains("\"accepted\"")), settled::toString);
    for (String line : settled) {
      boolean both = line.matches(".*\"receiver\":\"d[01]\",\"source\":\"d[01]\".*");
      assertTrue(both || !line.contains("\"accepted\""), line);
    }
    assertTrue(
        server.out().contains("examinations, profiles, raw samples, trials, updates"),
        server.out());
    List<String> labels =
        Files.readAllLines(directory.resolve("run/summary.json")).stream()
            .filter(line -> line.contains("\"labelsBefore\""))
            .map(String::strip)
            .toList();
    assertEquals(
        Collections.nCopies(DEVICES, "\"labelsBefore\" : [ ],"), labels, "nobody else's business");
    assertTrue(devices.getFirst().out().startsWith("Own exam: "), devices.getFirst().out());
    trailsTellOfBothSides();
    assertEquals(
        ModelCards.of(SavedModels.of(directory.resolve("run"))),
        ModelCards.of(SavedModels.of(directory.resolve("at-d0"))));
    assertEquals(0, kula("export " + at("at-d0")).exit());
    assertTrue(Files.exists(directory.resolve("at-d0/d0.onnx")));
  }

  /** What one granted another was offered, and who has not agreed granted and used nothing. */
  private void trailsTellOfBothSides() {
    RunningCommand zero = kula("audit-trail --peer d1 " + at("at-d0"));
    assertEquals(0, zero.exit(), zero::err);
    RunningCommand one = kula("audit-trail --peer d0 " + at("at-d1"));
    assertEquals(0, one.exit(), one::err);
    assertEquals(blocks(zero.out(), "granted"), blocks(one.out(), "offered"));
    assertEquals(blocks(zero.out(), "used"), blocks(one.out(), "received"));
    assertFalse(blocks(zero.out() + one.out(), "used").isEmpty(), zero.out() + one.out());
    RunningCommand two = kula("audit-trail " + at("at-d2"));
    assertEquals(0, two.exit(), two::err);
    assertEquals(Set.of(), blocks(two.out(), "granted"));
    assertTrue(two.out().contains("the source does not consent to raw exchange"), two.out());
    RunningCommand none = kula("audit-trail " + at("authority"));
    assertMistake(
        none, "pointers.db' is not there, must be the trail of a device with data of its");
  }

  private static Set<String> blocks(String table, String what) {
    return Pattern.compile(" %s +d[01] +raw +([0-9a-f]{8}) ".formatted(what))
        .matcher(table)
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void theModelIsServedWhileThereIsARunAndAfterIt() throws Exception {
    RunningCommand server = orchestrate("run", "--model mlp:8 --rounds 6");
    int port = server.port();
    RunningCommand first = device("d0", port, "--serve 127.0.0.1:0");
    int predictions = first.port(PREDICTIONS);
    assertEquals(503, ask(predictions, "/model", "").statusCode());
    List<RunningCommand> others = devices(1, DEVICES, port, "");
    done(server, others);
    HttpResponse<String> said =
        ask(predictions, "/predict", "[{\"a\": 0.1, \"b\": \"2\"}, {\"a\": -3, \"b\": 1}]");
    assertEquals(200, said.statusCode(), said::body);
    assertTrue(
        said.body()
            .matches("(?s)\\[\\{\"label\":\"[v-z]\",\"probabilities\":\\{\"v\":.*\\}\\}\\]\n"),
        said.body());
    assertTrue(ask(predictions, "/model", "").body().startsWith("{\"round\":"));
    for (String wrong :
        List.of("{\"a\": 1}", "no JSON", "7", "[7]", "{\"a\": 1, \"b\": \"much\"}")) {
      HttpResponse<String> refused = ask(predictions, "/predict", wrong);
      assertEquals(400, refused.statusCode(), wrong);
      assertTrue(refused.body().startsWith("{\"error\":\""), refused.body());
    }
    assertEquals(403, pages(predictions, "Host: evil.example.org:80"), "a name of a stranger");
    assertEquals(403, pages(predictions, "Host: localhost\r\nOrigin: http://evil.example.org"));
    assertEquals(200, pages(predictions, "Host: localhost:80"));
    assertEquals(404, ask(predictions, "/", "").statusCode());
    assertEquals(405, ask(predictions, "/predict", "").statusCode());
    assertTrue(first.err().contains("predictions go on until this process is ended"), first.err());

    // Whoever is started again serves what it had, before there is a server.
    Files.createDirectories(directory.resolve("again"));
    Files.copy(
        directory.resolve("at-d0/personal.safetensors"),
        directory.resolve("again/personal.safetensors"));
    RunningCommand again =
        kula(
            "device --server 127.0.0.1:1 --authority %s --identity %s --out %s --data csv:%s --serve 127.0.0.1:0"
                .formatted(at("authority/authority.pem"), at("d0"), at("again"), at("d0.csv")));
    String sample = "{\"a\": 0.1, \"b\": \"2\"}";
    assertEquals(
        ask(predictions, "/predict", sample).body(),
        ask(again.port(PREDICTIONS), "/predict", sample).body());
  }

  /** What a request with these headers is answered; clients of Java do not let them be chosen. */
  private static int pages(int port, String headers) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket
          .getOutputStream()
          .write(
              "GET /model HTTP/1.1\r\n%s\r\nConnection: close\r\n\r\n"
                  .formatted(headers)
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return Integer.parseInt(answer.split(" ", 3)[1]);
    }
  }

  /** Posts what there is to post. */
  private static HttpResponse<String> ask(int port, String path, String body)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(port, path)));
      return client.send(
          body.isEmpty()
              ? request.build()
              : request.POST(HttpRequest.BodyPublishers.ofString(body)).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  /** Sealed as what the orchestrator carries, past it. */
  @Test
  void devicesHandModelsThatVisitToEachOther() throws Exception {
    RunningCommand server =
        orchestrate(
            "run",
            "--model mlp:256 --rounds 4 --policy random --exchange visit --swap-every 1 --protect none");
    int port = server.port();
    List<RunningCommand> devices = devices(0, 2, port, "--peer-listen 127.0.0.1:0");
    devices.addAll(devices(2, 3, port, "--peer-listen 0.0.0.0:0 --peer-address 127.0.0.1:1"));
    devices.addAll(devices(3, DEVICES, port, ""));
    done(server, devices);

    // What was handed in the last round is there until another one begins.
    for (int i = 0; i < 2; i++) {
      try (Stream<Path> parcels = Files.list(directory.resolve("at-d" + i + "/parcels"))) {
        assertTrue(parcels.findAny().isPresent(), devices.get(i)::err);
      }
      assertTrue(devices.get(i).err().contains("other devices reach it at 127.0.0.1:"));
      assertFalse(devices.get(i).err().contains("it is let lie"), devices.get(i)::err);
    }
    assertTrue(
        devices.subList(0, 2).stream()
            .anyMatch(one -> one.err().contains("'d2' is told through the orchestrator")),
        devices.getFirst()::err);
    List<String> settled =
        Files.readAllLines(directory.resolve("run/events.jsonl")).stream()
            .filter(line -> line.contains("\"settled\""))
            .toList();
    assertFalse(settled.isEmpty());
    assertTrue(settled.stream().noneMatch(line -> line.contains("\"expired\"")), settled::toString);
  }

  @Test
  void othersNeedAnAddress() {
    for (List<String> mistake :
        List.of(
            List.of("--peer-listen 0.0.0.0:7445", "--peer-address is left out, must be given"),
            List.of("--peer-address 127.0.0.1:7445", "--peer-address is given, must be left out"),
            List.of("--peer-listen 127.0.0.1 --peer-address here:0", "must have a port that"),
            List.of("--peer-listen no:where:", "--peer-listen is 'no:where:', must be HOST"))) {
      RunningCommand device = device("d0", 1, mistake.getFirst());
      assertEquals(2, device.exit(), device::err);
      assertTrue(device.err().contains(mistake.getLast()), device::err);
    }
  }

  @Test
  @Tag("slow")
  void whoComesLaterJoins() throws Exception {
    RunningCommand server =
        orchestrate("run", "--model mlp:8 --rounds 150 --at-least 3 --gather 8s");
    int port = server.port();
    List<RunningCommand> devices = devices(0, 3, port, "");
    long end = System.nanoTime() + 60_000_000_000L;
    while (!server.err().contains("round 5 of")) {
      assertTrue(System.nanoTime() < end, server::err);
      Thread.sleep(10);
    }
    devices.add(device("d3", port, ""));
    done(server, devices);
    assertTrue(server.err().contains("beginning with 3 of 4 devices"), server.err());
    String last = Files.readAllLines(directory.resolve("run/rounds.jsonl")).getLast();
    assertTrue(last.contains("\"cohort\":4"), last);
  }

  @Test
  @Tag("slow")
  void oneAccountIsSpentByAllRunsOfADevice() throws Exception {
    String noised =
        "--rounds 2 --model softmax --protect all --epsilon 8 --policy none --groups none";
    for (String spent : List.of("8.00", "16.00")) {
      RunningCommand server = orchestrate("run-" + spent, noised);
      List<RunningCommand> devices = devices(0, DEVICES, server.port(), "--max-epsilon 20");
      done(server, devices);
      assertTrue(
          devices
              .getFirst()
              .out()
              .contains("in all runs: ε " + spent + " on what had noise; all had"),
          devices.getFirst().out());
      // They tell nobody else how their models do, and the files say so.
      assertTrue(
          server.out().contains("Devices keep to themselves how their models do"), server.out());
      assertTrue(
          Files.readString(directory.resolve("run-" + spent + "/rounds.jsonl"))
              .contains("\"personalAccuracy\":\"NaN\""));
    }
    RunningCommand third = orchestrate("third", noised + " --gather 8s");
    assertMistake(
        device("d0", third.port(), "--max-epsilon 20"),
        "the server's run may spend an epsilon of 8, and 16 is spent already, which must be at most"
            + " 20 together");
    assertEquals(Kula.FAILED, third.exit());
  }

  /** What was released in rounds that are made again is sent as it was, and paid for once. */
  @Test
  void goingBackGivesNoPrivacyBackAndSpendsNoneTwice() throws Exception {
    RunningCommand server =
        orchestrate(
            "run",
            "--rounds 4 --model softmax --protect all --epsilon 8 --policy none --groups none"
                + " --keep-every 1");
    done(server, devices(0, DEVICES, server.port(), "--max-epsilon 8"));
    RunningCommand back =
        kula(
            "orchestrate --listen 127.0.0.1:0 --authority %s --identity %s --resume %s --from-round 2 --out %s"
                .formatted(at("authority/authority.pem"), at("server"), at("run"), at("back")));
    List<RunningCommand> devices = devices(0, DEVICES, back.port(), "--max-epsilon 8");
    done(back, devices);
    assertTrue(
        devices.getFirst().out().contains("in all runs: ε 8.00 on what had noise; all had"),
        devices.getFirst().out());
    assertArrayEquals(
        Files.readAllBytes(directory.resolve("run/models.safetensors")),
        Files.readAllBytes(directory.resolve("back/models.safetensors")),
        "other noise");
    assertEquals(
        4, Files.readAllLines(directory.resolve("back/rounds.jsonl")).size(), "rounds of both");
  }

  @Test
  @Tag("slow")
  void aLimitOfItsOwnIsForNoisedRunsAlone() throws Exception {
    RunningCommand server = orchestrate("run", "--rounds 2 --gather 8s");
    assertMistake(
        device("d0", server.port(), "--max-epsilon 20"),
        "the server's run releases without noise (its protection is 'profiles'), must be 'all'");
    assertEquals(Kula.FAILED, server.exit());
  }

  @Test
  @Tag("slow")
  void dataThatDoNotFitAreToldInALine() throws Exception {
    RunningCommand server = orchestrate("run", "--rounds 2 --gather 8s");
    int port = server.port();
    SmallData.write(directory.resolve("d0.csv"), List.of("time,a,label", "1,2,v"));
    assertMistake(device("d0", port, ""), "column 'b' of the fleet's schema is not in");
    SmallData.write(directory.resolve("d1.csv"), List.of("time,a,b,label", "1,2,3,unheard-of"));
    assertMistake(
        device("d1", port, ""),
        "line 2, column 'label' is 'unheard-of', must be a label of the fleet (v, w, x, y, z)");
    SmallData.write(directory.resolve("all.csv"), SmallData.classes(DEVICES, 40));
    SmallData.write(directory.resolve("d2.csv"), List.of("time,a,b,label", "1,2,3,v"));
    assertMistake(device("d2", port, ""), "has 1 rows, must have at least 4");
    assertMistake(
        kula(
            "device --rehearse --server 127.0.0.1:%d --authority %s --identity %s --out %s --data csv:%s --partition natural"
                .formatted(port, at("authority/authority.pem"), at("d3"), at("x"), at("all.csv"))),
        "the server's run is no rehearsal");
    assertEquals(Kula.FAILED, server.exit());
  }

  @Test
  void mistakesAreToldBeforeAnythingIsOpened() throws IOException {
    assertMistake(
        orchestrate("run", "--partition iid"),
        "--partition is 'iid', must be left out with --members");
    assertMistake(orchestrate("run", "--rehearse"), "--members is given, must be left out");
    assertMistake(orchestrate("run", "--monitor"), "--monitor is given, must be left out");
    assertMistake(orchestrate("run", "--at-least 5"), "--at-least is 5, must be from 1 to the 4");
    assertMistake(
        kula(
            "orchestrate --identity %s --authority %s --members %s"
                .formatted(at("server"), at("authority/authority.pem"), at("members.txt"))),
        "--data is 'fashion-mnist', must be a table like those of the devices");
    assertMistake(
        kula(
            "device --server x --identity %s --authority %s"
                .formatted(at("d0"), at("authority/authority.pem"))),
        "--data is 'fashion-mnist', must be a table of this device's own");
    assertMistake(
        device("d0", 1, "--rounds 5"), "--rounds is '5', must be left out without --rehearse");
    assertMistake(
        device("d0", 1, "--max-epsilon much"), "--max-epsilon is 'much', must be a number");
    Files.writeString(directory.resolve("members.txt"), "d0\n\n# d1 is broken\nd0\n");
    assertMistake(orchestrate("run", ""), "line 4 is 'd0' once more, names must differ");
    Files.writeString(directory.resolve("members.txt"), "# nobody\n");
    assertMistake(orchestrate("run", ""), "names no device, must name those that may take part");
    Files.writeString(directory.resolve("members.txt"), "kula:base\n");
    assertMistake(orchestrate("run", ""), "line 1 is 'kula:base', must not begin with kula:");
    Files.delete(directory.resolve("members.txt"));
    assertMistake(orchestrate("run", ""), "cannot be read");
    assertFalse(Files.exists(directory.resolve("run")), "nothing is left of it");
  }

  private static void assertMistake(RunningCommand process, String complaint) {
    assertEquals(Kula.USER_MISTAKE, process.exit(), process::err);
    assertTrue(process.err().contains(complaint), process::err);
  }
}
