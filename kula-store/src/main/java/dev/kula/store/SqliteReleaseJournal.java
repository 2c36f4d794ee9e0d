package dev.kula.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.kula.KulaException;
import dev.kula.privacy.PrivacyLedger.Charge;
import dev.kula.privacy.PrivacyLedger.Release;
import dev.kula.privacy.ReleaseJournal;
import dev.kula.privacy.accounting.RenyiFilter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A device's releases in an SQLite file: each with its price and its content in one transaction,
 * safe on the disk before the release leaves. The database itself refuses to change or delete a
 * price. A device has one file for all runs that it takes part in: prices stay for ever, contents
 * for as long as their run is the present one, in which a device that was killed does its jobs
 * again. One process at a time can open a file.
 *
 * <p><b>Not protected:</b> whoever may write the file may put an older copy in its place; then what
 * was paid since is forgotten. Keep it out of backups that are restored.
 *
 * <p>Not thread safe.
 */
public final class SqliteReleaseJournal implements ReleaseJournal, Closeable {
  /** Raised when tables change. */
  private static final int SCHEMA_VERSION = 2;

  private static final List<String> SCHEMA =
      List.of(
          """
          CREATE TABLE run (
            name TEXT PRIMARY KEY,
            moment INTEGER NOT NULL CHECK (moment >= 2),
            delta REAL NOT NULL CHECK (delta > 0 AND delta < 1)) STRICT, WITHOUT ROWID
          """,
          """
          CREATE TABLE release (
            number INTEGER PRIMARY KEY,
            run TEXT NOT NULL REFERENCES run,
            round INTEGER NOT NULL,
            purpose TEXT NOT NULL,
            rho REAL NOT NULL CHECK (rho >= 0),
            content BLOB,
            UNIQUE (run, round, purpose)) STRICT
          """,
          "CREATE TABLE without_noise (purpose TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
          """
          CREATE TABLE refusal (
            run TEXT PRIMARY KEY,
            round INTEGER NOT NULL,
            purpose TEXT NOT NULL) STRICT, WITHOUT ROWID
          """,
          """
          CREATE TRIGGER prices_stay BEFORE UPDATE OF number, run, round, purpose, rho ON release
          BEGIN SELECT RAISE(ABORT, 'what was paid cannot change'); END
          """,
          """
          CREATE TRIGGER releases_stay BEFORE DELETE ON release
          BEGIN SELECT RAISE(ABORT, 'what was paid cannot be taken back'); END
          """);

  private static final SqliteFile.Kind KIND =
      new SqliteFile.Kind(
          "release journal",
          "one device has one account, stop the other",
          "what was paid must not be guessed: restore it, or enrol the device anew",
          "nothing was released, free space or check the disk");

  private final SqliteFile file;
  private final String run;
  private boolean othersDropped;

  private SqliteReleaseJournal(SqliteFile file, String run) {
    this.file = file;
    this.run = run;
  }

  /**
   * Opens the journal in {@code file}, and makes an empty one if there is none.
   *
   * @param run to which what is released now belongs; with its first release, contents of other
   *     runs are dropped
   * @param filter limit of this run, at whose order its prices hold
   * @throws KulaException USER if it is no journal, damaged, or open in another process
   */
  public static SqliteReleaseJournal open(Path file, String run, RenyiFilter filter) {
    SqliteFile opened = SqliteFile.open(file, KIND, SCHEMA_VERSION, SCHEMA);
    SqliteReleaseJournal journal = new SqliteReleaseJournal(opened, run);
    try {
      journal.begin(filter);
      return journal;
    } catch (SQLException failure) {
      journal.close();
      throw opened.cannotRead(failure);
    } catch (KulaException failure) {
      journal.close();
      throw failure;
    }
  }

  private void begin(RenyiFilter filter) throws SQLException {
    try (PreparedStatement row =
        file.prepare(
            "INSERT INTO run (name, moment, delta) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")) {
      row.setString(1, run);
      row.setInt(2, filter.order());
      row.setDouble(3, filter.delta());
      row.executeUpdate();
    }
    // What was paid at one order says nothing at another.
    try (PreparedStatement query = file.prepare("SELECT moment, delta FROM run WHERE name = ?")) {
      query.setString(1, run);
      try (ResultSet row = query.executeQuery()) {
        if (row.getInt(1) != filter.order() || row.getDouble(2) != filter.delta()) {
          throw KulaException.user(
              "run '%s' has a limit of order %d, must be %d as before; begin another run"
                  .formatted(run, filter.order(), row.getInt(1)));
        }
      }
    }
  }

