package dev.kula.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.device.PointerEvent;
import dev.kula.device.PointerEvent.What;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SqlitePointerTrailTest {
  private static final Instant START = Instant.parse("2026-06-01T12:00:00.5Z");
  private static final PointerEvent GRANTED =
      new PointerEvent(
          Instant.EPOCH,
          7,
          What.GRANTED,
          new DeviceId("ö"),
          Optional.of(Exchange.VISIT),
          Optional.of("0a".repeat(32)),
          5,
          "until then");
  private static final PointerEvent DENIED =
      new PointerEvent(
          Instant.EPOCH.plusSeconds(1),
          7,
          What.DENIED,
          new DeviceId("b"),
          Optional.empty(),
          Optional.empty(),
          0,
          "");

  @TempDir Path directory;
  private Path file;
  private final AtomicReference<Instant> now = new AtomicReference<>(START);

  @BeforeEach
  void name() {
    file = directory.resolve("pointers.db");
  }

  private SqlitePointerTrail open() {
    return SqlitePointerTrail.open(file, now::get);
  }

  @Test
  void whatIsToldAgainIsThereOnce() {
    try (SqlitePointerTrail trail = open()) {
      assertEquals(List.of(), trail.entries());
      trail.add("a run", 1, List.of(GRANTED, DENIED));
    }
    now.set(START.plusSeconds(60));
    try (SqlitePointerTrail trail = open()) {
      trail.add("a run", 1, List.of(GRANTED, DENIED));
      trail.add("another run", 1, List.of(DENIED));
    }
    Instant first = Instant.parse("2026-06-01T12:00:00Z");
    try (SqlitePointerTrail trail = open()) {
      assertEquals(
          List.of(
              new SqlitePointerTrail.Entry(first, "a run", GRANTED),
              new SqlitePointerTrail.Entry(first, "a run", DENIED),
              new SqlitePointerTrail.Entry(first.plusSeconds(60), "another run", DENIED)),
          trail.entries());
    }
  }

  /** An order that comes again at the same moment grants again, and a lease may be used twice. */
  @Test
  void whatHappensTwiceIsThereTwice() {
    try (SqlitePointerTrail trail = open()) {
      trail.add("a run", 1, List.of(GRANTED, GRANTED));
      trail.add("a run", 2, List.of(GRANTED));
      trail.add("a run", 2, List.of(GRANTED));
      assertEquals(3, trail.entries().size());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"UPDATE event SET peer = 'x'", "DELETE FROM event"})
  void theDatabaseRefusesToTakeBackWhatHappened(String sql) throws SQLException {
    try (SqlitePointerTrail trail = open()) {
      trail.add("a run", 1, List.of(GRANTED));
    }
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      SQLException refused = assertThrows(SQLException.class, () -> statement.execute(sql));
      assertTrue(String.valueOf(refused.getMessage()).contains("what happened"), sql);
    }
  }

  @Test
  void whatIsNoTrailIsRefused() throws IOException, SQLException {
    try (SqlitePointerTrail trail = open()) {
      ErrorAssertions.assertUserError("open in another process", this::open);
      trail.add("a run", 1, List.of(GRANTED));
    }
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO event (recorded, run, delivery, position, at, swap_order, what, peer,"
              + " exchange, block, samples, detail) VALUES"
              + " ('never', 'r', 1, 1, 'x', 1, 'MADE_UP', 'p', '', '', 0, '')");
    }
    try (SqlitePointerTrail trail = open()) {
      ErrorAssertions.assertUserError("is no audit trail or is damaged", trail::entries);
    }
    Files.writeString(file, "something else that is long enough to be looked at".repeat(100));
    ErrorAssertions.assertUserError("is no audit trail", this::open);
  }
}
