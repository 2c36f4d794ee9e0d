package dev.kula.kafka;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.store.NamedModel;
import dev.kula.store.SafeTensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A fleet whose servers are many processes, with a real broker between them. */
@Tag("slow")
final class KafkaFleetTest {
  private static final int DEVICES = 5;
  private static final int ROUNDS = 6;
  private static final Duration RUN = Duration.ofMinutes(4);

  /** How long an update may lie on a disk that was deleted. */
  private static final Duration LINGERS = Duration.ofSeconds(20);

  @TempDir Path directory;
  private final List<Child> children = new ArrayList<>();
  private Broker broker;
  private String data = "";

  @BeforeEach
  void begin() throws Exception {
    broker = Broker.start(directory.resolve("broker"));
    data =
        "--data csv:%s --partition natural --model mlp:64 --rounds %d --groups none"
                .formatted(data(), ROUNDS)
            + " --policy random --exchange raw --swap-every 2";
    done("pki init " + at("authority"));
    String issue = "pki issue --authority " + at("authority") + " --out " + directory;
    done(issue + " --role orchestrator --name server --host 127.0.0.1");
    for (int i = 0; i < DEVICES; i++) {
      done(issue + " --role device --name d" + i);
    }
  }

  @AfterEach
  void end() {
    children.forEach(Child::close);
    broker.close();
  }

  /** Devices that each have mostly one of five classes, which lie on a circle. */
  private Path data() throws IOException {
    Random random = new Random(1);
    List<String> lines = new ArrayList<>(List.of("device,time,a,b,label"));
    for (int time = 0; time < 40; time++) {
      for (int device = 0; device < DEVICES; device++) {
        int label = random.nextInt(3) > 0 ? device : random.nextInt(5);
        double angle = 2 * Math.PI * label / 5;
        double a = 2 * Math.cos(angle) + 0.7 * random.nextGaussian();
        double b = 2 * Math.sin(angle) + 0.7 * random.nextGaussian();
        lines.add("d%d,%d,%.3f,%.3f,%s".formatted(device, time, a, b, "vwxyz".charAt(label)));
      }
    }
    return Files.write(directory.resolve("data.csv"), lines);
  }

  private String at(String name) {
    return directory.resolve(name).toString();
  }

  private Child kula(String name, String words) throws IOException {
    Child child = Child.kula(directory.resolve(name + ".log"), words);
    children.add(child);
    return child;
  }

  private void done(String words) throws Exception {
    try (Child child = Child.kula(directory.resolve("done.log"), words)) {
      assertEquals(0, child.exit(RUN), child::said);
    }
  }

  private Child gateway(String name) throws IOException {
    return kula(
        name,
        "gateway --kafka %s --authority %s --identity %s --listen 127.0.0.1:0"
            .formatted(broker.properties("gateway"), at("authority/authority.pem"), at("server")));
  }

  private static int port(Child gateway) throws InterruptedException {
    return Integer.parseInt(gateway.await("listening on 127\\.0\\.0\\.1:(\\d+)"));
  }

  private Child aggregator(String name) throws IOException {
    return kula(name, "aggregate --kafka " + broker.properties("aggregator"));
  }

  private Child monitor(String name) throws IOException {
    return kula(
        name, "monitor --rehearse --kafka %s %s".formatted(broker.properties("monitor"), data));
  }

  private Child orchestrator(String more) throws IOException {
    return kula(
        "orchestrator",
        "orchestrate --rehearse --monitor --kafka %s --absence 2m --patience 2m --out %s %s %s"
            .formatted(broker.properties("orchestrator"), at("live"), data, more));
  }

  private List<Child> devices(int port) throws IOException {
    List<Child> devices = new ArrayList<>();
    for (int i = 0; i < DEVICES; i++) {
      String name = "d" + i;
      devices.add(
          kula(
              name,
              "device --rehearse --server 127.0.0.1:%d --authority %s --identity %s --out %s %s"
                  .formatted(port, at("authority/authority.pem"), at(name), at(name), data)));
    }
    return devices;
  }

