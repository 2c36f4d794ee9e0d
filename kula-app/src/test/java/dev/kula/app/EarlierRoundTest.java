package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that goes back to a round ends as the one that never did. */
final class EarlierRoundTest {
  private static final String RUN =
      " --partition=natural --model=mlp:16 --lr=0.05 --rounds=10 --swap-every=2"
          + " --swap-budget=0.3 --participation=0.7 --protect=all";

  @TempDir static Path shared;
  @TempDir Path directory;
  private Path run = Path.of("");
  private Path back = Path.of("");

  @BeforeAll
  static void runUndisturbed() {
    SmallData.write(shared.resolve("data.csv"), SmallData.classes(8, 40));
    shell("simulate" + RUN + " --keep-every=4", "--out", shared.resolve("run").toString());
  }

  @BeforeEach
  void places() {
    run = shared.resolve("run");
    back = directory.resolve("back");
  }

  private static Shell shell(String words, String... more) {
    Shell shell = command(words, more);
    assertEquals(0, shell.exitCode(), shell.err());
    return shell;
  }

  private static Shell command(String words, String... more) {
    List<String> arguments = new ArrayList<>(Arrays.asList(words.split(" ", -1)));
    if (words.contains("--partition")) {
      arguments.add("--data=csv:" + shared.resolve("data.csv"));
    }
    arguments.addAll(List.of(more));
    return Shell.run(arguments.toArray(String[]::new));
  }

  private Shell goBack(Path from, int round) {
    return command("simulate --resume %s --from-round %d --out %s".formatted(from, round, back));
  }

