package dev.kula.store;

import dev.kula.KulaException;
import java.io.Closeable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.LockingMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * A small database in one file, of one process at a time: what is written is safe on the disk when
 * the call returns. Another program's file, a damaged one, and one of another version are refused.
 *
 * <p>Not thread safe.
 */
final class SqliteFile implements Closeable {
  private final Path path;
  private final Kind kind;
  private final Connection connection;

  /**
   * How a file is talked of.
   *
   * @param name such as {@code release journal}
   * @param whyOne why two processes cannot have it, and what to do
   * @param ifDamaged what to do
   * @param ifFull what has come of a write that failed, and what to do
   */
  record Kind(String name, String whyOne, String ifDamaged, String ifFull) {}

  private SqliteFile(Path path, Kind kind, Connection connection) {
    this.path = path;
    this.kind = kind;
    this.connection = connection;
  }

  /**
   * Opens a file, and makes it if there is none.
   *
   * @param version raised when tables change
   * @param schema statements that make the tables
   * @throws KulaException USER if it is no such file, damaged, or open in another process; RESOURCE
   *     if it cannot be opened
   */
  static SqliteFile open(Path path, Kind kind, int version, List<String> schema) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(JournalMode.WAL);
    config.setSynchronous(SynchronousMode.FULL);
    config.setLockingMode(LockingMode.EXCLUSIVE);
    config.setBusyTimeout(0);
    try {
      Connection connection =
          DriverManager.getConnection("jdbc:sqlite:" + path, config.toProperties());
      SqliteFile file = new SqliteFile(path, kind, connection);
      try {
        file.prepare(version, schema);
        return file;
      } catch (SQLException | KulaException failure) {
        connection.close();
        throw failure;
      }
    } catch (SQLException failure) {
      throw cannotOpen(path, kind, failure);
    }
  }

  private void prepare(int expected, List<String> schema) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      try (ResultSet row = statement.executeQuery("PRAGMA quick_check(1)")) {
        if (!row.getString(1).equals("ok")) {
          throw damaged(new SQLException(row.getString(1)));
        }
      }
      int version;
      try (ResultSet row = statement.executeQuery("PRAGMA user_version")) {
        version = row.getInt(1);
      }
      if (version != 0 && version != expected) {
        throw KulaException.user(
            "%s '%s' has schema %d, this Kula reads %d; open it with the Kula that wrote it"
                .formatted(kind.name(), path, version, expected));
      }
      requireOwnTables(statement, version == 0 ? List.of() : schema);
      // Writes, even if there is nothing to make, and so takes the lock for as long as it is open.
      statement.execute("BEGIN IMMEDIATE");
      if (version == 0) {
        for (String table : schema) {
          statement.execute(table);
        }
      }
      statement.execute("PRAGMA user_version = " + expected);
      statement.execute("COMMIT");
    }
  }

  /**
   * Refuses another program's database, and one whose tables are not those that Kula makes: a view
   * in the place of a table could be anything, such as one that does not end.
   */
  private void requireOwnTables(Statement statement, List<String> schema) throws SQLException {
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
    schema.forEach(sql -> own.add(sql.strip()));
    if (!found.equals(own)) {
      throw damaged(new SQLException("its tables are not those of a " + kind.name()));
    }
  }

  Path path() {
    return path;
  }

  PreparedStatement prepare(String sql) throws SQLException {
    return connection.prepareStatement(sql);
  }

  /** Sets the values of a statement. */
  @FunctionalInterface
  interface Values {
    void setOn(PreparedStatement row) throws SQLException;
  }

  /**
   * One statement, committed when this returns.
   *
   * @return false if there is such a row already, and nothing was done
   */
  boolean write(String sql, Values values) {
    try (PreparedStatement row = connection.prepareStatement(sql)) {
      values.setOn(row);
      row.executeUpdate();
      return true;
    } catch (SQLException failure) {
      if (failure instanceof SQLiteException refused
          && refused.getResultCode() == SQLiteErrorCode.SQLITE_CONSTRAINT_UNIQUE) {
        return false;
      }
      throw KulaException.resource(
          "cannot write %s '%s': %s; %s"
              .formatted(kind.name(), path, reason(failure), kind.ifFull()),
          failure);
    }
  }

  KulaException cannotRead(SQLException failure) {
    if (isDamage(path, failure)) {
      return damaged(failure);
    }
    return KulaException.resource(
        "cannot read %s '%s': %s; what is in it must not be guessed, restore the disk"
            .formatted(kind.name(), path, reason(failure)),
        failure);
  }

  private static KulaException cannotOpen(Path path, Kind kind, SQLException failure) {
    SQLiteErrorCode code =
        failure instanceof SQLiteException known
            ? known.getResultCode()
            : SQLiteErrorCode.UNKNOWN_ERROR;
    return switch (code) {
      case SQLITE_BUSY, SQLITE_LOCKED ->
          KulaException.user(
              "%s '%s' is open in another process; %s".formatted(kind.name(), path, kind.whyOne()),
              failure);
      default ->
          isDamage(path, failure)
              ? damaged(path, kind, failure)
              : KulaException.resource(
                  "cannot open %s '%s': %s; check the path and its permissions"
                      .formatted(kind.name(), path, reason(failure)),
                  failure);
    };
  }

  /** Whether what SQLite complains of lies in the file's bytes and not in the machine. */
  private static boolean isDamage(Path path, SQLException failure) {
    // The lowest byte is the kind, of which others are refinements.
    int kind = failure.getErrorCode() & 0xff;
    return kind == SQLiteErrorCode.SQLITE_NOTADB.code
        || kind == SQLiteErrorCode.SQLITE_CORRUPT.code
        || kind == SQLiteErrorCode.SQLITE_FORMAT.code
        // Its statements are constants, so that an error in one is one in the tables.
        || kind == SQLiteErrorCode.SQLITE_ERROR.code
        || (kind == SQLiteErrorCode.SQLITE_READONLY.code && Files.isWritable(path));
  }

  /** That the file is not what it should be. */
  KulaException damaged(Exception failure) {
    return damaged(path, kind, failure);
  }

  private static KulaException damaged(Path path, Kind kind, Exception failure) {
    return KulaException.user(
        "'%s' is no %s or is damaged; %s".formatted(path, kind.name(), kind.ifDamaged()), failure);
  }

  /** The driver's text without its code in brackets. */
  static String reason(Exception failure) {
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
