package dev.kula.store.database;

import static dev.kula.store.ErrorAssertions.assertUserError;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.store.Extent;
import dev.kula.store.LoggedEvent;
import dev.kula.store.Records;
import dev.kula.store.RunDirectory;
import dev.kula.store.RunReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds of runs in a database of either kind. */
abstract class RunDatabaseContract {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-11-28T08:00:00.5Z"));

  @TempDir Path temporary;

  /** An empty database. */
  abstract String store();

  private final List<String> troubles = new ArrayList<>();

  private RunDirectory directory(String name) {
    return RunDirectory.create(temporary.resolve(name));
  }

  private RunCopy copy(RunDatabase database, RunDirectory run) {
    return RunCopy.begin(database, run.path(), CLOCK, troubles::add);
  }

  private static void append(RunDirectory run, RoundRecord round, List<RunEvent> events) {
    run.append(round);
    events.forEach(event -> run.append(round.method(), round.seed(), event));
  }

  private static List<Map<String, Object>> rows(RunDatabase database, String query) {
    return database.in(handle -> handle.createQuery(query).mapToMap().list());
  }

  private static long count(RunDatabase database, String table) {
    return database.in(
        handle -> handle.createQuery("SELECT count(*) FROM " + table).mapTo(Long.class).one());
  }

  private static long number(Map<String, Object> row, String column) {
    return ((Number) Objects.requireNonNull(row.get(column), column)).longValue();
  }

  @Test
  void aRunIsCopiedRoundByRound() {
    RunDatabase database = RunDatabase.open(store());
    try (RunDirectory run = directory("run")) {
      RunCopy copy = copy(database, run);
      assertEquals(0, count(database, "round"));
      append(run, Records.round(1), Records.events());
      copy.add(Records.round(1), Records.events());
      append(run, Records.round(2), List.of());
      copy.add(Records.round(2), List.of());

      Map<String, Object> round = rows(database, "SELECT * FROM round ORDER BY line").getFirst();
      assertEquals(1, number(round, "round"));
      assertEquals(0.75, round.get("personal_accuracy"));
      assertEquals(Double.POSITIVE_INFINITY, round.get("epsilon_max"));
      assertEquals(Records.TRAFFIC.cacheHit(), number(round, "bytes_cache_hit"));
      assertEquals(2, count(database, "round"));

      Map<String, Object> order = rows(database, "SELECT * FROM swap_order").getFirst();
      assertEquals(11L, number(order, "swap"));
      assertEquals("[\"3\"]", order.get("labels"));
      assertEquals("a lacks \"3\"\nand b has it", order.get("why"));
      assertEquals(
          List.of("accepted", "expired"),
          rows(database, "SELECT outcome FROM outcome ORDER BY line").stream()
              .map(row -> row.get("outcome"))
              .toList());
      assertEquals(
          1,
          rows(
                  database,
                  "SELECT s.why FROM swap_order s JOIN outcome o ON o.run = s.run"
                      + " AND o.method = s.method AND o.seed = s.seed AND o.swap = s.swap")
              .size());
      assertEquals("a", rows(database, "SELECT device FROM reputation").getFirst().get("device"));
      assertEquals(7, count(database, "event"));

      run.write(Records.summary());
      copy.end(Records.summary());
      RunDatabase.StoredRun stored = RunDatabase.open(store()).runs().getFirst();
      assertTrue(stored.ended());
      assertEquals(2, stored.rounds());
      assertEquals(0.75, stored.accuracy());
      assertEquals("2026-11-28T08:00:00Z", stored.copied());
      assertEquals(
          0.75, rows(database, "SELECT accuracy FROM device_result").getFirst().get("accuracy"));
    }
    assertEquals(List.of(), troubles);
  }