  @Test
  void processesGiveTheBitsOfOneEvenIfOneOfEachIsKilled() throws Exception {
    done("simulate --out %s %s".formatted(at("alone"), data));
    Path kafka = broker.properties(Broker.OPERATOR);
    Hitch hitch = new Hitch();
    try (Tap tap = new Tap(kafka, hitch::hear)) {
      Child first = gateway("gateway-1");
      Child second = gateway("gateway-2");
      Child folding = aggregator("aggregator-1");
      Child planning = monitor("monitor-1");
      try (Balancer balancer = new Balancer(List.of(port(first), port(second)))) {
        Child orchestrator = orchestrator("");
        List<Child> devices = devices(balancer.port());
        orchestrator.await(DEVICES + " of " + DEVICES + " devices are here");
        // Those who are there first are at work; the others have copies of what they know.
        aggregator("aggregator-2");
        monitor("monitor-2");

        hitch.midRound(devices.getLast());
        first.kill();
        folding.kill();
        int sessions = hitch.gateways().size();
        hitch.letGo(devices.getLast());
        hitch.midPlan();
        planning.kill();

        assertEquals(0, orchestrator.exit(RUN), orchestrator::said);
        for (Child device : devices) {
          assertEquals(0, device.exit(RUN), device::said);
        }
        List<String> gateways = hitch.gateways();
        assertEquals(2, Set.copyOf(gateways.subList(0, sessions)).size(), "one had no devices");
        assertTrue(gateways.size() > sessions, "no device came to the other gateway");
        assertEquals(1, Set.copyOf(gateways.subList(sessions, gateways.size())).size());
      }
      assertSame();
      assertEmpty(kafka);
      assertTrue(tap.updates.size() >= DEVICES * ROUNDS, "there were no updates to lose");
      assertGone(tap.updates);
    }
  }

  @Test
  void anOrchestratorThatWasKilledGoesOnAndItsMonitorGoesBack() throws Exception {
    done("simulate --out %s %s".formatted(at("alone"), data));
    Child gateway = gateway("gateway");
    aggregator("aggregator");
    monitor("monitor");
    Child first = orchestrator("");
    List<Child> devices = devices(port(gateway));
    awaitRounds(first, 1);
    broker.hold(Duration.ofSeconds(4)); // nor does that change anything
    awaitRounds(first, 2);
    gateway.signal("STOP"); // for longer than it is waited for
    Thread.sleep(Duration.ofSeconds(14));
    gateway.signal("CONT");
    awaitRounds(first, 4);
    first.kill();
    Child second =
        kula(
            "orchestrator-2",
            "orchestrate --rehearse --monitor --kafka %s --resume %s"
                .formatted(broker.properties("orchestrator"), at("live")));
    assertEquals(0, second.exit(RUN), second::said);
    for (Child device : devices) {
      assertEquals(0, device.exit(RUN), device::said);
    }
    assertSame();
  }

  private void awaitRounds(Child orchestrator, int count) throws Exception {
    Path rounds = directory.resolve("live/rounds.jsonl");
    while (!Files.exists(rounds) || Files.readAllLines(rounds).size() < count) {
      assertTrue(orchestrator.isAlive(), orchestrator::said);
      Thread.sleep(20);
    }
  }