  @Override
  public History history() {
    try {
      List<Charge> charges = new ArrayList<>();
      try (PreparedStatement query =
          file.prepare("SELECT round, purpose, rho FROM release WHERE run = ? ORDER BY number")) {
        query.setString(1, run);
        try (ResultSet row = query.executeQuery()) {
          while (row.next()) {
            charges.add(new Charge(new Release(row.getInt(1), row.getString(2)), row.getDouble(3)));
          }
        }
      }
      List<String> withoutNoise = new ArrayList<>();
      try (PreparedStatement query =
              file.prepare("SELECT purpose FROM without_noise ORDER BY purpose");
          ResultSet row = query.executeQuery()) {
        while (row.next()) {
          withoutNoise.add(row.getString(1));
        }
      }
      return new History(charges, withoutNoise, refusal(), earlierEpsilon());
    } catch (SQLException failure) {
      throw file.cannotRead(failure);
    } catch (IllegalArgumentException noCharge) {
      throw file.damaged(noCharge);
    }
  }

  /** Each run's at the order of its own limit: prices of one order mean nothing at another. */
  private double earlierEpsilon() throws SQLException {
    double epsilon = 0;
    try (PreparedStatement query =
        file.prepare(
            "SELECT moment, delta, sum(rho) FROM release JOIN run ON run = name"
                + " WHERE name <> ? GROUP BY name ORDER BY name")) {
      query.setString(1, run);
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          epsilon +=
              new RenyiFilter(Double.POSITIVE_INFINITY, row.getDouble(2), row.getInt(1))
                  .epsilonOf(row.getDouble(3));
        }
      }
    }
    return epsilon;
  }

  private @Nullable Release refusal() throws SQLException {
    try (PreparedStatement query =
        file.prepare("SELECT round, purpose FROM refusal WHERE run = ?")) {
      query.setString(1, run);
      try (ResultSet row = query.executeQuery()) {
        return row.next() ? new Release(row.getInt(1), row.getString(2)) : null;
      }
    }
  }

  @Override
  public <T extends Record> Optional<T> content(Release release, Class<T> type) {
    try (PreparedStatement query =
        file.prepare("SELECT content FROM release WHERE run = ? AND round = ? AND purpose = ?")) {
      query.setString(1, run);
      query.setInt(2, release.round());
      query.setString(3, release.purpose());
      try (ResultSet row = query.executeQuery()) {
        byte[] content = row.next() ? row.getBytes(1) : null;
        return content == null
            ? Optional.empty()
            : Optional.of(StateMapper.MAPPER.readValue(content, type));
      }
    } catch (SQLException failure) {
      throw file.cannotRead(failure);
    } catch (IOException otherRecord) {
      throw KulaException.user(
          "release journal '%s' holds '%s' of round %d in another form than this Kula makes; go on with the Kula that wrote it"
              .formatted(file.path(), release.purpose(), release.round()),
          otherRecord);
    }
  }

  @Override
  public void paid(Charge charge, Record content) {
    Release release = charge.release();
    byte[] bytes = bytes(content);
    if (!othersDropped) {
      write(
          "UPDATE release SET content = NULL WHERE run <> ? AND content IS NOT NULL",
          row -> row.setString(1, run));
      othersDropped = true;
    }
    write(
        "INSERT INTO release (run, round, purpose, rho, content) VALUES (?, ?, ?, ?, ?)",
        row -> {
          row.setString(1, run);
          row.setInt(2, release.round());
          row.setString(3, release.purpose());
          row.setDouble(4, charge.rho());
          row.setBytes(5, bytes);
        });
  }

  private static byte[] bytes(Record content) {
    try {
      return StateMapper.MAPPER.writeValueAsBytes(content);
    } catch (JsonProcessingException defect) {
      throw KulaException.internal(
          "cannot write %s as CBOR: %s"
              .formatted(content.getClass().getName(), defect.getOriginalMessage()));
    }
  }

  @Override
  public void withoutNoise(String purpose) {
    write(
        "INSERT INTO without_noise (purpose) VALUES (?) ON CONFLICT DO NOTHING",
        row -> row.setString(1, purpose));
  }

  @Override
  public void refused(Release release) {
    write(
        "INSERT INTO refusal (run, round, purpose) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        row -> {
          row.setString(1, run);
          row.setInt(2, release.round());
          row.setString(3, release.purpose());
        });
  }

  /** No: noise here is fresh, and a second draw on the same data would be a second release. */
  @Override
  public boolean worksOutAgain() {
    return false;
  }

  /** One statement, committed when this returns. */
  private void write(String sql, SqliteFile.Values values) {
    if (!file.write(sql, values)) {
      throw new IllegalStateException("the release is in the journal already");
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
