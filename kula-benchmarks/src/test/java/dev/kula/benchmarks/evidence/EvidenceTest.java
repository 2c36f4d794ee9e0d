package dev.kula.benchmarks.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.app.Figures;
import dev.kula.benchmarks.evidence.Tuned.Choice;
import dev.kula.benchmarks.evidence.Tuned.Trial;
import dev.kula.round.Comparisons.Spread;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The study from tuning to tables, made small. */
final class EvidenceTest {
  private static final Path COMMITTED = Path.of("evidence");

  private static final String SMALL =
      """
      common: --data csv:DATA --model softmax --devices 8 --rounds 8 --swap-every 4
      scenarios: {own: last-round, poisoned: last-round, drift: over-time}
      tuning-seeds: [101]
      seeds: [1, 2]
      reference: fine-tune
      standard: groups
      oracle: pooled-fine-tune
      privacy:
        arguments: --protect all --batch 100000 --data csv:DATA --model softmax --devices 8 --rounds 6 --swap-every 3
        epsilons: ["8"]
        tuned-at: "8"
        scenarios: [own]
        seeds: 1
        methods: {fine-tune: {grid: rates}, random: {grid: rates}}
      grids: {rates: ["", --lr 0.00001]}
      methods:
        fine-tune: {grid: rates}
        groups: {grid: rates, own: ["", --swap-every 1]}
        pooled-fine-tune: {grid: rates}
        random: {grid: rates}
      """;

  @TempDir Path directory;
  private String said = "";

  /** Four classes on a circle, so small that a run takes no time to speak of. */
  @BeforeEach
  void writeDataAndStudy() throws IOException {
    Random random = new Random(1);
    List<String> lines = new ArrayList<>(List.of("a,b,label"));
    for (int i = 0; i < 800; i++) {
      double angle = Math.PI / 2 * (i % 4);
      lines.add(
          String.format(
              Locale.ROOT,
              "%.3f,%.3f,%s",
              Math.cos(angle) + 0.3 * random.nextGaussian(),
              Math.sin(angle) + 0.3 * random.nextGaussian(),
              "wxyz".charAt(i % 4)));
    }
    Files.write(directory.resolve("data.csv"), lines);
    write(SMALL);
  }

  private void write(String study) throws IOException {
    Files.writeString(
        directory.resolve("study.yaml"),
        study.replace("DATA", directory.resolve("data.csv").toString()));
  }