  @Test
  void theLaterOfTwoOrchestratorsEndsTheOther() throws Exception {
    data = data.replace("--rounds " + ROUNDS, "--rounds 30");
    Child gateway = gateway("gateway");
    aggregator("aggregator");
    monitor("monitor");
    String words = "orchestrate --rehearse --monitor --absence 5s --kafka %s --out %s %s";
    Path kafka = broker.properties("orchestrator");
    Child first = kula("orchestrator", words.formatted(kafka, at("live"), data));
    devices(port(gateway));
    awaitRounds(first, 1);
    Child second = kula("orchestrator-2", words.formatted(kafka, at("later"), data));
    assertEquals(1, first.exit(RUN), first::said);
    assertTrue(first.said().contains("another orchestrator has begun"), first::said);
    assertEquals(0, second.exit(RUN), second::said);
    // Who is absent for a while is up to the machine, and so is whether the run converges early.
    String end = lines("later", "events.jsonl").getLast();
    assertTrue(end.contains("round limit") || end.contains("converged"), end);
  }

  /** There, what one says is not what another run would say; that all have their part is. */
  @Test
  void devicesWithDataOfTheirOwnHaveSuchServersToo() throws Exception {
    List<String> rows = Files.readAllLines(directory.resolve("data.csv"));
    List<String> members = new ArrayList<>();
    for (int i = 0; i < DEVICES; i++) {
      String name = "d" + i;
      members.add(name);
      Files.write(
          directory.resolve(name + ".csv"),
          Stream.concat(
                  Stream.of(rows.getFirst()),
                  rows.stream().filter(row -> row.startsWith(name + ",")))
              .toList());
    }
    Files.write(directory.resolve("members.txt"), members);
    String run =
        "--data csv:%s --members %s --model mlp:8 --rounds 4 --groups none --policy random"
                .formatted(at("data.csv"), at("members.txt"))
            + " --swap-every 2";
    Child gateway = gateway("gateway");
    aggregator("aggregator");
    kula("monitor", "monitor --kafka %s %s".formatted(broker.properties("monitor"), run));
    Child orchestrator =
        kula(
            "orchestrator",
            "orchestrate --monitor --kafka %s --out %s %s"
                .formatted(broker.properties("orchestrator"), at("live"), run));
    for (String name : members) {
      kula(
          name,
          "device --server 127.0.0.1:%d --authority %s --identity %s --out %s --data csv:%s"
              .formatted(
                  port(gateway),
                  at("authority/authority.pem"),
                  at(name),
                  at("run-" + name),
                  at(name + ".csv")));
    }
    assertEquals(0, orchestrator.exit(RUN), orchestrator::said);
    List<String> settled =
        lines("live", "events.jsonl").stream().filter(line -> line.contains("ordered")).toList();
    assertTrue(settled.size() > 1, "nothing was planned: " + orchestrator.said());
    List<String> folded = lines("live", "rounds.jsonl");
    assertTrue(
        folded.stream().filter(line -> line.contains("\"cohort\":" + DEVICES)).count() >= 4,
        folded.toString());
  }

  @Test
  void whatCannotBeHadSoIsRefusedAtStart() throws Exception {
    data = data.replace("--policy random", "--policy none");
    assertRefused(orchestrator("--robust median"), "--robust is 'median', must be left out");
    assertRefused(orchestrator("--clusters 2"), "--clusters is '2', must be left out");
    assertRefused(orchestrator("--pace first:0.5"), "--pace is 'first:0.5', must be left out");
    Path none = Files.writeString(directory.resolve("none.properties"), "kula.fleet=x");
    assertRefused(kula("aggregator", "aggregate --kafka " + none), "has no bootstrap.servers");
    assertRefused(kula("gateway", "gateway --identity " + at("server")), "--kafka is left out");
  }

  private static void assertRefused(Child refused, String why) throws Exception {
    assertEquals(2, refused.exit(RUN), refused::said);
    assertTrue(refused.said().contains(why), refused::said);
  }

  @Test
  void aMonitorThatWasToldSomethingElseEndsTheRun() throws Exception {
    Child gateway = gateway("gateway");
    aggregator("aggregator");
    String told = data;
    data += " --swap-budget 0.3";
    monitor("monitor");
    data = told;
    Child orchestrator = orchestrator("");
    devices(port(gateway));
    assertEquals(1, orchestrator.exit(RUN), orchestrator::said);
    assertTrue(
        orchestrator.said().contains("started with other data or flags than this run's"),
        orchestrator::said);
  }

