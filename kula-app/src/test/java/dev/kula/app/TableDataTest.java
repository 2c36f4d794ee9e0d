package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunSummary;
import dev.kula.round.RunSummary.DeviceResult;
import dev.kula.round.RunSummary.MethodSummary;
import dev.kula.round.SwapCounts;
import dev.kula.store.RunReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs over CSV files, and whether what they write agrees with itself. */
final class TableDataTest {
  private static final Set<String> METHOD_KEYS =
      Set.of(
          "name",
          "personalAccuracy",
          "bestPersonalAccuracy",
          "globalAccuracy",
          "roundsToTarget",
          "simulatedSecondsToTarget",
          "bytes",
          "epsilon",
          "swaps",
          "wallSeconds");

  @TempDir Path directory;

  private Path classes;
  private Path plane;

  @BeforeEach
  void writeFiles() throws IOException {
    classes = directory.resolve("classes.csv.gz");
    String text = String.join("\n", SmallData.classes(10, 40)) + "\n";
    Files.write(classes, SmallData.gzip(text.getBytes(StandardCharsets.UTF_8)));
    plane = SmallData.write(directory.resolve("plane.csv"), SmallData.plane(6, 60));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--policy deficit",
        "--policy deficit --exchange raw",
        "--policy dissimilar --exchange cheapest",
        "--policy random --exchange raw --split time:0.75 --target recent",
        "--policy static:0.1 --target local --base 0",
        "--policy none --personalization none --protect none",
        "--policy none --personalization local",
        "--policy none --personalization ditto:0.5",
        "--policy none --personalization fedrep --fine-tune-epochs 2",
        "--policy none --strategy pooled --fine-tune-scope all --fine-tune-lr 0.02",
        "--policy deficit --epsilon inf",
        "--policy deficit --epsilon 0.01"
      })
  void aClassification(String method) throws IOException {
    RunSummary summary = simulate(classes, method + " --model mlp:16");
    assertEquals(List.of("v", "w", "x", "y", "z"), summary.data().labels());
    assertEquals("classification", summary.data().task());
    assertConsistent(summary, 10);
    assertTrue(
        summary.methods().getFirst().personalAccuracy().mean() > 0.25, "better than a guess");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--policy deficit",
        "--policy deficit --split time:0.75 --target recent",
        "--policy dissimilar --exchange raw --target local"
      })
  void aRegression(String method) throws IOException {
    RunSummary summary = simulate(plane, method + " --task regression --rounds 15");
    assertEquals("regression", summary.data().task());
    assertConsistent(summary, 6);
    assertTrue(
        summary.methods().getFirst().personalAccuracy().mean() > 0.9,
        () -> "a plane is learnt: " + summary.methods().getFirst().personalAccuracy());
  }

  @Test
  void aRegressionSaysWhatItsAccuracyIs() {
    Shell shell =
        Shell.done(
            arguments("simulate", plane, "--task regression --rounds 2 --policy none", "said"));
    assertTrue(shell.out().contains("share of variance explained"), shell.out());
    Shell classification =
        Shell.done(arguments("simulate", classes, "--rounds 2 --policy none", "unsaid"));
    assertFalse(classification.out().contains("variance"), classification.out());
  }

  /** Nine of ten targets are 0, so no quantile edge but one can be drawn. */
  @Test
  void aRegressionOfMostlyZeros() throws IOException {
    List<String> lines = new ArrayList<>(SmallData.plane(6, 60));
    for (int i = 1; i < lines.size(); i++) {
      if (i % 20 != 0) {
        lines.set(i, lines.get(i).replaceFirst("[^,]*$", "0"));
      }
    }
    Path file = SmallData.write(directory.resolve("zeros.csv"), lines);
    assertConsistent(simulate(file, "--task regression"), 6);
  }

  @Test
  void theSummaryHasWhatItsSchemaSays() throws IOException {
    simulate(classes, "--policy deficit --exchange raw");
    JsonNode summary = new RunFiles(directory.resolve("run")).summary();
    assertEquals(1, summary.get("schemaVersion").asInt());
    JsonNode method = summary.get("methods").get(0);
    Set<String> keys = new TreeSet<>();
    method.fieldNames().forEachRemaining(keys::add);
    keys.add("wallSeconds"); // taken out, for it is never the same
    assertTrue(keys.containsAll(METHOD_KEYS), keys::toString);
    assertKeys(method.get("personalAccuracy"), "mean", "worstDecile", "sd", "perDevice");
    assertKeys(method.get("bytes"), "model", "pointer", "fetched", "cacheHit", "visit", "asCopies");
    assertKeys(method.get("epsilon"), "max", "mean");
    assertKeys(method.get("swaps"), "ordered", "accepted", "rejected", "expired");
  }

  @Test
  void aComparisonHasEveryMethodWithEverySeed() throws IOException {
    String methods = "local-only,fedavg,fine-tune,fedprox,static,random,dissimilar,similar,deficit";
    Shell.done(
        arguments("compare", classes, "--model softmax --seeds 2 --methods " + methods, "run"));
    RunReader reader = RunReader.of(directory.resolve("run"));
    RunSummary summary = reader.summary();
    assertEquals(methods.split(",").length, summary.methods().size());
    for (MethodSummary method : summary.methods()) {
      assertEquals(List.of(1L, 2L), method.seeds());
      assertEquals(20, method.personalAccuracy().perDevice().size());
      assertEquals(10, method.devices().size());
    }
    List<String> lines = new ArrayList<>();
    reader.forEachRound(
        round -> lines.add(round.method() + " " + round.seed() + " " + round.round()));
    assertEquals(lines.size(), Set.copyOf(lines).size(), "no line twice");
    assertEquals(methods.split(",").length * 2 * 6, lines.size());
    assertFalse(Files.exists(directory.resolve("run").resolve("models.safetensors")));
  }

  private RunSummary simulate(Path data, String method) throws IOException {
    Shell.done(arguments("simulate", data, method, "run"));
    return RunReader.of(directory.resolve("run")).summary();
  }

  private String[] arguments(String command, Path data, String method, String out) {
    String settings =
        "%s --data csv:%s --partition natural %s --out %s"
            .formatted(command, data, method, directory.resolve(out));
    if (!method.contains("--rounds")) {
      settings += " --rounds 6";
    }
    return (settings + " --swap-every 2 --swap-budget 0.3").split(" ");
  }

  private void assertConsistent(RunSummary summary, int devices) {
    RunReader reader = RunReader.of(directory.resolve("run"));
    List<RoundRecord> rounds = new ArrayList<>();
    reader.forEachRound(rounds::add);
    List<RunEvent> events = new ArrayList<>();
    reader.forEachEvent(logged -> events.add(logged.event()));
    MethodSummary method = summary.methods().getFirst();
    RoundRecord last = rounds.getLast();

    assertEquals(devices, summary.data().devices());
    assertShares(method.personalAccuracy().perDevice());
    assertShares(
        Arrays.asList(
            method.personalAccuracy().mean(),
            method.personalAccuracy().worstDecile(),
            method.bestPersonalAccuracy(),
            method.globalAccuracy() == null ? 0 : method.globalAccuracy()));
    assertTrue(method.personalAccuracy().worstDecile() <= method.personalAccuracy().mean());
    assertTrue(method.bestPersonalAccuracy() >= last.personalAccuracy());
    assertEquals(last.personalAccuracy(), method.personalAccuracy().mean(), 1e-12);
    assertEquals(devices, method.personalAccuracy().perDevice().size());

    assertEquals(last.bytes(), method.bytes());
    assertEquals(last.swaps(), method.swaps());
    assertTraffic(rounds);
    assertSwaps(method, events);
  }

  /** No kind of byte is ever taken back, and the kinds that moved are the whole. */
  private static void assertTraffic(List<RoundRecord> rounds) {
    long before = 0;
    int number = 0;
    for (RoundRecord round : rounds) {
      assertEquals(++number, round.round());
      var bytes = round.bytes();
      long sum =
          bytes.model() + bytes.pointer() + bytes.fetched() + bytes.visit() + bytes.profile();
      assertEquals(sum, bytes.moved());
      assertTrue(sum >= before, () -> "traffic shrank: " + round);
      assertTrue(bytes.cacheHit() >= 0 && bytes.asCopies() >= 0, bytes::toString);
      before = sum;
    }
  }

  private static void assertSwaps(MethodSummary method, List<RunEvent> events) {
    SwapCounts seen = SwapCounts.NONE;
    long settledBytes = 0;
    for (RunEvent event : events) {
      switch (event) {
        case RunEvent.Ordered ordered -> seen = seen.plus(new SwapCounts(1, 0, 0, 0));
        case RunEvent.Settled settled -> {
          seen =
              seen.plus(
                  switch (settled.outcome()) {
                    case "accepted" -> new SwapCounts(0, 1, 0, 0);
                    case "rejected" -> new SwapCounts(0, 0, 1, 0);
                    default -> new SwapCounts(0, 0, 0, 1);
                  });
          settledBytes += settled.bytes();
        }
        case RunEvent.Profiled profiled -> assertTrue(profiled.samples() >= 1);
        case RunEvent.Compared compared -> assertShares(List.of(compared.errorRate()));
        case RunEvent.AccountSpent spent -> assertTrue(spent.epsilon() >= 0);
        case RunEvent.Revoked revoked -> fail("nobody took a lease back: " + revoked);
        case RunEvent.Changed changed -> assertShares(List.of(changed.before(), changed.after()));
        case RunEvent.Ignored ignored -> fail("no device of a simulation lies: " + ignored);
        case RunEvent.Grouped grouped -> assertTrue(!grouped.groups().isEmpty());
        case RunEvent.Reputations reputations ->
            reputations
                .standings()
                .forEach(
                    standing -> assertShares(List.of(standing.quality(), standing.reliability())));
        case RunEvent.Stopped stopped -> assertEquals(method.stopped(), stopped.reason());
      }
    }
    assertEquals(seen, method.swaps());
    SwapCounts swaps = method.swaps();
    assertTrue(
        swaps.accepted() + swaps.rejected() + swaps.expired() <= swaps.ordered(), swaps::toString);
    assertTrue(settledBytes <= method.bytes().moved(), "swaps moved more than all");
    double given = method.devices().stream().mapToDouble(DeviceResult::given).sum();
    double received = method.devices().stream().mapToDouble(DeviceResult::received).sum();
    assertEquals(given, received, 1e-6, "what is given is received");
    assertEquals(swaps.accepted() > 0, received > 0);
  }

  private static void assertShares(List<Double> values) {
    for (double value : values) {
      assertTrue(value >= 0 && value <= 1, () -> value + " is no share");
    }
  }

  private static void assertKeys(JsonNode node, String... keys) {
    for (String key : keys) {
      assertTrue(node.has(key), () -> key + " is missing in " + node);
    }
  }
}
