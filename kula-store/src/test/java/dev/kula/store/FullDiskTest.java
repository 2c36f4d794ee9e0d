package dev.kula.store;

import static dev.kula.store.ErrorAssertions.assertResourceError;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left when the disk refuses: the old files whole, nothing new, one clear line. */
class FullDiskTest {
  record Weights(float[] values) {}

  @TempDir private Path root;

  @Test
  void aRealFullDiskLeavesWhatWasThere() throws IOException, InterruptedException {
    Path mount = Files.createDirectory(root.resolve("disk"));
    Assumptions.assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=64k", "kula-test", mount.toString()),
        () -> skipped("tmpfs cannot be mounted here"));
    try (RunDirectory directory = RunDirectory.create(mount.resolve("run"))) {
      Path checkpoint = directory.file(RunDirectory.CHECKPOINT);
      Checkpoints.write(checkpoint, new Weights(new float[] {1, 2}));
      directory.write("kept.txt", out -> out.write('x'));
      directory.append(Records.round(1));

      assertResourceError(
          "checkpoint.cbor", () -> Checkpoints.write(checkpoint, new Weights(new float[100_000])));
      assertResourceError(
          "kept.txt", () -> directory.write("kept.txt", out -> out.write(new byte[100_000])));
      assertResourceError(
          "rounds.jsonl",
          () -> {
            while (true) {
              directory.append(Records.round(2));
            }
          });

      assertArrayEquals(
          new float[] {1, 2}, Checkpoints.read(checkpoint, Weights.class).state().values());
      assertEquals("x", Files.readString(directory.file("kept.txt")));
      assertTrue(Files.readString(directory.file(RunDirectory.ROUNDS)).endsWith("}\n"));
      try (var names = Files.list(directory.path())) {
        assertEquals(
            List.of(".lock", "checkpoint.cbor", "events.jsonl", "kept.txt", "rounds.jsonl"),
            names.map(path -> path.getFileName().toString()).sorted().toList());
      }
    } finally {
      assertTrue(run("umount", mount.toString()));
    }
  }

  /** As above without root: the files that are written first are links to a device that is full. */
  @Test
  void aFullDeviceLeavesWhatWasThere() throws IOException {
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.exists(full), () -> skipped("there is no /dev/full here"));
    try (RunDirectory directory = RunDirectory.create(root.resolve("run"))) {
      Files.createSymbolicLink(directory.file(".summary.json.tmp"), full);
      assertResourceError("summary.json", () -> directory.write(Records.summary()));
      assertFalse(Files.exists(directory.file(RunDirectory.SUMMARY)));
      assertFalse(Files.exists(directory.file(".summary.json.tmp")));
    }
  }

  @Test
  void aDirectoryThatCannotBeMadeIsOneLine() throws IOException {
    Path file = Files.writeString(root.resolve("file"), "");
    assertResourceError("file", () -> RunDirectory.create(file.resolve("runs").resolve("1")));
  }

  private static String skipped(String why) {
    System.out.println("FullDiskTest skipped: " + why);
    return why;
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      boolean ended = process.waitFor(10, TimeUnit.SECONDS);
      return ended && process.exitValue() == 0;
    } catch (IOException noSuchCommand) {
      return false;
    }
  }
}