  private int run(String command, String... more) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    String[] arguments = new String[7 + more.length];
    arguments[0] = command;
    String[] places = {"--study", "study.yaml", "--tuned", "tuned.yaml", "--cache", "cache"};
    for (int i = 0; i < places.length; i++) {
      arguments[1 + i] = i % 2 == 0 ? places[i] : directory.resolve(places[i]).toString();
    }
    System.arraycopy(more, 0, arguments, 7, more.length);
    int code = new Evidence(new PrintStream(bytes, true, StandardCharsets.UTF_8)).run(arguments);
    said = bytes.toString(StandardCharsets.UTF_8);
    return code;
  }

  @Test
  @Tag("slow")
  void tunesReportsAndRunsNothingTwice() throws IOException {
    assertEquals(0, run("tune", "--scenarios", "own"), said);
    Tuned tuned = Tuned.read(directory.resolve("tuned.yaml"));
    assertEquals(4, tuned.methods().size());
    assertEquals(Set.of("fine-tune", "random"), tuned.noised().keySet());
    tuned
        .methods()
        .forEach(
            (method, choice) -> {
              assertEquals("", choice.chosen(), "a rate near 0 learns nothing");
              assertTrue(
                  choice.tried().get(0).mean() > choice.tried().get(1).mean(), choice.toString());
            });

    Path table = directory.resolve("tables.md");
    assertEquals(0, run("report", "--out", table.toString()), said);
    assertTrue(said.contains("evidence: runs made: 24,"), said);
    String tables = Files.readString(table);
    Path runs = directory.resolve("cache/fine-tune/own");
    double[] accuracies = new double[2];
    for (int seed = 1; seed <= 2; seed++) {
      Path run = new Run("fine-tune", "own", study().common(), seed).place();
      accuracies[seed - 1] =
          Outcome.read(directory.resolve("cache").resolve(run)).seed().personalAccuracy();
    }
    assertTrue(Files.isDirectory(runs));
    assertTrue(tables.contains("|  | own | poisoned | drift *(over time)* |"), tables);
    String expected = "| fine-tune | %s |".formatted(Figures.percent(Spread.of(accuracies), 2));
    assertTrue(tables.contains(expected), expected + " in " + tables);
    String noised = tables.substring(tables.indexOf("**With noise"));
    assertTrue(noised.contains("|  | own, ε = 8 |"), noised);
    assertTrue(noised.contains("| random | – |"), "samples without noise: " + noised);
    assertTrue(tables.contains("`groups` against the best of all others here, `"));
    assertTrue(
        tables.contains("- pooled-fine-tune, poisoned: kula: --attack is 'label-flip'"), tables);

    assertEquals(0, run("report", "--out", table.toString()), said);
    assertTrue(said.contains("evidence: runs made: 0,"), said);
    assertEquals(tables, Files.readString(table));

    // Killed in the middle: there is no summary yet.
    Files.delete(
        directory
            .resolve("cache")
            .resolve(new Run("groups", "own", study().common(), 2).place())
            .resolve("summary.json"));
    assertEquals(0, run("report", "--out", table.toString(), "--minutes", "0"), said);
    assertTrue(said.contains("evidence: 3 runs to make, 23 are there"), said);
    assertTrue(Files.readString(table).contains("No results: groups."), "never over fewer seeds");
    assertEquals(0, run("report", "--out", table.toString()), said);
    assertTrue(said.contains("evidence: runs made: 1,"), said);
    assertEquals(tables, Files.readString(table));
  }

  private Study study() {
    return Study.read(directory.resolve("study.yaml"));
  }

  @Test
  void mistakesAreOneLine() throws IOException {
    assertEquals(2, run("tune", "--methods", "magic"));
    assertEquals(
        "--methods has 'magic', must be of [fine-tune, groups, pooled-fine-tune, random]; correct it\n",
        said);
    write(SMALL.replace("[1, 2]", "[1, 101]"));
    assertEquals(2, run("report"));
    assertTrue(said.startsWith("study: a seed is for tuning and reporting: [1, 101]"), said);
    write(SMALL.replace("swap-every 1]", "swap-every 1, --swap-every 2]"));
    assertEquals(2, run("report"));
    assertTrue(said.contains("groups has 3, fine-tune has 2"), said);
  }

  @Test
  void theBestOfThoseThatRanMostOftenIsChosen() {
    Choice choice =
        Choice.of(
            List.of(101L),
            List.of(
                Trial.of("--lr 1", Map.of("own", 0.9)),
                Trial.of("--lr 2", Map.of("own", 0.8, "mixed", 0.6)),
                Trial.of("--lr 3", Map.of("own", 0.7, "mixed", 0.8)),
                Trial.of("--lr 4", Map.of("own", 0.8, "mixed", 0.7))));
    assertEquals("--lr 3", choice.chosen());
    assertEquals(0.75, choice.tried().get(2).mean());
  }

  /** What is committed: equal effort, and choices of what is tried today. */
  @Test
  void theCommittedStudyIsFair() {
    Study study = Study.read(COMMITTED.resolve("study.yaml"));
    for (String method : study.methods().keySet()) {
      assertEquals(6, new HashSet<>(study.settings(method)).size(), method);
      assertEquals("", study.settings(method).getFirst(), "the defaults are among them");
    }
    study
        .methods()
        .forEach(
            (method, from) ->
                assertEquals(
                    from.grid().equals("fine-tuned") ? 1 : 0,
                    study.settings(method).stream()
                        .filter(settings -> settings.contains("--label-prior fleet"))
                        .count(),
                    "what groups know of labels, all may know: " + method));
    assertEquals(List.of(101L, 102L), study.tuningSeeds());
    Tuned tuned = Tuned.read(COMMITTED.resolve("tuned.yaml"));
    tuned.methods().forEach((method, choice) -> assertChosen(study, method, choice));
    tuned.noised().forEach((method, choice) -> assertChosen(study.underNoise(), method, choice));
  }

  private static void assertChosen(Study study, String method, Choice choice) {
    assertEquals(study.tuningSeeds(), choice.seeds(), method);
    assertEquals(study.settings(method), choice.tried().stream().map(Trial::settings).toList());
    assertEquals(Choice.of(choice.seeds(), choice.tried()), choice);
  }
}