  @Test
  void aLeaseIsAsItWasOrderedAndEnded() {
    RunDatabase database = RunDatabase.open(store());
    List<RunEvent> events = Records.events();
    List<RunEvent> unsettled =
        events.stream().filter(event -> !(event instanceof RunEvent.Settled)).toList();
    try (RunDirectory run = directory("run")) {
      RunCopy copy = copy(database, run);
      append(run, Records.round(1), unsettled);
      copy.add(Records.round(1), unsettled);
      Map<String, Object> open = rows(database, "SELECT * FROM lease").getFirst();
      assertEquals("b", open.get("source"));
      assertEquals("a", open.get("holder"));
      assertEquals(300.0, open.get("lease_seconds"));
      assertEquals(2, number(open, "uses"));
      assertNull(open.get("ended"));

      List<RunEvent> settled = events.stream().filter(RunEvent.Settled.class::isInstance).toList();
      append(run, Records.round(2), settled);
      copy.add(Records.round(2), settled);
      Map<String, Object> ended = rows(database, "SELECT * FROM lease").getFirst();
      assertEquals("accepted", ended.get("ended"));
      assertEquals(2, number(ended, "settled"));
    }
  }

  /** As with a newer Kula on an older one's database. */
  @Test
  void ordersOfAnOlderKulaHaveNoTermsOfTheirLeases() {
    RunDatabase older = RunDatabase.open(store(), "1");
    older.in(
        handle -> {
          handle.execute(
              "INSERT INTO run VALUES ('old', 'simulate', '{}', 'runs/old', '2026-11-01', 1)");
          return handle.execute(
              "INSERT INTO swap_order (run, line, method, seed, round, swap, receiver, source,"
                  + " exchange, samples, labels, why)"
                  + " VALUES ('old', 1, 'deficit swaps', 7, 0, 1, 'a', 'b', 'raw', 9, '[]', '')");
        });

    RunDatabase newer = RunDatabase.open(store());
    Map<String, Object> lease = rows(newer, "SELECT * FROM lease WHERE run = 'old'").getFirst();
    assertEquals("b", lease.get("source"));
    assertNull(lease.get("lease_seconds"));
    assertEquals(0, count(newer, "profile"));
  }

  /** A column that nothing fills is a mistake in the tables or in how rows are made. */
  @Test
  void everyColumnIsFilled() {
    RunDatabase database = RunDatabase.open(store());
    try (RunDirectory run = directory("run")) {
      append(run, Records.round(1), Records.events());
      run.write(Records.summary());
      copy(database, run);
    }
    for (String table :
        List.of(
            "run",
            "round",
            "profile",
            "swap_order",
            "lease",
            "outcome",
            "reputation",
            "event",
            "device_result")) {
      List<Map<String, Object>> rows = rows(database, "SELECT * FROM " + table);
      assertFalse(rows.isEmpty(), table);
      for (String column : rows.getFirst().keySet()) {
        assertTrue(
            column.equals("spent_in_round") || rows.stream().anyMatch(r -> r.get(column) != null),
            table + "." + column);
      }
    }
  }

  @Test
  void whatIsNotANumberIsNull() {
    RunDatabase database = RunDatabase.open(store());
    RoundRecord told = Records.round(1);
    RoundRecord untold =
        new RoundRecord(
            told.method(),
            told.seed(),
            1,
            2,
            Double.NaN,
            Double.NaN,
            Double.NaN,
            Double.NaN,
            null,
            1,
            told.bytes(),
            told.swaps(),
            1,
            1);
    try (RunDirectory run = directory("run")) {
      RunCopy copy = copy(database, run);
      append(run, untold, List.of());
      copy.add(untold, List.of());
    }
    assertEquals(
        1, count(database, "round WHERE personal_accuracy IS NULL AND global_accuracy IS NULL"));
    assertTrue(Double.isNaN(database.runs().getFirst().accuracy()));
  }

  /** As after a resume, which takes lines away before it goes on. */
  @Test
  void aRunThatIsBegunAgainIsAsItsFilesAre() {
    RunDatabase database = RunDatabase.open(store());
    Path path = temporary.resolve("run");
    try (RunDirectory run = directory("run")) {
      RunCopy copy = copy(database, run);
      for (int i = 1; i <= 3; i++) {
        append(run, Records.round(i), Records.events());
        copy.add(Records.round(i), Records.events());
      }
    }
    String name = database.runs().getFirst().run();
    try (RunDirectory run = RunDirectory.resume(path)) {
      run.truncate(new Extent(0, 0));
      append(run, Records.round(1), List.of());
      RunCopy copy = copy(database, run);
      append(run, Records.round(2), Records.events());
      copy.add(Records.round(2), Records.events());
    }
    assertEquals(1, database.runs().size());
    assertEquals(name, database.runs().getFirst().run());
    assertEquals(2, count(database, "round"));
    assertEquals(1, count(database, "swap_order"));
    assertEquals(1, count(database, "swap_order WHERE line = 3"));
  }

