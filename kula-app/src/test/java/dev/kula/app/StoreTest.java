package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.store.database.RunDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that are copied to a database while they are made, and afterwards. */
final class StoreTest {
  private static final String RUN =
      "simulate --devices 6 --rounds %d --swap-every 2 --policy random --model softmax --out %s";

  @TempDir Path directory;

  private static RunningCommand kula(String line) {
    return RunningCommand.of(line);
  }

  private String at(String name) {
    return directory.resolve(name).toString();
  }

  @Test
  void runsAreInTheDatabaseAndTheirFilesAreAsWithout() throws IOException {
    String store = at("kula.db");
    RunningCommand with = kula(RUN.formatted(3, at("with")) + " --store " + store);
    assertEquals(0, with.exit(), with::err);
    RunningCommand without = kula(RUN.formatted(3, at("without")));
    assertEquals(0, without.exit(), without::err);
    assertEquals(
        Files.readString(directory.resolve("without/events.jsonl")),
        Files.readString(directory.resolve("with/events.jsonl")));
    assertFalse(Files.exists(directory.resolve("without/run-id")));
    assertEquals(1, RunDatabase.open(store).runs().size());

    RunningCommand add = kula("store add --store %s %s".formatted(store, at("without")));
    assertEquals(0, add.exit(), add::err);
    List<RunDatabase.StoredRun> runs = RunDatabase.open(store).runs();
    assertEquals(2, runs.size());
    for (RunDatabase.StoredRun run : runs) {
      assertEquals("simulate", run.command());
      assertEquals(3, run.rounds());
      assertTrue(run.ended());
      assertEquals(runs.getFirst().accuracy(), run.accuracy());
    }
    RunningCommand list = kula("store list --store " + store);
    assertEquals(0, list.exit(), list::err);
    assertTrue(list.out().contains(runs.getLast().run()), list::out);
  }

  @Test
  void aRunThatWentBackIsAnother() {
    String store = at("kula.db");
    RunningCommand run = kula(RUN.formatted(4, at("run")) + " --keep-every 2 --store " + store);
    assertEquals(0, run.exit(), run::err);
    RunningCommand back =
        kula(
            "simulate --resume %s --from-round 2 --out %s --store %s"
                .formatted(at("run"), at("back"), store));
    assertEquals(0, back.exit(), back::err);
    List<RunDatabase.StoredRun> runs = RunDatabase.open(store).runs();
    assertEquals(2, runs.size());
    for (RunDatabase.StoredRun one : runs) {
      assertEquals(4, one.rounds());
      assertTrue(one.ended());
      assertEquals(runs.getFirst().accuracy(), one.accuracy());
    }
  }

  @Test
  void whatCannotBeUsedIsKnownBeforeAnythingIsWritten() {
    RunningCommand run = kula(RUN.formatted(2, at("run")) + " --store " + at("no/where.db"));
    assertEquals(Kula.USER_MISTAKE, run.exit());
    assertTrue(run.err().contains("where.db' cannot be used"), run::err);
    assertFalse(Files.exists(directory.resolve("run")));
    RunningCommand none = kula("store add --store %s %s".formatted(at("kula.db"), directory));
    assertEquals(Kula.USER_MISTAKE, none.exit());
    assertTrue(none.err().contains("holds no run"), none::err);
    RunningCommand left = kula("store list");
    assertEquals(Kula.USER_MISTAKE, left.exit());
    assertTrue(left.err().contains("--store is left out"), left::err);
  }
}
