package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KulaTest {
  @TempDir Path directory;

  /** A value other than the default for every flag. */
  private static final Map<Flag, String> OTHERS =
      Map.ofEntries(
          Map.entry(Flag.DATA, "csv:a.csv"),
          Map.entry(Flag.DEVICE_COLUMN, "who"),
          Map.entry(Flag.TIME_COLUMN, "when"),
          Map.entry(Flag.LABEL_COLUMN, "what"),
          Map.entry(Flag.TASK, "regression"),
          Map.entry(Flag.PARTITION, "natural"),
          Map.entry(Flag.DEVICES, "7"),
          Map.entry(Flag.SPLIT, "time:0.5"),
          Map.entry(Flag.TARGET, "recent"),
          Map.entry(Flag.SCENARIO, "drift"),
          Map.entry(Flag.SHIFT, "labels:3"),
          Map.entry(Flag.COURSE, "gradual"),
          Map.entry(Flag.GROUPS, "trials"),
          Map.entry(Flag.LABEL_PRIOR, "fleet"),
          Map.entry(Flag.BASE, "0.1"),
          Map.entry(Flag.MODEL, "mlp:64,32"),
          Map.entry(Flag.ROUNDS, "3"),
          Map.entry(Flag.LOCAL_EPOCHS, "2"),
          Map.entry(Flag.BATCH, "16"),
          Map.entry(Flag.LR, "0.1"),
          Map.entry(Flag.PARTICIPATION, "0.5"),
          Map.entry(Flag.EXAMINED, "0.25"),
          Map.entry(Flag.SPILL_ABOVE, "100"),
          Map.entry(Flag.STRATEGY, "fedprox:0.1"),
          Map.entry(Flag.CLUSTERS, "4"),
          Map.entry(Flag.ROBUST, "trimmed-mean:0.25"),
          Map.entry(Flag.UPDATE_BITS, "8"),
          Map.entry(Flag.ATTACK, "sign-flip:2.0"),
          Map.entry(Flag.ATTACKERS, "0.1"),
          Map.entry(Flag.TARGET_ACCURACY, "0.8"),
          Map.entry(Flag.PERSONALIZATION, "local"),
          Map.entry(Flag.FINE_TUNE_LR, "0.05"),
          Map.entry(Flag.FINE_TUNE_EPOCHS, "7"),
          Map.entry(Flag.FINE_TUNE_SCOPE, "all"),
          Map.entry(Flag.POLICY, "static:0.05"),
          Map.entry(Flag.EXCHANGE, "raw"),
          Map.entry(Flag.PACE, "buffer:7"),
          Map.entry(Flag.SELECTION, "uniform"),
          Map.entry(Flag.SWAP_EVERY, "4"),
          Map.entry(Flag.SWAP_BUDGET, "0.2"),
          Map.entry(Flag.SWAP_MEGABYTES, "12.5"),
          Map.entry(Flag.EPSILON, "2.5"),
          Map.entry(Flag.PROTECT, "all"),
          Map.entry(Flag.PRIVACY_UNIT, "device"),
          Map.entry(Flag.CLIP, "0.5"),
          Map.entry(Flag.CLIP_QUANTILE, "0.5"),
          Map.entry(Flag.PRIVACY_SHARES, "0.1,0.1,0.2,0.6"),
          Map.entry(Flag.SECURE_AGGREGATION, "sparse"),
          Map.entry(Flag.SEED, "-5"),
          Map.entry(Flag.SEEDS, "2"),
          Map.entry(Flag.METHODS, "fedavg,deficit"),
          Map.entry(Flag.FLEET, "local"),
          Map.entry(Flag.THREADS, "3"),
          Map.entry(Flag.OUT, "runs/x"),
          Map.entry(Flag.RESUME, "runs/y"),
          Map.entry(Flag.KEEP_EVERY, "5"),
          Map.entry(Flag.FROM_ROUND, "10"));

  @Test
  void everyFlagIsParsed() {
    assertEquals(Flag.values().length, OTHERS.size());
    List<String> arguments = new ArrayList<>(List.of("simulate"));
    for (Flag flag : Kula.simulateFlags()) {
      arguments.addAll(List.of(flag.option(), OTHERS.getOrDefault(flag, "")));
    }
    Console console = new Console();
    assertEquals(0, console.run(arguments.toArray(String[]::new)), console.err());
    Map<String, Object> settings = console.asked().asMap();
    for (Flag flag : Kula.simulateFlags()) {
      assertEquals(OTHERS.get(flag), String.valueOf(settings.get(flag.key())), flag.option());
    }
  }

  @Test
  void compareAlsoTakesSeedsAndMethods() {
    Console console = new Console();
    assertEquals(0, console.run("compare", "--seeds=2", "--methods", "fine-tune, deficit"));
    assertEquals(2, console.asked().seeds());
    assertEquals(List.of("fine-tune", "deficit"), console.asked().methods());
    assertMistake("'--seeds' is not an option of kula simulate", "simulate", "--seeds", "2");
  }

  @Test
  void compareRefusesWhatItsMethodsSet() {
    assertMistake("must be left to each method", "compare", "--policy", "random");
    assertMistake("must be left to each method", "compare", "--personalization", "none");
    Console console = new Console();
    assertEquals(0, console.run("compare", "--strategy=fedprox:0.1", "--policy=static:0.2"));
    assertEquals("fedprox:0.1", console.asked().strategy());
    assertMistake("must be left to each method", "compare", "--strategy", "scaffold");
    Console clusters = new Console();
    assertEquals(0, clusters.run("compare", "--strategy=fedadam:0.1", "--clusters=2"));
    assertEquals(2, clusters.asked().clusters());
  }

  @Test
  void aFlagOverridesTheConfigurationFileAndThatTheDefault() throws IOException {
    Path file =
        Files.writeString(directory.resolve("kula.yaml"), "devices: 10\nrounds: 5\nseeds: 3\n");
    Console console = new Console();
    assertEquals(0, console.run("simulate", "--rounds", "6", "--config", file.toString()));
    assertEquals(10, console.asked().devices());
    assertEquals(6, console.asked().rounds());
    assertEquals(32, console.asked().batch());
  }

  @Test
  void aResumedRunKeepsItsSettingsUnlessTheyAreGiven() throws IOException {
    Path file = Files.writeString(directory.resolve("kula.yaml"), "rounds: 5\nresume: runs/a\n");
    Console console =
        new Console(
            Map.of("devices", 10, "rounds", 9, "lr", 0.2),
            settings -> new Runner.Finished(Results.simulated(), directory));
    assertEquals(0, console.run("simulate", "--config", file.toString(), "--lr", "0.3"));
    assertEquals(10, console.asked().devices());
    assertEquals(5, console.asked().rounds());
    assertEquals(0.3, console.asked().lr());
    assertEquals("runs/a", console.asked().resume());
  }

  private Runner.Finished finished() {
    return new Runner.Finished(Results.simulated(), directory);
  }

  @Test
  void aRunThatGoesBackGoesOnElsewhere() throws IOException {
    Path file = Files.writeString(directory.resolve("kula.yaml"), "from-round: 3\n");
    for (List<String> back :
        List.of(List.of("--from-round", "3"), List.of("--config", file.toString()))) {
      Console console = new Console(Map.of("out", "runs/a", "rounds", 9), settings -> finished());
      List<String> arguments = new ArrayList<>(List.of("simulate", "--resume", "runs/a"));
      arguments.addAll(back);
      assertEquals(0, console.run(arguments.toArray(String[]::new)), console.err());
      assertEquals(3, console.asked().fromRound());
      assertNull(console.asked().out());
      arguments.addAll(List.of("--out", "runs/b"));
      Console named = new Console(Map.of("out", "runs/a"), settings -> finished());
      assertEquals(0, named.run(arguments.toArray(String[]::new)), named.err());
      assertEquals("runs/b", named.asked().out());
    }
    assertMistake(
        "--from-round is '3', must come with the run to go back in; add --resume DIR",
        "simulate",
        "--from-round",
        "3");
    assertMistake("--from-round is '0', must be", "simulate", "--from-round", "0");
    assertMistake("'--keep-every' is not an option", "compare", "--keep-every", "3");
  }

  @Test
  void adviseTakesItsDataAsAnArgumentAndHasDefaultsOfItsOwn() {
    Console console = new Console();
    assertEquals(0, console.run("advise", "csv:x.csv", "--lr", "0.2"), console.err());
    assertEquals("csv:x.csv", console.asked().data());
    assertEquals("natural", console.asked().partition());
    assertEquals("local", console.asked().target());
    assertEquals(0, console.asked().base());
    assertEquals(0.2, console.asked().lr());
    assertTrue(console.out().contains("Run next: FedAvg + fine-tune."), console.out());
    Console other = new Console();
    assertEquals(0, other.run("advise", "--partition", "classes:2", "--target", "recent"));
    assertEquals("fashion-mnist", other.asked().data());
    assertEquals("classes:2", other.asked().partition());
    assertEquals("recent", other.asked().target());
    assertMistake("'--methods' is not an option of kula advise", "advise", "--methods", "fedavg");
    assertMistake("--data", "advise", "pictures");
  }

  @Test
  void dataTakesItsDataAsAnArgument() {
    Console console = new Console();
    assertEquals(0, console.run("data", "csv:x.csv", "--partition", "natural"));
    assertEquals("csv:x.csv", console.asked().data());
    assertMistake("--data is 'mnist', must be fashion-mnist", "data", "mnist");
  }

  @ParameterizedTest
  @ValueSource(strings = {"simulate", "compare", "advise", "data", "audit"})
  void helpNamesEveryFlagOfTheCommand(String command) {
    Console console = new Console();
    assertEquals(0, console.run(command, "--help"));
    assertEquals("", console.err());
    String help = console.out();
    for (Flag flag : Flag.values()) {
      boolean expected =
          switch (command) {
            case "simulate" -> flag != Flag.SEEDS && flag != Flag.METHODS;
            case "compare" -> flag != Flag.KEEP_EVERY && flag != Flag.FROM_ROUND;
            case "advise" -> flag != Flag.DATA && !AdvicePlan.NOT_TAKEN.contains(flag);
            case "audit" ->
                Kula.AUDIT_FLAGS.contains(flag)
                    || flag == Flag.EXCHANGE
                    || flag == Flag.PROTECT
                    || flag == Flag.PRIVACY_UNIT;
            default -> Kula.DATA_FLAGS.contains(flag);
          };
      assertEquals(expected, help.contains(flag.option() + "="), flag.option());
    }
    assertTrue(help.contains("--config=FILE"), help);
    assertTrue(help.contains("Default: dirichlet:0.1"), help);
    assertTrue(help.lines().allMatch(line -> line.length() <= 100), help);
  }

  @Test
  void theRootHasHelpAndVersion() {
    Console help = new Console();
    assertEquals(0, help.run("--help"));
    assertTrue(help.out().contains("simulate") && help.out().contains("compare"), help.out());
    Console version = new Console();
    assertEquals(0, version.run("--version"));
    assertTrue(version.out().startsWith("kula "), version.out());
  }

  @Test
  void mistypedWordsAreGuessed() {
    assertMistake("'simluate' is not a command of kula; did you mean simulate?", "simluate");
    assertMistake(
        "'--devcies' is not an option of kula simulate; did you mean --devices?",
        "simulate",
        "--devcies=3");
    assertMistake("did you mean deficit?", "simulate", "--policy", "deficti");
    assertMistake("'x' is not an argument of kula simulate", "simulate", "x");
  }

  @Test
  void whatTheCommandLineLacksOrRepeatsIsNamed() {
    assertMistake(
        "no command is given, must be one of simulate, compare, advise, privacy, data, audit,"
            + " orchestrate, monitor, device, dashboard, gateway, aggregate, audit-trail, pki, store,"
            + " export, tables, diff");
    assertMistake("--devices has no value", "simulate", "--devices");
    assertMistake("--devices has no value", "simulate", "--devices", "--rounds", "3");
    assertMistake(
        "--devices is given as 1 and as 2, must be given once",
        "simulate",
        "--devices=1",
        "--seed=4",
        "--devices=2");
    assertMistake("--config is 'none.yaml', must be a file", "simulate", "--config", "none.yaml");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--devices=0",
        "--devices=ten",
        "--rounds=0",
        "--participation=0",
        "--swap-budget=1.5",
        "--epsilon=0",
        "--base=0.6",
        "--lr=nan",
        "--batch=0",
        "--threads=0",
        "--fleet=spark:",
        "--partition=dirichlet:0",
        "--data=",
        "--out=a\nb",
        "--resume="
      })
  void aBrokenRuleIsTheUsersMistake(String argument) {
    if (argument.startsWith("--out")) {
      Console console = new Console();
      assertEquals(0, console.run("simulate", argument));
    } else {
      assertMistake(argument.replaceFirst("=.*", "") + " is '", "simulate", argument);
    }
  }

  @Test
  void seedsAreChecked() {
    assertMistake("--seeds is '0'", "compare", "--seeds", "0");
    assertMistake("did you mean", "compare", "--methods", "deficitt");
  }

  @Test
  void markdownIsRefusedBeforeTheRun() {
    assertMistake(
        "--markdown is",
        "compare",
        "--markdown",
        directory.resolve("none").resolve("x.md").toString());
  }

  @Test
  void compareWritesMarkdown() throws IOException {
    Path file = directory.resolve("table.md");
    Console console =
        new Console(Map.of(), settings -> new Runner.Finished(Results.compared(), directory));
    assertEquals(0, console.run("compare", "--markdown", file.toString()), console.err());
    assertEquals(ResultTable.of(Results.compared()).markdown(), Files.readString(file));
    assertTrue(console.out().contains("FedAvg + fine-tune"), console.out());
  }

  @Test
  void theMachinesFailureIsOneLineAndExitCode1() {
    Console full =
        failing(
            new UncheckedIOException(
                new FileSystemException("runs/1/x", null, "No space left on device")));
    assertEquals(1, full.run("simulate"));
    assertEquals(
        "kula: runs/1/x: No space left on device; check the disk and who may write\n", full.err());
    assertEquals("", full.out());
    Console resource =
        failing(KulaException.resource("the library is missing", new IOException("x")));
    assertEquals(1, resource.run("simulate"));
    assertEquals("kula: the library is missing\n", resource.err());
  }

  @Test
  void aDefectIsOneLineAndItsStackTraceIsKept() throws IOException {
    Console console = failing(new IllegalStateException("two\nlines"));
    assertEquals(1, console.run("simulate"));
    assertEquals(1, console.err().lines().count(), console.err());
    assertTrue(console.err().contains("internal error: "), console.err());
    Path trace = Path.of(console.err().strip().replaceFirst(".* with ", ""));
    assertTrue(Files.readString(trace).contains("IllegalStateException"));
    Files.delete(trace);
    Console shown = failing(new IllegalStateException("x"));
    assertEquals(1, shown.run("simulate", "--stacktrace"));
    assertTrue(shown.err().contains("\tat dev.kula"), shown.err());
  }

  @Test
  void anErrorOfTheVirtualMachineIsCaughtToo() {
    Console console =
        new Console(
            Map.of(),
            settings -> {
              throw new OutOfMemoryError("Java heap space");
            });
    assertEquals(1, console.run("simulate"));
    assertTrue(console.err().startsWith("kula: memory is used up, heap is "), console.err());
    assertEquals(1, console.err().lines().count(), console.err());
  }

  private static Console failing(RuntimeException failure) {
    return new Console(
        Map.of(),
        settings -> {
          throw failure;
        });
  }

  private static void assertMistake(String expected, String... arguments) {
    Console console = new Console();
    assertEquals(2, console.run(arguments), console.err());
    assertTrue(console.nothingAsked());
    assertEquals("", console.out());
    assertEquals(1, console.err().lines().count(), console.err());
    assertTrue(console.err().startsWith("kula: "), console.err());
    assertTrue(console.err().contains(expected), console.err());
  }
}