  private static Map<String, byte[]> files(Path run) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(run)) {
      for (Path file : all.toList()) {
        files.put(String.valueOf(file.getFileName()), Files.readAllBytes(file));
      }
    }
    return files;
  }

  private static void assertSame(Path expected, Path actual) throws IOException {
    RunFiles one = new RunFiles(expected);
    RunFiles other = new RunFiles(actual);
    assertArrayEquals(one.models(), other.models());
    assertEquals(one.rounds(), other.rounds());
    assertEquals(one.events(), other.events());
    assertEquals(one.summary(), other.summary());
    assertEquals(one.names(), other.names());
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 8})
  void itIsTheRunThatNeverWentBack(int round) throws IOException {
    Map<String, byte[]> before = files(run);
    Shell shell = goBack(run, round);
    assertEquals(0, shell.exitCode(), shell.err());
    assertSame(run, back);
    Map<String, byte[]> after = files(run);
    assertEquals(before.keySet(), after.keySet());
    before.forEach((name, bytes) -> assertArrayEquals(bytes, after.get(name), name));
    // Lines of before were copied, seconds and all, and those after were made.
    String[] copied = text(run, "rounds.jsonl").split("\n", -1);
    String[] made = text(back, "rounds.jsonl").split("\n", -1);
    assertArrayEquals(Arrays.copyOf(copied, round), Arrays.copyOf(made, round));
    assertFalse(copied[round].equals(made[round]), "its seconds are those of the first run");
  }

  @Test
  void aRunWithoutKeptCheckpointsIsTheSame() throws IOException {
    Path plain = directory.resolve("plain");
    shell("simulate" + RUN, "--out", plain.toString());
    assertEquals(new RunFiles(plain).rounds(), new RunFiles(run).rounds());
    assertArrayEquals(new RunFiles(plain).models(), new RunFiles(run).models());
    Shell shell = goBack(plain, 4);
    assertMistake(shell, "--from-round is 4, but", "keeps its last checkpoint alone", "--keep-");
  }

  /** It has rounds of its own to go back to, and can be resumed, without going back again. */
  @Test
  void whatWentBackIsARunLikeOthers() throws IOException {
    assertEquals(0, goBack(run, 8).exitCode());
    Path again = directory.resolve("again");
    shell("simulate --resume %s --from-round 4 --out %s".formatted(back, again));
    assertSame(run, again);
    Files.copy(
        again.resolve("checkpoint.4.cbor"),
        again.resolve("checkpoint.cbor"),
        StandardCopyOption.REPLACE_EXISTING);
    Files.writeString(again.resolve("checkpoint.8.cbor"), "of a round that is not yet");
    shell("simulate --resume " + again);
    assertSame(run, again);
    Path third = directory.resolve("third");
    shell("simulate --resume %s --from-round 8 --out %s".formatted(again, third));
    assertSame(run, third);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "5  |            | --from-round is 5, must be a round whose checkpoint '%s' keeps: 4, 8; take",
        "10 |            | --from-round is 10, must be a round whose checkpoint '%s' keeps: 4, 8; take",
        "99 |            | --from-round is 99, must be a round whose checkpoint '%s' keeps: 4, 8; take",
        "0  |            | --from-round is '0', must be a whole number from 1",
        "4  | --lr 0.2   | is a run with lr 0.05, not 0.2; leave the flag out",
        "4  | --epsilon 9 | is a run with epsilon 8.0, not 9.0; leave the flag out"
      })
  void whatCannotBeIsToldInALine(int round, String flags, String words) throws IOException {
    String line = "simulate --resume %s --from-round %d --out %s".formatted(run, round, back);
    Shell shell = command(flags == null ? line : line + " " + flags);
    assertMistake(shell, words.formatted(run));
  }

  @Test
  void otherPlacesAndCommandsAreRefused() throws IOException {
    Shell taken = command("simulate --resume %s --from-round 4 --out %s".formatted(run, run));
    assertMistake(
        taken, "already holds a run; continue it with --resume or choose a new directory");
    Path file = Files.writeString(directory.resolve("kula.yaml"), "from-round: 4\n");
    Path compared = directory.resolve("compared");
    shell("compare" + RUN + " --seeds 1 --methods fine-tune", "--out", compared.toString());
    Shell compare = command("compare --resume %s --config %s".formatted(compared, file));
    assertMistake(compare, "--from-round is 4, must be left out with kula compare");
  }

  @Test
  void whatIsDamagedLeavesNothing() throws IOException {
    Path copy = copy();
    Path lines = copy.resolve("events.jsonl");
    byte[] events = Files.readAllBytes(lines);
    Files.write(lines, Arrays.copyOf(events, 10));
    assertMistake(goBack(copy, 4), "events.jsonl' has 10 bytes, its checkpoint covers");
    Files.write(lines, events);
    Path kept = copy.resolve("checkpoint.4.cbor");
    Files.write(kept, Arrays.copyOf(Files.readAllBytes(kept), 1000));
    assertMistake(goBack(copy, 4), "checkpoint.4.cbor' is damaged");
    assertEquals(0, goBack(copy, 8).exitCode());
  }

  /** As a process leaves it that is killed while it copies. */
  @Test
  void whatWasInterruptedIsMadeAnew() throws IOException {
    Path unfinished = Files.createDirectory(directory.resolve(".back.tmp"));
    Files.createFile(unfinished.resolve(".lock"));
    Files.writeString(unfinished.resolve("rounds.jsonl"), "{\"half a li");
    Files.writeString(unfinished.resolve("checkpoint.2.cbor"), "of another run");
    assertEquals(0, goBack(run, 4).exitCode());
    assertSame(run, back);
    assertFalse(Files.exists(unfinished));
  }

  private Path copy() throws IOException {
    Path copy = Files.createDirectory(directory.resolve("copy"));
    for (Map.Entry<String, byte[]> file : files(run).entrySet()) {
      Files.write(copy.resolve(file.getKey()), file.getValue());
    }
    return copy;
  }

  private static String text(Path run, String name) throws IOException {
    return new String(Files.readAllBytes(run.resolve(name)), StandardCharsets.UTF_8);
  }

  /** One line, and nothing of a branch. */
  private void assertMistake(Shell shell, String... words) throws IOException {
    assertEquals(2, shell.exitCode(), shell.err());
    assertEquals(1, shell.err().lines().count(), shell.err());
    for (String word : words) {
      assertTrue(shell.err().contains(word), shell.err());
    }
    try (Stream<Path> left = Files.list(directory)) {
      assertTrue(left.noneMatch(path -> path.getFileName().toString().contains("back")), "a rest");
    }
  }
}
