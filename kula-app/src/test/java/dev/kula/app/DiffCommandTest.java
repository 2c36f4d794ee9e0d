package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two runs beside each other. */
final class DiffCommandTest {
  private static final String RUN =
      "simulate --devices 6 --rounds 3 --policy none --model softmax --out ";

  @TempDir static Path shared;

  @TempDir Path directory;

  @BeforeAll
  static void makeRuns() {
    run(RUN + at("one"));
    run(RUN + at("again") + " --threads 1");
    run(RUN + at("slower") + " --lr 0.0001");
    run(RUN + at("seeded") + " --seed 2");
    run(RUN.replace("--devices 6", "--devices 5") + at("fewer"));
    String compare =
        "compare --devices 4 --rounds 2 --model softmax --seeds 3 --methods fedavg,%s --out %s";
    run(compare.formatted("fine-tune", at("compared")));
    run(compare.formatted("fine-tune", at("compared-slower")) + " --lr 0.0001");
  }

  private static String at(String name) {
    return shared.resolve(name).toString();
  }

  private static void run(String line) {
    RunningCommand done = RunningCommand.of(line);
    assertEquals(0, done.exit(), done::err);
  }

  private static String diff(int exit, String first, String second) {
    RunningCommand done = RunningCommand.of("diff %s %s".formatted(first, second));
    assertEquals(exit, done.exit(), done::err);
    assertEquals("", done.err());
    return done.out();
  }

  private static JsonNode json(String first, String second) throws IOException {
    RunningCommand done = RunningCommand.of("diff --json %s %s".formatted(first, second));
    assertEquals(1, done.exit(), done::err);
    return new ObjectMapper().readTree(done.out());
  }

  private static void assertContains(String text, String... words) {
    for (String each : words) {
      assertTrue(text.contains(each), () -> "'%s' is not in: %s".formatted(each, text));
    }
  }

  @Test
  void theSameRunIsTheSame() {
    String text = diff(0, at("one"), at("again"));
    assertContains(text, "threads", "The same in every round", "The results are the same.");
    assertFalse(text.contains("policy"), text);
  }

  @Test
  void aWorseRunIsWorse() throws IOException {
    assertContains(
        diff(1, at("one"), at("slower")),
        "lr",
        "0.0001",
        "They part in round 1: trainingLoss",
        "Verdict: the second is less accurate: −",
        "over 6 devices of one seed; another seed might say otherwise",
        "The results differ.");
    JsonNode json = json(at("one"), at("slower"));
    assertEquals(1, json.get("schemaVersion").asInt());
    assertFalse(json.get("same").asBoolean());
    assertEquals("lr", json.at("/settings/0/key").asText());
    assertEquals(1, json.at("/methods/0/parting/round").asInt());
    assertEquals(6, json.at("/methods/0/gain/devices").asInt());
    assertTrue(json.at("/methods/0/gain/high").asDouble() < 0);
    JsonNode accuracy = json.at("/methods/0/figures/1");
    assertEquals("personalAccuracy", accuracy.get("name").asText());
    assertEquals(
        accuracy.get("second").asDouble() - accuracy.get("first").asDouble(),
        json.at("/methods/0/gain/mean").asDouble(),
        1e-9);
  }

  @Test
  void theOtherWayRoundItIsBetter() {
    assertContains(diff(1, at("slower"), at("one")), "the second is more accurate: +");
  }

  @Test
  void methodsArePairedBySeedAndDevice() {
    assertContains(
        diff(1, at("compared"), at("compared-slower")),
        "FedAvg, seeds 1, 2, 3",
        "FedAvg + fine-tune, seeds 1, 2, 3",
        "over 4 devices and 3 seeds",
        "round 1 of seed 1");
  }

  @Test
  void whatCannotBePairedIsSaid() {
    assertContains(
        diff(1, at("one"), at("seeded")),
        "no seed in common",
        "cannot tell: the runs have no seed");
    assertContains(
        diff(1, at("one"), at("fewer")),
        "Data that differ",
        "cannot tell: one seed, and no devices to pair");
    assertContains(diff(1, at("one"), at("compared")), "command", "Only in " + at("compared"));
  }

  @Test
  void aRunThatGoesOnIsComparedAsFarAsItIs() throws IOException {
    Path half = Files.createDirectory(directory.resolve("half"));
    Files.copy(Path.of(at("one"), "configuration.json"), half.resolve("configuration.json"));
    List<String> rounds = Files.readAllLines(Path.of(at("one"), "rounds.jsonl"));
    Files.writeString(
        half.resolve("rounds.jsonl"), rounds.get(0) + "\n" + rounds.get(1) + "\n{\"m");
    List<String> events =
        Files.readAllLines(Path.of(at("one"), "events.jsonl")).stream()
            .filter(event -> !event.contains("\"round\":3"))
            .toList();
    Files.write(half.resolve("events.jsonl"), events);
    assertContains(
        diff(1, half.toString(), at("one")),
        "has not ended: it goes on, or was killed, in round 3",
        "after round 2, the last that both have",
        "The same up to round 3, which one of the two has not",
        "The results differ so far.");
    assertContains(diff(0, half.toString(), half.toString()), "The results are the same so far.");
  }

  @Test
  void mistakesAreToldInALine() throws IOException {
    mistake("holds no run, there is no rounds.jsonl", at("one") + " " + directory);
    mistake("RUN is left out, must be given", at("one"));
    Path damaged = Files.createDirectory(directory.resolve("damaged"));
    Files.copy(Path.of(at("one"), "rounds.jsonl"), damaged.resolve("rounds.jsonl"));
    mistake("configuration.json' is missing", at("one") + " " + damaged);
    Files.writeString(damaged.resolve("configuration.json"), "[]");
    mistake("configuration.json' cannot be read", at("one") + " " + damaged);
    Files.copy(
        Path.of(at("one"), "configuration.json"),
        Files.createDirectory(directory.resolve("newer")).resolve("configuration.json"));
    Files.copy(Path.of(at("one"), "rounds.jsonl"), directory.resolve("newer/rounds.jsonl"));
    Files.writeString(directory.resolve("newer/summary.json"), "{\"schemaVersion\": 2}");
    mistake("has schemaVersion 2, this Kula reads 1", directory.resolve("newer") + " " + at("one"));
  }

  private static void mistake(String words, String runs) {
    RunningCommand done = RunningCommand.of("diff " + runs);
    assertEquals(Kula.USER_MISTAKE, done.exit(), done::err);
    assertEquals(1, done.err().lines().count(), done::err);
    assertContains(done.err(), words);
  }
}