  /** To the bit, but for real time and for who wrote it. */
  private void assertSame() throws IOException {
    for (String name : List.of("rounds.jsonl", "events.jsonl")) {
      assertEquals(lines("alone", name), lines("live", name), name);
    }
    List<String> orders =
        lines("live", "events.jsonl").stream()
            .filter(line -> line.contains("\"ordered\""))
            .toList();
    assertTrue(orders.size() > DEVICES, "nothing was planned");
    List<NamedModel> alone =
        SafeTensors.read(directory.resolve("alone/models.safetensors")).models();
    assertArrayEquals(
        alone.getFirst().parameters(),
        SafeTensors.read(directory.resolve("live/models.safetensors"))
            .models()
            .getFirst()
            .parameters());
    for (int i = 0; i < DEVICES; i++) {
      String name = "d" + i;
      float[] personal =
          SafeTensors.read(directory.resolve(name + "/personal.safetensors"))
              .models()
              .getFirst()
              .parameters();
      float[] head =
          alone.stream()
              .filter(model -> model.prefix().equals("personal/" + name))
              .findFirst()
              .orElseThrow()
              .parameters();
      assertArrayEquals(
          head, Arrays.copyOfRange(personal, personal.length - head.length, personal.length), name);
    }
  }

  private List<String> lines(String run, String file) throws IOException {
    try (Stream<String> lines = Files.lines(directory.resolve(run).resolve(file))) {
      return lines.map(line -> line.replaceAll("\"wallSeconds\" ?: ?[0-9.E-]+", "")).toList();
    }
  }

  /** Nobody can read an update or a sum of a few any more. */
  private static void assertEmpty(Path kafka) throws Exception {
    KafkaFile file = KafkaFile.read(kafka);
    try (Topics topics = new Topics(file);
        Admin admin = file.admin()) {
      List<String> names = new ArrayList<>(Aggregator.changelogs(topics));
      names.addAll(List.of(topics.updates(), topics.sums()));
      for (String name : names) {
        for (TopicPartition partition : topics.partitions(name)) {
          // Where a transaction ends stands in a log, too, and says nothing.
          long first = offset(admin, partition, OffsetSpec.earliest());
          long end = offset(admin, partition, OffsetSpec.latest());
          assertTrue(end - first <= 3, "%s: %d to %d".formatted(partition, first, end));
        }
      }
    }
  }

  private static long offset(Admin admin, TopicPartition partition, OffsetSpec which)
      throws Exception {
    return Objects.requireNonNull(
            admin.listOffsets(Map.of(partition, which)).all().get().get(partition))
        .offset();
  }

  /** Nor is it on the broker's disk. */
  private void assertGone(List<byte[]> updates) throws Exception {
    long end = System.nanoTime() + LINGERS.toNanos();
    List<Path> holding = holding(updates);
    while (!holding.isEmpty() && System.nanoTime() - end < 0) {
      Thread.sleep(500);
      holding = holding(updates);
    }
    assertEquals(List.of(), holding);
  }

  /** Files in which there is a part of an update. */
  private List<Path> holding(List<byte[]> updates) throws IOException {
    List<String> parts =
        updates.stream()
            .map(one -> new String(one, one.length / 2, 32, StandardCharsets.ISO_8859_1))
            .distinct()
            .toList();
    List<Path> holding = new ArrayList<>();
    try (Stream<Path> files = Files.walk(broker.records())) {
      for (Path file : files.filter(one -> one.toString().endsWith(".log")).toList()) {
        try {
          String content = Files.readString(file, StandardCharsets.ISO_8859_1);
          if (parts.stream().anyMatch(content::contains)) {
            holding.add(file);
          }
        } catch (NoSuchFileException e) {
          // deleted
        }
      }
    }
    return holding;
  }
}
