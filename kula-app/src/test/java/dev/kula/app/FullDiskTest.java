package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A disk that is really full: one line, exit code 1, whole files, and a run that can go on. */
final class FullDiskTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {"40k mlp:200,50 checkpoint.cbor", "400k softmax report.html"})
  void aFullDiskIsOneLineAndTheRunCanGoOn(String size, String model, String file)
      throws IOException, InterruptedException {
    Path disk = Files.createDirectory(directory.resolve("disk"));
    Assumptions.assumeTrue(
        ran("mount", "-t", "tmpfs", "-o", "size=" + size, "kula-test", disk.toString()),
        FullDiskTest::skipped);
    try {
      Path data = SmallData.write(directory.resolve("data.csv"), SmallData.classes(6, 30));
      Path out = disk.resolve("run");
      Path elsewhere = directory.resolve("elsewhere");
      String settings =
          "simulate --data csv:%s --partition natural --swap-every 2 --rounds 4 --model %s --out "
              .formatted(data, model);

      Shell full = Shell.run((settings + out).split(" "));

      assertEquals(1, full.exitCode(), full.err());
      assertEquals("", full.out());
      List<String> said = full.err().lines().filter(line -> line.startsWith("kula: ")).toList();
      assertEquals(
          List.of(
              "kula: cannot write '%s': No space left on device; free space or choose another"
                      .formatted(out.resolve(file))
                  + " directory with --out"),
          said);
      RunFiles left = new RunFiles(out);
      assertFalse(left.names().stream().anyMatch(name -> name.endsWith(".tmp")), "half a file");
      assertTrue(left.rounds().size() <= 4, "a line twice");

      assertTrue(ran("mount", "-o", "remount,size=8m", disk.toString()));
      Shell.done("simulate", "--resume", out.toString());
      Shell.done((settings + elsewhere).split(" "));
      RunFiles whole = new RunFiles(elsewhere);
      assertArrayEquals(whole.models(), left.models());
      assertEquals(whole.rounds(), left.rounds());
      assertEquals(whole.summary(), left.summary());
    } finally {
      assertTrue(ran("umount", disk.toString()));
    }
  }

  private static String skipped() {
    String why = "tmpfs cannot be mounted here; it takes root";
    System.out.println("FullDiskTest skipped: " + why);
    return why;
  }

  private static boolean ran(String... command) throws IOException, InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException noSuchCommand) {
      return false;
    }
  }
}
