package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs of {@code kula advise} on data of which the right advice is known. */
final class AdviseTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int LABELS = 4;
  private static final int COLUMNS = 6;

  @TempDir Path directory;

  /**
   * Rows of devices that see the same things.
   *
   * @param name of a thing on a device
   */
  private Path file(int devices, int each, double noise, IntBinaryOperator name) {
    Random random = new Random(4);
    double[][] things = new double[LABELS][COLUMNS];
    for (double[] thing : things) {
      Arrays.setAll(thing, c -> random.nextGaussian());
    }
    List<String> lines = new ArrayList<>(List.of("device,a,b,c,d,e,f,label"));
    for (int device = 0; device < devices; device++) {
      for (int row = 0; row < each; row++) {
        int thing = random.nextInt(LABELS);
        StringBuilder line = new StringBuilder("d%02d".formatted(device));
        for (double value : things[thing]) {
          line.append(",%.3f".formatted(value + noise * random.nextGaussian()));
        }
        lines.add(line + ",n" + name.applyAsInt(device, thing));
      }
    }
    return SmallData.write(directory.resolve("rows.csv"), lines);
  }

  private Shell advise(Path file, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("advise", "csv:" + file, "--out", directory.resolve("run").toString()));
    arguments.addAll(List.of(more));
    return Shell.done(arguments.toArray(String[]::new));
  }

  private static void assertAnswer(Shell shell, String question, String verdict) {
    assertTrue(
        shell.out().lines().anyMatch(line -> line.matches(question + " +" + verdict + ": .*")),
        () -> "not '%s: %s' in%n%s".formatted(question, verdict, shell.out()));
  }

  @Test
  @Tag("slow")
  void alikeDevicesShallFederateAndNeitherGroupNorSwap() throws IOException {
    Path file = file(30, 300, 0.8, (device, thing) -> thing);
    Shell shell = advise(file, "--model", "mlp:16", "--rounds", "8", "--seeds", "4");
    assertAnswer(shell, "labels", "(no|cannot tell from this much data)");
    assertAnswer(shell, "features", "no");
    assertAnswer(shell, "quantity", "no");
    assertAnswer(shell, "federating", "yes");
    assertAnswer(shell, "groups", "no");
    assertAnswer(shell, "swaps", "no");
    assertTrue(shell.out().contains("Run next: FedAvg + fine-tune."), shell.out());
    assertFalse(shell.out().contains("\ntime"), "rows have no time");
    String page = Files.readString(directory.resolve("run/advice.html"));
    assertTrue(page.contains("\"verdict\":\"YES\"") && page.contains("is not private"));
    assertTrue(Files.exists(directory.resolve("run/report.html")));
  }

  @Test
  @Tag("slow")
  void conflictingNamesShallGroupAndTheCommandRuns() {
    Path file = file(24, 80, 0.5, (device, thing) -> (thing + 2 * (device % 2)) % LABELS);
    Shell shell = advise(file, "--model", "mlp:32", "--rounds", "12", "--seeds", "4");
    assertAnswer(shell, "groups", "yes");
    assertAnswer(shell, "concept", "yes");
    assertTrue(shell.out().contains("groups, deficit swaps"), "swaps are within groups");
    String command =
        shell.out().lines().filter(line -> line.startsWith("  ./kula ")).findFirst().orElseThrow();
    assertTrue(
        command.contains(" --groups trials") && command.contains(" --model mlp:32"), command);
    List<String> words = new ArrayList<>(List.of(command.strip().split(" ")));
    words.removeFirst();
    words.addAll(List.of("--out", directory.resolve("next").toString()));
    assertEquals(0, Shell.run(words.toArray(String[]::new)).exitCode(), command);
  }

  @Test
  void ofTwoTinyDevicesNothingCanBeTold() {
    Path file = file(2, 16, 0.8, (device, thing) -> thing);
    Shell shell = advise(file, "--model", "softmax", "--rounds", "6", "--seeds", "3");
    for (String question : List.of("labels", "features", "concept", "federating", "swaps")) {
      assertAnswer(shell, question, "cannot tell from this much data");
    }
    assertTrue(shell.out().contains("devices like these would tell, not 2."), shell.out());
  }

  @Test
  void ofSwapsThatWereNeverOrderedNothingCanBeTold() {
    Path file = file(6, 24, 0.8, (device, thing) -> thing);
    Shell shell = advise(file, "--model", "softmax", "--rounds", "4", "--seeds", "2");
    assertAnswer(shell, "swaps", "cannot tell from this much data");
    assertTrue(shell.out().contains("No swap was ordered. More rounds would tell"), shell.out());
  }

  @Test
  void aStoppedAdviceGoesOn() {
    Path file = file(6, 24, 0.8, (device, thing) -> thing);
    Shell whole = advise(file, "--model", "softmax", "--rounds", "4", "--seeds", "2");
    Shell again = Shell.done("advise", "--resume", directory.resolve("run").toString());
    assertEquals(whole.out(), again.out());
  }

  @Test
  void aRunIsAdvisedOnWithItsSettings() throws IOException {
    Path file = file(6, 24, 0.8, (device, thing) -> thing);
    Path earlier = directory.resolve("earlier");
    Shell.done(
        "simulate",
        "--data",
        "csv:" + file,
        "--partition",
        "natural",
        "--model",
        "softmax",
        "--rounds",
        "4",
        "--policy",
        "random",
        "--swap-every",
        "2",
        "--out",
        earlier.toString());
    Path run = directory.resolve("run");
    Shell.done("advise", earlier.toString(), "--seeds", "2", "--out", run.toString());
    JsonNode made = JSON.readTree(run.resolve("configuration.json").toFile());
    assertEquals("csv:" + file, made.path("data").asText());
    assertEquals("softmax", made.path("model").asText());
    assertEquals(4, made.path("rounds").asInt());
    assertEquals(2, made.path("seeds").asInt());
    JsonNode advice = JSON.readTree(run.resolve("advice.json").toFile());
    assertEquals("labels", advice.path("answers").path(0).path("question").asText());
    assertEquals(6, advice.path("devices").size());
    Files.writeString(earlier.resolve("fleet.json"), "{}");
    assertMistake("a run of devices with data of their own", earlier.toString());
  }

  @Test
  void aRegressionIsAdvisedToo() {
    Path file = SmallData.write(directory.resolve("plane.csv"), SmallData.plane(8, 40));
    Shell shell =
        advise(file, "--task", "regression", "--model", "softmax", "--rounds", "6", "--seeds", "2");
    assertAnswer(shell, "features", "yes");
    assertTrue(shell.out().contains("of the variance, not"), shell.out());
    assertTrue(shell.out().contains("later rows from its earlier ones"), "rows have times");
  }

  @Test
  void mistakesAreOneLine() {
    Path one = file(1, 20, 0.8, (device, thing) -> thing);
    assertMistake("the data have 1 device, must have at least 2", "csv:" + one);
    assertMistake("missing.csv", "csv:" + directory.resolve("missing.csv"));
    Path none = SmallData.write(directory.resolve("none.csv"), List.of("device,a", "x,1", "y,2"));
    assertMistake("label", "csv:" + none);
    Path few =
        SmallData.write(directory.resolve("few.csv"), List.of("device,a,label", "x,1,u", "y,2,v"));
    assertMistake("at least 4", "csv:" + few);
    Path words = file(3, 20, 0.8, (device, thing) -> thing);
    assertMistake("label", "csv:" + words, "--task", "regression");
  }

  private static void assertMistake(String part, String... arguments) {
    List<String> all = new ArrayList<>(List.of("advise"));
    all.addAll(List.of(arguments));
    Shell shell = Shell.run(all.toArray(String[]::new));
    assertEquals(Kula.USER_MISTAKE, shell.exitCode(), shell.err());
    assertEquals(1, shell.err().lines().count(), shell.err());
    assertTrue(shell.err().contains(part), shell.err());
  }
}