  @Test
  void aDatabaseThatFailsDoesNotStopARunAndIsMadeGood() {
    RunDatabase database = RunDatabase.open(store());
    try (RunDirectory run = directory("run")) {
      RunCopy copy = copy(database, run);
      append(run, Records.round(1), List.of());
      copy.add(Records.round(1), List.of());
      database.in(handle -> handle.execute("ALTER TABLE round RENAME TO elsewhere"));
      append(run, Records.round(2), Records.events());
      copy.add(Records.round(2), Records.events());
      assertEquals(1, troubles.size(), troubles::toString);
      append(run, Records.round(3), List.of());
      copy.add(Records.round(3), List.of()); // leaves it alone for a while
      assertEquals(1, troubles.size(), troubles::toString);
      database.in(handle -> handle.execute("ALTER TABLE elsewhere RENAME TO round"));
      assertEquals(1, count(database, "round"), "a round is copied whole or not at all");
      assertEquals(0, count(database, "swap_order"));

      run.write(Records.summary());
      copy.end(Records.summary());
      assertEquals(3, count(database, "round"));
      assertEquals(1, count(database, "swap_order"));
      assertTrue(database.runs().getFirst().ended());
    }
  }

  @Test
  @Tag("slow")
  void manyProcessesCopyAtOnce() throws Exception {
    String store = store();
    RunDatabase.open(store);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        String name = "run-" + i;
        all.add(
            threads.submit(
                () -> {
                  try (RunDirectory run = directory(name)) {
                    RunCopy copy = copy(RunDatabase.open(store), run);
                    for (int round = 1; round <= 20; round++) {
                      append(run, Records.round(round), Records.events());
                      copy.add(Records.round(round), Records.events());
                    }
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    RunDatabase database = RunDatabase.open(store);
    assertEquals(List.of(), troubles);
    assertEquals(4, database.runs().size());
    assertEquals(80, count(database, "round"));
    assertEquals(80, count(database, "swap_order"));
  }

  @Test
  void aDatabaseOfANewerKulaIsRefused() {
    String store = store();
    RunDatabase database = RunDatabase.open(store);
    database.in(
        handle ->
            handle.execute("UPDATE flyway_schema_history SET version = '99', script = 'V99'"));
    assertUserError("--store", () -> RunDatabase.open(store));
  }

  @Test
  void aNameThatIsNoneIsRefused() throws IOException {
    RunDatabase database = RunDatabase.open(store());
    try (RunDirectory run = directory("run")) {
      Files.writeString(run.file(RunCopy.NAME), "mine");
      assertUserError("must be a UUID", () -> copy(database, run));
      Files.delete(run.file(RunCopy.NAME));
      copy(database, run);
      assertNotEquals("mine", database.runs().getFirst().run());
    }
  }

  /** The lines of the files and the rows of the database say the same. */
  @Test
  void eventsHaveTheNumbersOfTheirLines() {
    RunDatabase database = RunDatabase.open(store());
    List<LoggedEvent> lines = new ArrayList<>();
    try (RunDirectory run = directory("run")) {
      append(run, Records.round(1), Records.events());
      copy(database, run);
      RunReader.of(run.path()).forEachEvent(lines::add);
    }
    int at = 0;
    for (LoggedEvent line : lines) {
      at++;
      String table =
          switch (line.event()) {
            case RunEvent.Profiled profiled -> "profile";
            case RunEvent.Ordered ordered -> "swap_order";
            case RunEvent.Settled settled -> "outcome";
            case RunEvent.Reputations reputations -> "reputation";
            default -> "event";
          };
      assertEquals(1, count(database, "%s WHERE line = %d".formatted(table, at)), table);
    }
  }
}
