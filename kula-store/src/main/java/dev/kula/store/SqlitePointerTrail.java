package dev.kula.store;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.device.PointerEvent;
import java.io.Closeable;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What became of a device's pointers, in all runs, in an SQLite file. Entries are added, and the
 * database itself refuses to change or delete one. What is told again, as by a device that was
 * killed and does its jobs again, is there once. One process at a time can open a file.
 *
 * <p>Not thread safe.
 */
public final class SqlitePointerTrail implements Closeable {
  private static final int SCHEMA_VERSION = 1;

  private static final List<String> SCHEMA =
      List.of(
          """
          CREATE TABLE event (
            number INTEGER PRIMARY KEY,
            recorded TEXT NOT NULL,
            run TEXT NOT NULL,
            delivery INTEGER NOT NULL,
            position INTEGER NOT NULL,
            at TEXT NOT NULL,
            swap_order INTEGER NOT NULL,
            what TEXT NOT NULL,
            peer TEXT NOT NULL,
            exchange TEXT NOT NULL,
            block TEXT NOT NULL,
            samples INTEGER NOT NULL,
            detail TEXT NOT NULL,
            UNIQUE (run, delivery, position, at, swap_order, what, peer, exchange, block, samples,
              detail)) STRICT
          """,
          """
          CREATE TRIGGER events_stay BEFORE UPDATE ON event
          BEGIN SELECT RAISE(ABORT, 'what happened cannot change'); END
          """,
          """
          CREATE TRIGGER events_are_kept BEFORE DELETE ON event
          BEGIN SELECT RAISE(ABORT, 'what happened cannot be taken back'); END
          """);

  private static final SqliteFile.Kind KIND =
      new SqliteFile.Kind(
          "audit trail",
          "stop the device that has it, or look again when its run is over",
          "restore it, or move it away and begin another",
          "nothing is to happen that is not written down; free space or check the disk");

  private final SqliteFile file;
  private final InstantSource clock;

  /**
   * An entry.
   *
   * @param recorded when it was written down, by the device's own clock, to the second
   * @param run of the fleet in which it happened
   * @param event what happened
   */
  public record Entry(Instant recorded, String run, PointerEvent event) {}

  private SqlitePointerTrail(SqliteFile file, InstantSource clock) {
    this.file = file;
    this.clock = clock;
  }

  /**
   * Opens the trail in {@code path}, and makes an empty one if there is none.
   *
   * @param clock what time it is for this device
   * @throws KulaException USER if it is no trail, damaged, or open in another process
   */
  public static SqlitePointerTrail open(Path path, InstantSource clock) {
    return new SqlitePointerTrail(SqliteFile.open(path, KIND, SCHEMA_VERSION, SCHEMA), clock);
  }

  /**
   * Writes down what happened, unless it is there; safe on the disk on return.
   *
   * @param delivery by which, counted in the run: the same events by another are others
   */
  public void add(String run, long delivery, List<PointerEvent> events) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    for (int i = 0; i < events.size(); i++) {
      PointerEvent event = events.get(i);
      int position = i;
      file.write(
          "INSERT INTO event (recorded, run, delivery, position, at, swap_order, what, peer,"
              + " exchange, block, samples, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          row -> {
            row.setString(1, now.toString());
            row.setString(2, run);
            row.setLong(3, delivery);
            row.setInt(4, position);
            row.setString(5, event.at().toString());
            row.setLong(6, event.order());
            row.setString(7, event.what().name());
            row.setString(8, event.peer().name());
            row.setString(9, event.exchange().map(Exchange::name).orElse(""));
            row.setString(10, event.block().orElse(""));
            row.setInt(11, event.samples());
            row.setString(12, event.detail());
          });
    }
  }

  /** All entries, in the order in which they were written down. */
  public List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    try (PreparedStatement query =
            file.prepare(
                "SELECT recorded, run, at, swap_order, what, peer, exchange, block, samples, detail"
                    + " FROM event ORDER BY number");
        ResultSet row = query.executeQuery()) {
      while (row.next()) {
        entries.add(
            new Entry(
                Instant.parse(row.getString(1)),
                row.getString(2),
                new PointerEvent(
                    Instant.parse(row.getString(3)),
                    row.getLong(4),
                    PointerEvent.What.valueOf(row.getString(5)),
                    new DeviceId(row.getString(6)),
                    said(row.getString(7)).map(Exchange::valueOf),
                    said(row.getString(8)),
                    row.getInt(9),
                    row.getString(10))));
      }
      return entries;
    } catch (SQLException failure) {
      throw file.cannotRead(failure);
    } catch (IllegalArgumentException | DateTimeException noEntry) {
      throw file.damaged(noEntry);
    }
  }

  /** Messages do not say everything. */
  private static Optional<String> said(String text) {
    return Optional.of(text).filter(some -> !some.isEmpty());
  }

  @Override
  public void close() {
    file.close();
  }
}
