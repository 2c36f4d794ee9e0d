package dev.kula.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BranchTest {
  @TempDir Path directory;
  private Path run = Path.of("");
  private Path to = Path.of("");

  @BeforeEach
  void aRun() throws IOException {
    run = Files.createDirectory(directory.resolve("run"));
    to = directory.resolve("to");
    Files.writeString(run.resolve("rounds.jsonl"), "1\n2\n3\n");
    Files.writeString(run.resolve("events.jsonl"), "a\nb\n");
    Files.writeString(run.resolve("checkpoint.2.cbor"), "state");
  }

  private Branch branch(AtomicFile.Content own) {
    return new Branch(
        run, new Extent(4, 2), Map.of("checkpoint.cbor", "checkpoint.2.cbor"), Map.of("own", own));
  }

  private List<String> names(Path of) throws IOException {
    try (Stream<Path> files = Files.list(of)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  @Test
  void hasWhatTheRunHadAndWhatIsItsOwn() throws IOException {
    Path deep = directory.resolve("parents/that/are/not/there");
    branch(out -> out.write('x')).make(deep);
    assertEquals(
        List.of(".lock", "checkpoint.cbor", "events.jsonl", "own", "rounds.jsonl"), names(deep));
    assertEquals("1\n2\n", Files.readString(deep.resolve("rounds.jsonl")));
    assertEquals("a\n", Files.readString(deep.resolve("events.jsonl")));
    assertEquals("state", Files.readString(deep.resolve("checkpoint.cbor")));
    RunDirectory.resume(deep).close();
    Files.createDirectory(to);
    branch(out -> out.write('x')).make(to);
    assertEquals(names(deep), names(to));
  }

  @Test
  void thereIsNothingOfOneThatFails() throws IOException {
    KulaException full =
        assertThrows(
            KulaException.class,
            () ->
                branch(
                        out -> {
                          throw new IOException("No space left on device");
                        })
                    .make(to));
    assertEquals(KulaException.Blame.RESOURCE, full.blame());
    assertEquals(List.of("run"), names(directory));
    Branch ahead = new Branch(run, new Extent(99, 2), Map.of(), Map.of());
    KulaException cut = assertThrows(KulaException.class, () -> ahead.make(to));
    assertTrue(String.valueOf(cut.getMessage()).contains("has 6 bytes, its checkpoint covers 99"));
    assertEquals(List.of("run"), names(directory));
  }

  @Test
  void takesNobodysPlace() throws IOException {
    KulaException taken =
        assertThrows(KulaException.class, () -> branch(out -> out.write('x')).make(run));
    assertTrue(String.valueOf(taken.getMessage()).contains("already holds a run"));
    Path others = Files.createDirectory(directory.resolve(".to.tmp"));
    Files.writeString(others.resolve("mine"), "dear");
    assertThrows(KulaException.class, () -> branch(out -> out.write('x')).make(to));
    assertEquals(List.of("mine"), names(others));
  }

  /** Not even a second process's that makes the same one. */
  @Test
  void isMadeByOneProcess() throws IOException {
    branch(
            out -> {
              KulaException second =
                  assertThrows(KulaException.class, () -> branch(more -> more.write('y')).make(to));
              assertTrue(String.valueOf(second.getMessage()).contains("is being written"));
              out.write('x');
            })
        .make(to);
    assertEquals("x", Files.readString(to.resolve("own")));
  }

  @Test
  void keptCheckpointsAreKnownByTheirRounds() throws IOException {
    for (String name : List.of("checkpoint.10.cbor", "checkpoint.cbor", "checkpoint.x.cbor")) {
      Files.writeString(run.resolve(name), "state");
    }
    Files.writeString(run.resolve("checkpoint.previous.cbor"), "state");
    assertEquals(List.of(2, 10), KeptCheckpoints.rounds(run));
    try (RunDirectory open = RunDirectory.resume(run)) {
      KeptCheckpoints.dropAfter(open, 2);
    }
    assertEquals(List.of(2), KeptCheckpoints.rounds(run));
    assertTrue(Files.exists(run.resolve("checkpoint.x.cbor")));
  }
}
