package dev.kula.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.kula.KulaException;
import dev.kula.privacy.PrivacyLedger.Charge;
import dev.kula.privacy.PrivacyLedger.Release;
import dev.kula.privacy.ReleaseJournal;
import dev.kula.privacy.accounting.RenyiFilter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.LockingMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

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

  private final Path file;
  private final Connection connection;
  private final String run;
  private boolean othersDropped;

  private SqliteReleaseJournal(Path file, Connection connection, String run) {
    this.file = file;
    this.connection = connection;
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
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(JournalMode.WAL);
    config.setSynchronous(SynchronousMode.FULL);
    config.setLockingMode(LockingMode.EXCLUSIVE);
    config.setBusyTimeout(0);
    try {
      return prepared(
          file,
          DriverManager.getConnection("jdbc:sqlite:" + file, config.toProperties()),
          run,
          filter);
    } catch (SQLException failure) {
      throw cannotOpen(file, failure);
    }
  }

  private static SqliteReleaseJournal prepared(
      Path file, Connection connection, String run, RenyiFilter filter) throws SQLException {
    try {
      prepare(connection, file);
      try (PreparedStatement row =
          connection.prepareStatement(
              "INSERT INTO run (name, moment, delta) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")) {
        row.setString(1, run);
        row.setInt(2, filter.order());
        row.setDouble(3, filter.delta());
        row.executeUpdate();
      }
      requireSameLimit(connection, run, filter);
      return new SqliteReleaseJournal(file, connection, run);
    } catch (SQLException | KulaException failure) {
      connection.close();
      throw failure;
    }
  }

  /** What was paid at one order says nothing at another. */
  private static void requireSameLimit(Connection connection, String run, RenyiFilter filter)
      throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement("SELECT moment, delta FROM run WHERE name = ?")) {
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

  private static void prepare(Connection connection, Path file) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      try (ResultSet row = statement.executeQuery("PRAGMA quick_check(1)")) {
        if (!row.getString(1).equals("ok")) {
          throw damaged(file, new SQLException(row.getString(1)));
        }
      }
      int version;
      try (ResultSet row = statement.executeQuery("PRAGMA user_version")) {
        version = row.getInt(1);
      }
      if (version != 0 && version != SCHEMA_VERSION) {
        throw KulaException.user(
            "release journal '%s' has schema %d, this Kula reads %d; open it with the Kula that wrote it"
                .formatted(file, version, SCHEMA_VERSION));
      }
      requireOwnTables(statement, file, version);
      // Writes, even if there is nothing to make, and so takes the lock for as long as it is open.
      statement.execute("BEGIN IMMEDIATE");
      if (version == 0) {
        for (String table : SCHEMA) {
          statement.execute(table);
        }
      }
      statement.execute("PRAGMA user_version = " + SCHEMA_VERSION);
      statement.execute("COMMIT");
    }
  }

  /**
   * Refuses another program's database, and one whose tables are not those that Kula makes: a view
   * in the place of a table could be anything, such as one that does not end.
   */
  private static void requireOwnTables(Statement statement, Path file, int version)
      throws SQLException {
    Set<String> found = new HashSet<>();
    try (ResultSet row = statement.executeQuery("SELECT sql FROM sqlite_schema")) {
      while (row.next()) {
        String sql = row.getString(1);
        // The indexes behind UNIQUE have no text of their own.
        if (sql != null) {
          found.add(sql.strip());
        }
      }
    }
    Set<String> own = new HashSet<>();
    if (version != 0) {
      SCHEMA.forEach(sql -> own.add(sql.strip()));
    }
    if (!found.equals(own)) {
      throw damaged(file, new SQLException("its tables are not those of a journal"));
    }
  }

  @Override
  public History history() {
    try (Statement statement = connection.createStatement()) {
      List<Charge> charges = new ArrayList<>();
      try (PreparedStatement query =
          connection.prepareStatement(
              "SELECT round, purpose, rho FROM release WHERE run = ? ORDER BY number")) {
        query.setString(1, run);
        try (ResultSet row = query.executeQuery()) {
          while (row.next()) {
            charges.add(new Charge(new Release(row.getInt(1), row.getString(2)), row.getDouble(3)));
          }
        }
      }
      List<String> withoutNoise = new ArrayList<>();
      try (ResultSet row =
          statement.executeQuery("SELECT purpose FROM without_noise ORDER BY purpose")) {
        while (row.next()) {
          withoutNoise.add(row.getString(1));
        }
      }
      return new History(charges, withoutNoise, refusal(), earlierEpsilon());
    } catch (SQLException failure) {
      throw cannotRead(failure);
    } catch (IllegalArgumentException noCharge) {
      throw damaged(file, noCharge);
    }
  }

  /** Each run's at the order of its own limit: prices of one order mean nothing at another. */
  private double earlierEpsilon() throws SQLException {
    double epsilon = 0;
    try (PreparedStatement query =
        connection.prepareStatement(
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
        connection.prepareStatement("SELECT round, purpose FROM refusal WHERE run = ?")) {
      query.setString(1, run);
      try (ResultSet row = query.executeQuery()) {
        return row.next() ? new Release(row.getInt(1), row.getString(2)) : null;
      }
    }
  }

  @Override
  public <T extends Record> Optional<T> content(Release release, Class<T> type) {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT content FROM release WHERE run = ? AND round = ? AND purpose = ?")) {
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
      throw cannotRead(failure);
    } catch (IOException otherRecord) {
      throw KulaException.user(
          "release journal '%s' holds '%s' of round %d in another form than this Kula makes; go on with the Kula that wrote it"
              .formatted(file, release.purpose(), release.round()),
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

  @FunctionalInterface
  private interface Values {
    void setOn(PreparedStatement row) throws SQLException;
  }

  /** One statement, committed when this returns. */
  private void write(String sql, Values values) {
    try (PreparedStatement row = connection.prepareStatement(sql)) {
      values.setOn(row);
      row.executeUpdate();
    } catch (SQLException failure) {
      if (failure instanceof SQLiteException refused
          && refused.getResultCode() == SQLiteErrorCode.SQLITE_CONSTRAINT_UNIQUE) {
        throw new IllegalStateException("the release is in the journal already", failure);
      }
      throw KulaException.resource(
          "cannot write release journal '%s': %s; nothing was released, free space or check the disk"
              .formatted(file, reason(failure)),
          failure);
    }
  }

  private KulaException cannotRead(SQLException failure) {
    if (isDamage(file, failure)) {
      return damaged(file, failure);
    }
    return KulaException.resource(
        "cannot read release journal '%s': %s; the account in it must not be guessed, restore the disk"
            .formatted(file, reason(failure)),
        failure);
  }

  private static KulaException cannotOpen(Path file, SQLException failure) {
    SQLiteErrorCode code =
        failure instanceof SQLiteException known
            ? known.getResultCode()
            : SQLiteErrorCode.UNKNOWN_ERROR;
    return switch (code) {
      case SQLITE_BUSY, SQLITE_LOCKED ->
          KulaException.user(
              "release journal '%s' is open in another process; one device has one account, stop the other"
                  .formatted(file),
              failure);
      default ->
          isDamage(file, failure)
              ? damaged(file, failure)
              : KulaException.resource(
                  "cannot open release journal '%s': %s; check the path and its permissions"
                      .formatted(file, reason(failure)),
                  failure);
    };
  }

  /** Whether what SQLite complains of lies in the file's bytes and not in the machine. */
  private static boolean isDamage(Path file, SQLException failure) {
    // The lowest byte is the kind, of which others are refinements.
    int kind = failure.getErrorCode() & 0xff;
    return kind == SQLiteErrorCode.SQLITE_NOTADB.code
        || kind == SQLiteErrorCode.SQLITE_CORRUPT.code
        || kind == SQLiteErrorCode.SQLITE_FORMAT.code
        // Its statements are constants, so that an error in one is one in the tables.
        || kind == SQLiteErrorCode.SQLITE_ERROR.code
        || (kind == SQLiteErrorCode.SQLITE_READONLY.code && Files.isWritable(file));
  }

  private static KulaException damaged(Path file, Exception failure) {
    return KulaException.user(
        "'%s' is no release journal or is damaged; what was paid must not be guessed: restore it, or enrol the device anew"
            .formatted(file),
        failure);
  }

  /** The driver's text without its code in brackets. */
  private static String reason(SQLException failure) {
    String message = String.valueOf(failure.getMessage());
    int end = message.indexOf("] ");
    return message.startsWith("[") && end > 0 ? message.substring(end + 2) : message;
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException failure) {
      throw cannotRead(failure);
    }
  }
}
