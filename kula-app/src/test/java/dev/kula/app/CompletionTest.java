package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Completion scripts, run by the shells that they are for. */
final class CompletionTest {
  @TempDir private Path directory;

  @Test
  void bashCompletesCommandsFlagsValuesAndFiles() throws IOException, InterruptedException {
    requireShell("bash");
    Path script = script("bash");
    assertEquals(List.of("compare", "completion"), bash(script, "kula", "comp"));
    assertEquals(
        List.of("--swap-budget", "--swap-every", "--swap-megabytes"),
        bash(script, "kula", "simulate", "--swap-"));
    assertEquals(
        List.of("deficit", "dissimilar"), bash(script, "kula", "simulate", "--policy", "d"));
    assertTrue(bash(script, "kula", "simulate", "--strategy", "").contains("scaffold"));
    for (Flag flag : Flag.values()) { // some share a label
      if (!flag.candidates().isEmpty()) {
        String command = flag == Flag.METHODS ? "compare" : "simulate";
        assertEquals(
            flag.candidates().stream().sorted().toList(),
            bash(script, "kula", command, "--" + flag.key(), ""),
            flag.key());
      }
    }
    assertEquals(List.of("enrol"), bash(script, "kula", "pki", "en"));
    assertEquals(
        List.of("operator", "orchestrator"), bash(script, "kula", "pki", "issue", "--role", "o"));
    Files.createDirectories(directory.resolve("runs-of-mine"));
    assertEquals(
        List.of(directory + "/runs-of-mine"),
        bash(script, "kula", "simulate", "--resume", directory + "/runs"));
    assertEquals(List.of("always"), bash(script, "kula", "data", "--color", "al"));
  }

  /** Behind a colon, where bash begins another word, unless it is told not to. */
  @Test
  void bashCompletesTheFilesOfData() throws IOException, InterruptedException {
    requireShell("bash");
    Path script = script("bash");
    String file = Files.createFile(directory.resolve("two words.csv")).toString();
    String begun = directory + "/two";
    for (String source : Flag.DATA.candidates()) {
      boolean isOfFiles = !List.of("fashion-mnist", "sql").contains(source);
      assertEquals(
          List.of(isOfFiles ? file : ""),
          bash(script, "kula", "simulate", "--data", source, ":", begun),
          source);
    }
    assertEquals(List.of(file), bash(script, "kula", "advise", "csv", ":", begun));
    assertEquals(List.of("csv:" + file), bash(script, "kula", "data", "csv:" + begun));
    assertEquals(List.of(""), bash(script, "kula", "simulate", "--partition", "iid", ":", begun));
  }

  /** What bash offers for the last word. */
  private static List<String> bash(Path script, String... words)
      throws IOException, InterruptedException {
    String line =
        "source '%s'; COMP_WORDS=(%s); COMP_CWORD=%d; compopt() { :; }; _kula;"
                .formatted(script, quoted(words), words.length - 1)
            + " printf '%s\\n' \"${COMPREPLY[@]}\"";
    return run("bash", "--norc", "-c", line).lines().sorted().toList();
  }

  private static String quoted(String... words) {
    return Arrays.stream(words).map(word -> "'" + word + "'").collect(Collectors.joining(" "));
  }

  @Test
  void zshCompletes() throws IOException, InterruptedException {
    requireShell("zsh");
    String said =
        run(
            "zsh",
            "-f",
            "-c",
            "autoload -U compinit; compinit -u -D; source '%s'; echo \"${_comps[kula]:-none}\""
                .formatted(script("zsh")));
    assertTrue(said.contains("_complete_kula") || said.contains("bash"), said);
  }

  @Test
  void fishCompletes() throws IOException, InterruptedException {
    requireShell("fish");
    Path script = script("fish");
    assertEquals(List.of("compare", "completion"), fish(script, "kula comp"));
    assertEquals(List.of("deficit", "dissimilar"), fish(script, "kula simulate --policy d"));
    assertEquals(
        List.of("--swap-budget", "--swap-every", "--swap-megabytes"),
        fish(script, "kula simulate --swap-"));
    assertEquals(List.of("enrol"), fish(script, "kula pki enr"));
    assertEquals(List.of("bash"), fish(script, "kula completion b"));
  }

  private static List<String> fish(Path script, String line)
      throws IOException, InterruptedException {
    return run("fish", "--no-config", "-c", "source '%s'; complete -C '%s'".formatted(script, line))
        .lines()
        .map(one -> one.replaceFirst("\t.*", ""))
        .sorted()
        .toList();
  }

  @Test
  void anotherShellIsAMistake() {
    Console console = new Console();
    assertEquals(2, console.run("completion", "fisch"));
    assertEquals(
        "kula: SHELL is 'fisch', must be one of bash, zsh, fish; did you mean fish?\n",
        console.err());
  }

  private Path script(String shell) throws IOException {
    Console console = new Console();
    assertEquals(0, console.run("completion", shell), console.err());
    return Files.writeString(directory.resolve("kula." + shell), console.out());
  }

  private static void requireShell(String shell) {
    boolean isHere =
        Arrays.stream(System.getenv("PATH").split(":", -1))
            .anyMatch(place -> Files.isExecutable(Path.of(place, shell)));
    assumeTrue(isHere, shell + " is not installed, so its completion is not tried");
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(new ArrayList<>(List.of(command))).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(30, TimeUnit.SECONDS), said);
    return said;
  }
}
