package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.store.SpilledStates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Devices that are in a file while they do not work give the same bytes as those in memory. */
final class SpillTest {
  private static final String IN_MEMORY = " --spill-above 10000";
  private static final String SPILLED = " --spill-above 0";

  @TempDir Path directory;

  private Path data;

  @BeforeEach
  void writeData() {
    data = SmallData.write(directory.resolve("data.csv"), SmallData.classes(8, 40));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--policy deficit --exchange visit",
        "--policy deficit --exchange raw --participation 0.6 --base 0",
        "--policy deficit --exchange synthetic --examined 0.5",
        "--policy dissimilar --exchange cheapest --protect all --strategy fedprox",
        "--policy random --exchange raw --pace buffer:3 --update-bits 8 --participation 0.5",
        "--policy random --exchange raw --protect all --clip-quantile 0.4 --participation 0.5",
        "--policy random --exchange raw --robust median --attack sign-flip:3 --attackers 0.25",
        "--policy random --exchange raw --protect all --privacy-unit device --rounds 3"
            + " --secure-aggregation complete --participation 0.5",
        "--policy random --exchange raw --clusters 2 --participation 0.5 --groups none",
        "--policy static:0.1 --partition dirichlet:0.3 --devices 6",
        "--policy random --exchange raw --groups trials --label-prior fleet --participation 0.5",
        "--policy none --strategy scaffold --groups none --participation 0.5",
        "--policy none --personalization fedper --participation 0.5",
        "--policy none --personalization apfl --participation 0.5 --update-bits 16",
        "--policy none --personalization ditto --participation 0.5",
        "--policy none --personalization local",
        "--policy none --fine-tune-scope all --examined 0.3",
        "--policy random --exchange raw --shift features:2 --course join --rounds 8",
        "--policy random --exchange raw --shift labels:2 --course sudden --rounds 8"
            + " --groups trials",
        "--policy none --base 0 --course stream --split time:0.3 --target recent --rounds 8",
        "--strategy pooled --policy none --rounds 2"
      })
  void whereStatesAreDoesNotShow(String method) throws IOException {
    assertSame(method, IN_MEMORY + " --threads 1", SPILLED + " --threads 2");
  }

  @Test
  void norWithOneThread() throws IOException {
    assertSame("--policy random --exchange raw", IN_MEMORY, SPILLED + " --threads 1");
  }

  private void assertSame(String method, String one, String other) throws IOException {
    RunFiles memory = simulate("memory", method + one);
    RunFiles file = simulate("file", method + other);
    assertArrayEquals(memory.models(), file.models());
    assertEquals(memory.rounds(), file.rounds());
    assertEquals(memory.events(), file.events());
    assertEquals(memory.summary(), file.summary());
    assertFalse(file.names().contains(SpilledStates.NAME), "it is left");
  }

  private RunFiles simulate(String name, String settings) {
    Path out = directory.resolve(name);
    Shell.done(arguments(out, settings));
    return new RunFiles(out);
  }

  private String[] arguments(Path out, String settings) {
    String all =
        "simulate --data csv:%s --model mlp:%s --swap-every 2 --swap-budget 0.3 %s%s%s --out %s"
            .formatted(
                data,
                settings.contains("apfl") ? "200" : "16",
                settings.contains("--partition") ? "" : "--partition natural ",
                settings.contains("--rounds") ? "" : "--rounds 5 ",
                settings,
                out);
    return all.split(" ");
  }

  /** A third of the devices, and all at the end. */
  @Test
  void fewAreExaminedButTheLastRound() throws IOException {
    RunFiles all = simulate("all", "--policy none --groups none");
    RunFiles few = simulate("few", "--policy none --groups none --examined 0.3");
    assertArrayEquals(all.models(), few.models());
    List<?> whole = all.rounds();
    List<?> part = few.rounds();
    assertEquals(whole.size(), part.size());
    assertFalse(whole.subList(0, 4).equals(part.subList(0, 4)), "all were examined");
  }

  @Test
  @Tag("slow")
  void aKilledRunGoesOnAndLeavesNoStates() throws Exception {
    String settings = "--policy random --exchange raw --rounds 400 --participation 0.5";
    Path out = directory.resolve("run");
    Path states = out.resolve(SpilledStates.NAME);
    Process process = Shell.start(directory.resolve("log"), arguments(out, settings + SPILLED));
    try {
      Path lines = out.resolve("rounds.jsonl");
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
      while (!Files.exists(lines) || Files.size(lines) < 3000) {
        assertTrue(process.isAlive(), "it ended before it could be killed");
        assertTrue(System.nanoTime() < deadline, "it takes too long");
        Thread.sleep(5);
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertTrue(Files.size(states) > 8 * 1000, "states of eight devices were not in the file");
    Shell.done("simulate", "--resume", out.toString(), "--spill-above", "0");
    RunFiles resumed = new RunFiles(out);
    assertFalse(resumed.names().contains(SpilledStates.NAME), "it is left");
    RunFiles whole = simulate("whole", settings + IN_MEMORY);
    assertArrayEquals(whole.models(), resumed.models());
    assertEquals(whole.rounds(), resumed.rounds());
    assertEquals(whole.events(), resumed.events());
    assertEquals(whole.summary(), resumed.summary());
  }

  @Test
  void noRoomForStatesIsOneLine() throws IOException, InterruptedException {
    Path disk = Files.createDirectory(directory.resolve("disk"));
    Assumptions.assumeTrue(
        ran("mount", "-t", "tmpfs", "-o", "size=56k", "kula-test", disk.toString()),
        SpillTest::skipped);
    try {
      Path out = disk.resolve("run");
      Shell full = Shell.run(arguments(out, "--policy none --personalization apfl" + SPILLED));
      assertEquals(1, full.exitCode(), full.err());
      List<String> said = full.err().lines().filter(line -> line.startsWith("kula: ")).toList();
      assertEquals(1, said.size(), full.err());
      assertTrue(
          said.getFirst()
              .startsWith(
                  "kula: states of devices '%s' cannot be written: "
                      .formatted(out.resolve(SpilledStates.NAME))),
          said.getFirst());
      assertFalse(new RunFiles(out).names().stream().anyMatch(name -> name.endsWith(".tmp")));
    } finally {
      assertTrue(ran("umount", disk.toString()));
    }
  }

  private static String skipped() {
    String why = "tmpfs cannot be mounted here; it takes root";
    System.out.println("SpillTest skipped: " + why);
    return why;
  }

  private static boolean ran(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
  }
}
