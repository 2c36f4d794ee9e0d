package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are told to end while they make runs. */
@Tag("slow")
final class InterruptionTest {
  private static final List<String> SIMULATE =
      List.of("simulate", "--devices", "4", "--model", "softmax", "--rounds", "40");
  private static final List<String> COMPARE =
      List.of(
          "compare",
          "--devices",
          "4",
          "--model",
          "softmax",
          "--rounds",
          "25",
          "--seeds",
          "2",
          "--methods",
          "fedavg,fine-tune");
  private static final Pattern RESUME = Pattern.compile("go on with kula (.*)");

  @TempDir private Path directory;

  @Test
  void ctrlCEndsAfterTheRoundAndTheRunGoesOnToTheSameBytes()
      throws IOException, InterruptedException {
    stopAndResume(SIMULATE, "INT", 130);
  }

  @Test
  void aServiceManagerMayDoTheSame() throws IOException, InterruptedException {
    stopAndResume(COMPARE, "TERM", 143);
  }

  private void stopAndResume(List<String> command, String signal, int expected)
      throws IOException, InterruptedException {
    Path whole = directory.resolve("whole");
    done(with(command, "--out", whole.toString()));
    Path run = directory.resolve("run");
    Path log = directory.resolve("log");
    Process process = start(log, with(command, "--out", run.toString()));
    awaitRounds(run, 3);
    send(signal, process);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    String said = Files.readString(log);
    assertEquals(expected, process.exitValue(), said);
    assertTrue(said.contains("stopping when this round ends"), said);
    assertFalse(Files.exists(run.resolve("summary.json")), said);
    Matcher resume = RESUME.matcher(said);
    assertTrue(resume.find(), said);
    done(List.of(resume.group(1).split(" ", -1)));
    for (String name : List.of("events.jsonl", "rounds.jsonl")) {
      assertEquals(timeless(whole.resolve(name)), timeless(run.resolve(name)), name);
    }
    if (command.equals(SIMULATE)) {
      assertArrayEquals(
          Files.readAllBytes(whole.resolve("models.safetensors")),
          Files.readAllBytes(run.resolve("models.safetensors")));
    }
  }

  @Test
  void aSecondCtrlCEndsAtOnce() throws IOException, InterruptedException {
    Path run = directory.resolve("run");
    Path log = directory.resolve("log");
    Process process =
        start(
            log,
            List.of(
                "simulate", "--rounds", "40", "--local-epochs", "200", "--out", run.toString()));
    awaitFile(run.resolve("rounds.jsonl"));
    Thread.sleep(500); // in the middle of a round of a minute
    send("INT", process);
    Thread.sleep(500);
    assertTrue(process.isAlive(), () -> "it did not wait for the round");
    send("INT", process);
    assertTrue(process.waitFor(5, TimeUnit.SECONDS), "it went on");
    assertEquals(130, process.exitValue());
  }

  private static List<String> with(List<String> command, String... more) {
    List<String> words = new ArrayList<>(command);
    words.addAll(List.of(more));
    return words;
  }

  private static String timeless(Path file) throws IOException {
    return Files.readString(file).replaceAll("\"wallSeconds\":[^,}]*", "");
  }

  private static void done(List<String> command) {
    Shell.done(command.toArray(String[]::new));
  }

  private static Process start(Path log, List<String> command) throws IOException {
    return Shell.start(log, command.toArray(String[]::new));
  }

  private static void send(String signal, Process process)
      throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
    assertEquals(0, kill.waitFor());
  }

  private static void awaitRounds(Path run, int rounds) throws IOException, InterruptedException {
    Path file = run.resolve("rounds.jsonl");
    awaitFile(file);
    while (Files.readAllLines(file).size() < rounds) {
      Thread.sleep(20);
    }
  }

  private static void awaitFile(Path file) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!Files.exists(file)) {
      assertTrue(System.nanoTime() < end, () -> file + " does not come");
      Thread.sleep(20);
    }
  }
}
