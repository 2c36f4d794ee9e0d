package dev.kula.store;

import static dev.kula.store.ErrorAssertions.assertUserError;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {
  @TempDir private Path root;

  @Test
  void whatIsWrittenIsRead() {
    Path path = root.resolve("runs").resolve("one");
    try (RunDirectory directory = RunDirectory.create(path)) {
      directory.append(Records.round(1));
      directory.append(Records.round(2));
      for (RunEvent event : Records.events()) {
        directory.append("deficit swaps", 7, event);
      }
      directory.write(Records.summary());
    }
    RunReader reader = RunReader.of(path);
    assertEquals(List.of(Records.round(1), Records.round(2)), rounds(path));
    List<LoggedEvent> events = new ArrayList<>();
    reader.forEachEvent(events::add);
    assertEquals(
        Records.events().stream().map(e -> new LoggedEvent("deficit swaps", 7, e)).toList(),
        events);
    assertEquals(Records.summary(), reader.summary());
  }

  @Test
  void aLineIsOnDiskAsSoonAsItIsAppended() throws IOException {
    Path path = root.resolve("run");
    try (RunDirectory directory = RunDirectory.create(path)) {
      directory.append(Records.round(1));
      directory.append("m", 1, new RunEvent.Stopped(9, "round limit"));
      assertEquals(
          """
          {"method":"deficit swaps","seed":7,"round":1,"cohort":50,"trainingLoss":0.25,\
          "personalAccuracy":0.75,"worstDecile":0.5,"personalLoss":0.625,"globalAccuracy":0.8,\
          "simulatedSeconds":12.5,"bytes":{"model":1,"pointer":2,"fetched":3,"cacheHit":4,\
          "visit":5,"asCopies":6,"profile":7},\
          "swaps":{"ordered":4,"accepted":3,"rejected":2,"expired":1},\
          "epsilonMax":"Infinity","wallSeconds":1.5}
          """,
          Files.readString(path.resolve(RunDirectory.ROUNDS)));
      assertEquals(
          """
          {"type":"stopped","method":"m","seed":1,"round":9,"reason":"round limit"}
          """,
          Files.readString(path.resolve(RunDirectory.EVENTS)));
    }
  }

  @Test
  void resumingDropsWhatTheCheckpointDoesNotCover() throws IOException {
    Path path = root.resolve("run");
    Extent extent;
    try (RunDirectory directory = RunDirectory.create(path)) {
      directory.append(Records.round(1));
      extent = directory.extent();
      directory.append(Records.round(2));
      directory.append("m", 1, new RunEvent.Stopped(9, "round limit"));
    }
    Files.writeString(
        path.resolve(RunDirectory.ROUNDS), "{\"method\":\"half a li", StandardOpenOption.APPEND);
    assertEquals(List.of(Records.round(1), Records.round(2)), rounds(path));
    Path left = Files.createFile(path.resolve(".summary.json.tmp"));
    try (RunDirectory directory = RunDirectory.resume(path)) {
      directory.truncate(extent);
      directory.append(Records.round(2));
    }
    assertFalse(Files.exists(left));
    assertEquals(List.of(Records.round(1), Records.round(2)), rounds(path));
    assertEquals("", Files.readString(path.resolve(RunDirectory.EVENTS)));
  }

  @Test
  void aFileShorterThanItsCheckpointIsRefused() {
    Path path = root.resolve("run");
    RunDirectory.create(path).close();
    try (RunDirectory directory = RunDirectory.resume(path)) {
      assertUserError("covers 5", () -> directory.truncate(new Extent(5, 0)));
    }
  }

  @Test
  void anOccupiedDirectoryIsRefused() throws IOException {
    Path empty = Files.createDirectory(root.resolve("empty"));
    RunDirectory.create(empty).close();
    assertUserError("already holds a run", () -> RunDirectory.create(empty));
    Path foreign = Files.createDirectory(root.resolve("foreign"));
    Path theirs = Files.writeString(foreign.resolve("thesis.txt"), "mine");
    assertUserError("is not empty", () -> RunDirectory.create(foreign));
    assertUserError("holds no run", () -> RunDirectory.resume(foreign));
    assertUserError("is a file", () -> RunDirectory.create(theirs));
    try (var entries = Files.list(foreign)) {
      assertEquals(List.of(theirs), entries.toList());
    }
  }

  @Test
  void twoWritersAreKeptApart() {
    Path path = root.resolve("run");
    try (RunDirectory first = RunDirectory.create(path)) {
      assertUserError("being written by another run", () -> RunDirectory.resume(first.path()));
    }
    RunDirectory.resume(path).close();
  }

  @Test
  void brokenFilesAreNamedWithTheirLine() throws IOException {
    Path path = root.resolve("run");
    try (RunDirectory directory = RunDirectory.create(path)) {
      directory.append(Records.round(1));
    }
    RunReader reader = RunReader.of(path);
    assertUserError("--resume", reader::summary);
    Files.writeString(path.resolve(RunDirectory.ROUNDS), "{oops}\n", StandardOpenOption.APPEND);
    assertUserError("rounds.jsonl' line 2", () -> rounds(path));
    Files.writeString(path.resolve(RunDirectory.SUMMARY), "{\"schemaVersion\": 2}");
    assertUserError("schemaVersion 2", reader::summary);
  }

  @Test
  void filesOfNothingAreRefused() throws IOException {
    Path path = root.resolve("run");
    RunDirectory.create(path).close();
    Files.writeString(path.resolve(RunDirectory.ROUNDS), "null\n");
    assertUserError("rounds.jsonl' line 1", () -> rounds(path));
    Files.writeString(path.resolve(RunDirectory.EVENTS), "null\n");
    assertUserError("events.jsonl' line 1", () -> RunReader.of(path).forEachEvent(logged -> {}));
    Files.write(path.resolve(RunDirectory.ROUNDS), new byte[] {(byte) 0xff, '\n'});
    assertUserError("not UTF-8", () -> rounds(path));
  }

  private static List<RoundRecord> rounds(Path path) {
    List<RoundRecord> rounds = new ArrayList<>();
    RunReader.of(path).forEachRound(rounds::add);
    return rounds;
  }
}
