package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that was stopped, in whatever way, ends as if it had not been. */
final class ResumeTest {
  private static final int ROUNDS = 12;
  private static final String CHECKPOINT = "checkpoint.cbor";
  private static final String PREVIOUS = "checkpoint.previous.cbor";

  @TempDir static Path shared;
  @TempDir Path directory;

  private static RunFiles undisturbed;

  @BeforeAll
  static void runUndisturbed() {
    SmallData.write(shared.resolve("data.csv"), SmallData.classes(8, 40));
    Path out = shared.resolve("undisturbed");
    Shell.done(settings("simulate", out));
    undisturbed = new RunFiles(out);
  }

  @Test
  @Tag("slow")
  void aKilledRunEndsWithTheSameBytes() throws Exception {
    Path out = directory.resolve("run");
    kill(out, 3, settings("simulate", out));
    kill(out, 7, "simulate", "--resume", out.toString(), "--threads", "1");
    Shell.done("simulate", "--resume", out.toString());
    assertSameAs(undisturbed, new RunFiles(out));
  }

  @Test
  @Tag("slow")
  void aKilledComparisonEndsWithTheSameTable() throws Exception {
    String[] methods = {"--methods", "fine-tune,groups-deficit", "--seeds", "1"};
    Path whole = directory.resolve("whole");
    Shell.done(settings("compare", whole, methods));
    Path out = directory.resolve("run");
    kill(out, 4, settings("compare", out, methods));
    kill(out, ROUNDS + 4, "compare", "--resume", out.toString());
    Shell.done("compare", "--resume", out.toString());
    assertEquals(new RunFiles(whole).summary(), new RunFiles(out).summary());
    assertEquals(new RunFiles(whole).rounds(), new RunFiles(out).rounds());
    assertEquals(new RunFiles(whole).events(), new RunFiles(out).events());
  }

  /** Starts a command and kills it, as {@code kill -9} does, once there are so many rounds. */
  private static void kill(Path out, int rounds, String... arguments) throws Exception {
    Path log = out.resolveSibling("log");
    Process process = Shell.start(log, arguments);
    try {
      Path lines = out.resolve("rounds.jsonl");
      long deadline = System.nanoTime() + 120_000_000_000L;
      while (!Files.exists(lines) || countLines(lines) < rounds) {
        assertTrue(process.isAlive(), () -> "it ended before it could be killed: " + text(log));
        assertTrue(System.nanoTime() < deadline, () -> "it takes too long: " + text(log));
        Thread.sleep(5);
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertFalse(Files.exists(out.resolve("summary.json")), "it ended before it was killed");
  }

  private static long countLines(Path file) throws IOException {
    return Files.readString(file).chars().filter(c -> c == '\n').count();
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "no log, " + e;
    }
  }

  /** The last checkpoint of a run, which says that it has stopped, is what is gone on from. */
  @ParameterizedTest
  @ValueSource(strings = {"damaged", "missing"})
  void theCheckpointBeforeIsUsedAndSaidSo(String how) throws IOException {
    Path out = copyOfUndisturbed();
    Path checkpoint = out.resolve(CHECKPOINT);
    if (how.equals("damaged")) {
      flipAByte(checkpoint);
    } else {
      Files.delete(checkpoint);
    }
    Shell shell = Shell.done("simulate", "--resume", out.toString());
    String said = shell.err().lines().findFirst().orElse("");
    assertTrue(
        said.startsWith("kula: going on from '%s': ".formatted(out.resolve(PREVIOUS))), said);
    assertTrue(said.contains(how) && said.contains(CHECKPOINT), said);
    assertSameAs(undisturbed, new RunFiles(out));
  }

  @Test
  void aRunWithoutACheckpointStartsAnew() throws IOException {
    Path out = copyOfUndisturbed();
    Files.delete(out.resolve(CHECKPOINT));
    Files.delete(out.resolve(PREVIOUS));
    Shell shell = Shell.done("simulate", "--resume", out.toString());
    assertTrue(shell.err().contains("has no checkpoint, the run starts anew"), shell.err());
    assertSameAs(undisturbed, new RunFiles(out));
  }

  @Test
  void whatCameOfGroupsIsKnownAgain() throws IOException {
    Path out = copyOfUndisturbed();
    Files.delete(out.resolve("summary.json"));
    Shell shell = Shell.done("simulate", "--resume", out.toString());
    String line = shell.out().lines().filter(l -> l.contains("Groups ")).findFirst().orElse("");
    assertTrue(line.contains(" nats a sample"), shell.out());
    assertEquals(undisturbed.summary(), new RunFiles(out).summary());
  }

  @Test
  void aFinishedRunIsShownAgain() throws IOException {
    Path out = copyOfUndisturbed();
    Shell shell = Shell.done("simulate", "--resume", out.toString());
    assertEquals("", shell.err());
    assertTrue(shell.out().contains("personal accuracy"), shell.out());
    assertSameAs(undisturbed, new RunFiles(out));
  }

  @Test
  void damagedCheckpointsAreTheUsersToReplace() throws IOException {
    Path out = copyOfUndisturbed();
    flipAByte(out.resolve(CHECKPOINT));
    Path previous = out.resolve(PREVIOUS);
    byte[] whole = Files.readAllBytes(previous);
    Files.write(previous, Arrays.copyOf(whole, whole.length / 2));
    assertMistake(out, "checkpoint.cbor' is damaged", "restore it from a copy or start the run");
  }

  @Test
  void linesThatWereCutAreNoticed() throws IOException {
    Path out = copyOfUndisturbed();
    Path rounds = out.resolve("rounds.jsonl");
    Files.writeString(rounds, Files.readString(rounds).substring(100));
    assertMistake(out, "rounds.jsonl' has", "its checkpoint covers", "start the run anew");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--lr 0.2          | with lr 0.05, not 0.2; leave the flag out or start a new run",
        "--rounds 99       | with rounds 12, not 99; leave the flag out",
        "--epsilon inf     | with epsilon 8.0, not inf; leave the flag out",
        "--data idx:x      | data.csv, not idx:x; leave the flag out",
        "--target-accuracy 0.5 | with target-accuracy unset, not 0.5; leave the flag out",
        "--out elsewhere   | --out is 'elsewhere', must be left out with --resume"
      })
  void anotherConfigurationIsRefused(String flag, String words) throws IOException {
    Path out = copyOfUndisturbed();
    assertMistake(out, flag.split(" "), words);
  }

