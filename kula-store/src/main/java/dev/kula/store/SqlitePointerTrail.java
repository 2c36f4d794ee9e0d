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
            at TEXT NOT NULL,
            swap_order INTEGER NOT NULL,
            what TEXT NOT NULL,
            peer TEXT NOT NULL,
            exchange TEXT,
            block TEXT,
            samples INTEGER NOT NULL,
            detail TEXT NOT NULL,
            UNIQUE (run, at, swap_order, what, peer, detail)) STRICT
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

  /** Writes down what happened, unless it is there; safe on the disk on return. */
  public void add(String run, List<PointerEvent> events) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    for (PointerEvent event : events) {
      file.write(
          "INSERT INTO event (recorded, run, at, swap_order, what, peer, exchange, block, samples,"
              + " detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          row -> {
            row.setString(1, now.toString());
            row.setString(2, run);
            row.setString(3, event.at().toString());
            row.setLong(4, event.order());
            row.setString(5, event.what().name());
            row.setString(6, event.peer().name());
            row.setString(7, event.exchange().map(Exchange::name).orElse(null));
            row.setString(8, event.block().orElse(null));
            row.setInt(9, event.samples());
            row.setString(10, event.detail());
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
                    Optional.ofNullable(row.getString(7)).map(Exchange::valueOf),
                    Optional.ofNullable(row.getString(8)),
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

  @Override
  public void close() {
    file.close();
  }
}
