package dev.kula.app.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.kula.KulaException;
import dev.kula.app.report.FakeRun;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.SwapCounts;
import dev.kula.round.Traffic;
import dev.kula.store.Extent;
import dev.kula.store.RunDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What pages are told of a run. */
final class RunFeedTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String METHOD = "m";

  @TempDir private Path root;
  private Path path = Path.of("");

  @BeforeEach
  void place() {
    path = root.resolve("run");
  }

  private static RoundRecord round(int round) {
    return new RoundRecord(
        METHOD,
        1,
        round,
        3,
        0.5,
        0.75,
        0.5,
        0.6,
        null,
        round,
        new Traffic(1, 2, 3, 4, 5, 6, 7),
        new SwapCounts(2, 1, 1, 0),
        Double.POSITIVE_INFINITY,
        round);
  }

  private static RunEvent.Profiled profile(String device, double... counts) {
    List<Double> labels = IntStream.range(0, counts.length).mapToObj(i -> counts[i]).toList();
    return new RunEvent.Profiled(2, device, 40, labels, 30, 5, 0.001, 3, 2);
  }

  private static RunEvent.Ordered order(long number, String receiver, String source) {
    return new RunEvent.Ordered(
        2,
        number,
        receiver,
        source,
        "visit",
        10,
        List.of("shoe"),
        0.3,
        0.9,
        0.4,
        0.6,
        0.1,
        0.2,
        0.5,
        0.27,
        300,
        2,
        "lacks shoes");
  }

  private static RunEvent.Settled settled(
      long number, String receiver, String source, String outcome) {
    int samples = outcome.equals("accepted") ? 10 : 0;
    return new RunEvent.Settled(
        2, number, receiver, source, outcome, 0.9, 0.8, samples, 1600, "why");
  }

  private RunDirectory run() throws IOException {
    RunDirectory directory = RunDirectory.create(path);
    directory.write(
        "configuration.json",
        out ->
            out.write(
                "{\"command\":\"simulate\",\"labels\":[\"hat\",\"shoe\"],\"rounds\":9}"
                    .getBytes(StandardCharsets.UTF_8)));
    return directory;
  }

  private static List<JsonNode> parts(List<RunFeed.Message> messages)
      throws JsonProcessingException {
    List<JsonNode> parts = new ArrayList<>();
    for (RunFeed.Message message : messages) {
      parts.add(JSON.readTree(message.json()));
    }
    return parts;
  }

  private static JsonNode all(List<JsonNode> parts, String kind) {
    ArrayNode all = JSON.createArrayNode();
    parts.forEach(part -> part.path(kind).forEach(all::add));
    return all;
  }

  private static JsonNode device(List<JsonNode> parts, String name) {
    for (JsonNode device : all(parts, "devices")) {
      if (device.path("name").asText().equals(name)) {
        return device;
      }
    }
    throw new AssertionError("no device " + name + " in " + parts);
  }

  @Test
  void aPageIsToldWhatIsNewToIt() throws IOException {
    try (RunDirectory directory = run()) {
      RunFeed feed = RunFeed.of(path);
      directory.append(round(1));
      directory.append(METHOD, 1, profile("a", 30, 10));
      directory.append(METHOD, 1, profile("b", 1, 40));
      List<RunFeed.Message> first = feed.since("", -1);
      List<JsonNode> parts = parts(first);
      assertTrue(parts.getFirst().path("anew").asBoolean());
      assertEquals("[\"hat\",\"shoe\"]", parts.getFirst().path("labels").toString());
      assertEquals(9, parts.getFirst().path("configuration").path("rounds").asInt());
      assertEquals(1, all(parts, "rounds").size());
      assertEquals(2, all(parts, "devices").size());
      String id = first.getLast().id();
      assertEquals(List.of(), feed.since(id, -1));

      directory.append(round(2));
      directory.append(METHOD, 1, order(1, "a", "b"));
      directory.append(METHOD, 1, settled(1, "a", "b", "accepted"));
      List<RunFeed.Message> second = feed.since(id, -1);
      List<JsonNode> more = parts(second);
      assertFalse(more.getFirst().path("anew").asBoolean());
      assertEquals(2, all(more, "rounds").get(0).path("round").asInt());
      assertEquals(1, all(more, "rounds").size());
      assertEquals("[30.0,20.0]", device(more, "a").path("labelsAfter").toString());
      assertEquals(10, device(more, "a").path("received").asInt());
      assertEquals(10, device(more, "b").path("given").asInt());
      JsonNode planning = all(more, "plannings").get(0);
      assertEquals("lacks shoes", planning.at("/orders/0/ordered/why").asText());
      assertEquals("accepted", planning.at("/orders/0/settled/outcome").asText());
      assertEquals(1, planning.at("/outcomes/accepted").asInt());
      assertEquals(
          parts(feed.since("", -1)).size(),
          more.size(),
          "who knows nothing is told the same kinds");
    }
  }

  @Test
  void everythingThatHappensToADeviceIsInItsRow() throws IOException {
    try (RunDirectory directory = run()) {
      directory.append(round(1));
      directory.append(METHOD, 1, profile("a", 30, -2));
      directory.append(
          METHOD,
          1,
          new RunEvent.Compared(
              2,
              0.05,
              List.of(List.of("b", "c"), List.of("a")),
              List.of(new RunEvent.Outlier("a", "labels", 0.5, 0.001, "lacks shoe"))));
      directory.append(
          METHOD, 1, new RunEvent.Grouped(2, List.of(List.of("b"), List.of("a", "c")), List.of()));
      directory.append(METHOD, 1, settled(1, "a", "b", "rejected"));
      directory.append(METHOD, 1, settled(2, "a", "b", "expired"));
      directory.append(
          METHOD, 1, new RunEvent.Reputations(2, List.of(new RunEvent.Standing("a", 0.25, 0.9))));
      directory.append(METHOD, 1, new RunEvent.AccountSpent(2, "a", "profile", 7.5));
      directory.append(METHOD, 1, new RunEvent.Changed(2, "a", 1, 0.9, 0.5));
      directory.append(METHOD, 1, new RunEvent.Ignored(2, "a", "nonsense"));
      directory.append(METHOD, 1, new RunEvent.Stopped(2, "enough"));
      List<JsonNode> parts = parts(RunFeed.of(path).since("", -1));
      JsonNode a = device(parts, "a");
      assertEquals(1, a.path("group").asInt());
      assertEquals(1, a.path("trainedGroup").asInt());
      assertEquals("labels: lacks shoe", a.path("differs").asText());
      assertEquals(1, a.path("rejected").asInt());
      assertEquals(1, a.path("expired").asInt());
      assertEquals(0.25, a.path("quality").asDouble());
      assertEquals(7.5, a.path("epsilon").asDouble());
      assertEquals(1, a.path("alarms").asInt());
      assertEquals(1, a.path("faults").asInt());
      assertEquals(3, all(parts, "notices").size());
      assertEquals("enough", parts.getFirst().at("/tracks/0/stopped").asText());
      assertTrue(a.path("labelsAfter").isMissingNode(), "nothing came in");
    }
  }

  @Test
  void aRunThatHasEndedHasExactFiguresOfDevices() throws IOException {
    FakeRun.usual().simulate(path);
    RunFeed feed = RunFeed.of(path);
    List<JsonNode> parts = parts(feed.since("", -1));
    assertTrue(feed.hasEnded());
    assertTrue(parts.getFirst().path("ended").asBoolean());
    assertEquals(50, all(parts, "devices").size());
    assertTrue(all(parts, "devices").get(0).path("exact").asBoolean());
  }

  @Test
  void adviceIsToldWhenItIsThereAndNotBefore() throws IOException {
    FakeRun.usual().simulate(path);
    Files.writeString(path.resolve("configuration.json"), "{\"command\":\"advise\"}");
    RunFeed feed = RunFeed.of(path);
    List<RunFeed.Message> before = feed.since("", -1);
    assertTrue(parts(before).getFirst().path("advice").isMissingNode());
    assertFalse(feed.hasEnded(), "the advice is still to come");
    Files.writeString(
        path.resolve("advice.json"), "{\"next\":\"groups\",\"answers\":[],\"devices\":[1,2]}");
    JsonNode advice = parts(feed.since(before.getLast().id(), -1)).getFirst().path("advice");
    assertEquals("groups", advice.path("next").asText());
    assertTrue(advice.path("notPrivate").asText().contains("not private"));
    assertTrue(advice.path("devices").isMissingNode());
    assertTrue(feed.hasEnded());
  }

  @Test
  void ofOtherMethodsOnlyCurvesAreTold() throws IOException {
    FakeRun.usual().compare(path);
    RunFeed feed = RunFeed.of(path);
    List<RunFeed.Message> messages = feed.since("", 0);
    List<JsonNode> parts = parts(messages);
    int tracks = parts.getFirst().path("tracks").size();
    assertEquals(FakeRun.METHODS.size() * 3, tracks);
    assertEquals(0, parts.getFirst().path("shown").asInt());
    JsonNode usual = parts(feed.since("", -1)).getFirst();
    JsonNode shown = usual.path("tracks").get(usual.path("shown").asInt());
    assertEquals(1, shown.path("seed").asInt(), "of other seeds no devices are told");
    assertEquals("deficit swaps", shown.path("method").asText());
    for (JsonNode part : parts.subList(1, parts.size())) {
      assertTrue(part.path("track").asInt() == 0 || part.has("rounds"), part::toString);
    }
    assertTrue(
        parts(feed.since(messages.getLast().id(), 5)).getFirst().path("anew").asBoolean(),
        "another method is told from its beginning");
  }

  @Test
  void linesThatAreTakenBackMakePagesBeginAnew() throws IOException {
    try (RunDirectory directory = run()) {
      RunFeed feed = RunFeed.of(path);
      directory.append(round(1));
      String id = feed.since("", -1).getLast().id();
      directory.truncate(Extent.NONE);
      directory.append(round(1).withWallSeconds(99));
      List<RunFeed.Message> anew = feed.since(id, -1);
      assertTrue(parts(anew).getFirst().path("anew").asBoolean());
      assertNotEquals(id, anew.getLast().id());
    }
  }

  @Test
  void idsThatNobodyGaveTellAll() throws IOException {
    try (RunDirectory directory = run()) {
      directory.append(round(1));
      RunFeed feed = RunFeed.of(path);
      String id = feed.since("", -1).getLast().id();
      String place = id.substring(0, id.lastIndexOf('-') + 1);
      for (String odd : List.of("x", place, place + "x", place + "-1", place + "9".repeat(40))) {
        assertTrue(parts(feed.since(odd, -1)).getFirst().path("anew").asBoolean(), odd);
      }
    }
  }

  @Test
  void troubleIsToldAndNotThrown() throws IOException {
    try (RunDirectory directory = run()) {
      directory.append(round(1));
    }
    RunFeed feed = RunFeed.of(path);
    feed.since("", -1);
    Files.writeString(path.resolve("events.jsonl"), "{}\n", StandardOpenOption.APPEND);
    JsonNode head = parts(feed.since("", -1)).getFirst();
    assertTrue(head.path("trouble").asText().contains("events.jsonl' line 1"), head::toString);
  }

  @Test
  void thereMustBeARun() {
    KulaException none = assertThrows(KulaException.class, () -> RunFeed.of(path));
    assertEquals(KulaException.Blame.USER, none.blame());
  }

  @Test
  void aRevokedLeaseIsToldWithItsOrder() throws IOException {
    try (RunDirectory directory = run()) {
      RunFeed feed = RunFeed.of(path);
      directory.append(METHOD, 1, order(7, "a", "b"));
      directory.append(METHOD, 1, order(8, "a", "b"));
      assertTrue(feed.revocation(0, 7).isPresent());
      assertTrue(feed.revocation(0, 9).isEmpty());
      assertTrue(feed.revocation(1, 7).isEmpty());
      String id = feed.since("", -1).getLast().id();
      directory.append(METHOD, 1, new RunEvent.Revoked(4, 7, "a", "b"));
      JsonNode orders = all(parts(feed.since(id, -1)), "plannings").get(0).get("orders");
      assertEquals(4, orders.get(0).get("revoked").asInt());
      assertTrue(orders.get(1).get("revoked").isNull());
    }
  }
}