  @Test
  void anotherCommandIsRefused() throws IOException {
    Path out = copyOfUndisturbed();
    Shell shell = Shell.run("compare", "--resume", out.toString());
    assertEquals(2, shell.exitCode(), shell.err());
    assertEquals(
        "kula: --resume '%s' is a run of kula simulate, not of kula compare; use kula simulate"
                .formatted(out)
            + " --resume %s\n".formatted(out),
        shell.err());
  }

  private static void assertMistake(Path out, String... words) throws IOException {
    assertMistake(out, new String[0], words);
  }

  /** One line, and the run as it was. */
  private static void assertMistake(Path out, String[] flags, String... words) throws IOException {
    RunFiles run = new RunFiles(out);
    List<String> names = run.names();
    byte[] rounds = Files.readAllBytes(out.resolve("rounds.jsonl"));
    List<String> arguments = new ArrayList<>(List.of("simulate", "--resume", out.toString()));
    arguments.addAll(List.of(flags));
    Shell shell = Shell.run(arguments.toArray(String[]::new));
    assertEquals(2, shell.exitCode(), shell.err());
    assertEquals("", shell.out());
    assertEquals(1, shell.err().lines().count(), shell.err());
    for (String word : words) {
      assertTrue(shell.err().contains(word), shell.err());
    }
    assertEquals(names, run.names());
    assertArrayEquals(rounds, Files.readAllBytes(out.resolve("rounds.jsonl")));
  }

  private static void assertSameAs(RunFiles expected, RunFiles actual) throws IOException {
    assertArrayEquals(expected.models(), actual.models());
    assertEquals(expected.rounds(), actual.rounds());
    assertEquals(expected.events(), actual.events());
    assertEquals(expected.summary(), actual.summary());
    assertEquals(expected.names(), actual.names());
  }

  private static void flipAByte(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }

  private Path copyOfUndisturbed() throws IOException {
    Path out = Files.createDirectory(directory.resolve("run"));
    try (Stream<Path> files = Files.list(undisturbed.directory())) {
      for (Path file : files.toList()) {
        Files.copy(file, out.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    return out;
  }

  private static String[] settings(String command, Path out, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                command,
                "--data=csv:" + shared.resolve("data.csv"),
                "--partition=natural",
                "--model=mlp:16",
                "--lr=0.05",
                "--rounds=" + ROUNDS,
                "--swap-every=2",
                "--swap-budget=0.3",
                "--participation=0.7",
                "--out=" + out));
    if (command.equals("simulate")) { // in a comparison, methods say so
      arguments.add("--groups=auto");
      arguments.add("--keep-every=5");
    }
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }
}
