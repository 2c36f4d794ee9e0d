package dev.kula.duckdb;

import dev.kula.KulaException;
import dev.kula.data.source.QueryEngine;
import dev.kula.data.source.Table;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Properties;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.duckdb.DuckDBDriver;

/**
 * DuckDB, a new one in memory for each table. One thread reads, so that the same query on the same
 * files gives the same rows in the same order and the same bits. Thread safe.
 */
public final class DuckDb implements QueryEngine {
  /** Of the machine's memory; Java's heap, where the rows go, has its own share. */
  private static final String MEMORY = "20%";

  /** Says what is wrong with a statement: it must be one SELECT. */
  private static final String CHECK =
      "SELECT json ->> 'error_type', json ->> 'error_message', json_array_length(json,"
          + " 'statements') FROM (SELECT json_serialize_sql(?::VARCHAR) AS json)";

  /** Made by the {@link java.util.ServiceLoader}. */
  public DuckDb() {}

  @Override
  public Table query(String name, String sql) {
    return open(name, sql, Optional.empty());
  }

  @Override
  public Table parquet(String pattern) {
    return open("'%s'".formatted(pattern), "FROM read_parquet(?)", Optional.of(pattern));
  }

  @Override
  public void writeParquet(Path csv, SequencedMap<String, Class<?>> columns, Path parquet) {
    String types =
        columns.entrySet().stream()
            .map(column -> "'%s': '%s'".formatted(column.getKey(), type(column.getValue())))
            .collect(Collectors.joining(", ", "{", "}"));
    String copy =
        "COPY (FROM read_csv(%s, header = true, auto_detect = false, columns = %s, delim = ',', quote = '\"', escape = '\"', new_line = '\\n', nullstr = '', allow_quoted_nulls = false, max_line_size = 100000000)) TO %s (FORMAT parquet)"
            .formatted(literal(csv), types, literal(parquet));
    try (Connection connection = connect(false);
        Statement statement = connection.createStatement()) {
      statement.execute(copy);
    } catch (SQLException e) {
      throw KulaException.resource(
          "cannot write '%s': %s; free space or choose another directory with --out"
              .formatted(parquet, firstLine(e)),
          e);
    }
  }

  private static String literal(Path path) {
    return "'" + path.toString().replace("'", "''") + "'";
  }

  private static String type(Class<?> type) {
    return type == Long.class
        ? "BIGINT"
        : type == Double.class ? "DOUBLE" : type == Boolean.class ? "BOOLEAN" : "VARCHAR";
  }

  /**
   * @param argument of Kula's own statement; empty if the statement is a user's
   */
  private static Table open(String name, String sql, Optional<String> argument) {
    Connection connection = connect(true);
    try {
      if (argument.isEmpty()) {
        requireSelect(connection, name, sql);
      }
      PreparedStatement statement = prepare(connection, sql, argument);
      ResultSet rows;
      try {
        rows = statement.executeQuery();
      } catch (SQLException e) {
        throw reason(sql, argument).orElse(e);
      }
      return new DuckTable(name, connection, statement, rows);
    } catch (SQLException e) {
      close(connection, e);
      throw KulaException.user(
          "%s cannot be read (%s); %s".formatted(name, firstLine(e), remedy(e)), e);
    } catch (RuntimeException e) {
      close(connection, e);
      throw e;
    }
  }

  private static PreparedStatement prepare(
      Connection connection, String sql, Optional<String> argument) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    if (argument.isPresent()) {
      statement.setString(1, argument.get());
    }
    return statement;
  }

  /**
   * A connection that reads and sets nothing.
   *
   * @param streams whether rows come as they are read, and not all at once
   */
  private static Connection connect(boolean streams) {
    Properties properties = new Properties();
    properties.setProperty("threads", "1");
    properties.setProperty("memory_limit", MEMORY);
    properties.setProperty("temp_directory", ""); // rows do not go to a disk that nobody named
    properties.setProperty("autoinstall_known_extensions", "false");
    properties.setProperty("allow_community_extensions", "false");
    properties.setProperty("jdbc_stream_results", Boolean.toString(streams));
    try {
      Connection connection = new DuckDBDriver().connect("jdbc:duckdb:", properties);
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET TimeZone = 'UTC'");
        statement.execute("SET lock_configuration = true");
      } catch (SQLException e) {
        close(connection, e);
        throw e;
      }
      return connection;
    } catch (SQLException | LinkageError e) {
      throw KulaException.resource(
          "DuckDB does not start (%s), it needs a directory for its library; see java.io.tmpdir"
              .formatted(e),
          e);
    }
  }

  /** A query alone writes nothing: statements such as COPY and ATTACH are none. */
  private static void requireSelect(Connection connection, String name, String sql)
      throws SQLException {
    try (PreparedStatement check = connection.prepareStatement(CHECK)) {
      check.setString(1, sql);
      try (ResultSet found = check.executeQuery()) {
        found.next();
        String error = found.getString(1);
        if (error != null && error.equals("parser")) {
          throw KulaException.user(
              "%s is not SQL (%s); correct it".formatted(name, found.getString(2)));
        }
        if (error != null || found.getInt(3) != 1) {
          throw KulaException.user(
              "%s is not one query, must be a single SELECT (without PIVOT); leave out what else there is"
                  .formatted(name));
        }
      }
    }
  }

  /**
   * Why a query fails. Where rows come as they are read, DuckDB does not say so of the first ones.
   */
  private static Optional<SQLException> reason(String sql, Optional<String> argument) {
    try (Connection connection = connect(false);
        PreparedStatement statement = prepare(connection, sql, argument)) {
      statement.executeQuery().close();
      return Optional.empty();
    } catch (SQLException e) {
      return Optional.of(e);
    }
  }

  private static String remedy(SQLException e) {
    String said = String.valueOf(e.getMessage());
    if (said.startsWith("Out of Memory")) {
      return "ask for less at once, or leave sorting out";
    }
    if (said.startsWith("Extension")) {
      return "install it with DuckDB's own command, Kula downloads nothing, or convert the data";
    }
    return "correct it";
  }

  /** What DuckDB says, without the advice and the piece of SQL that come below. */
  static String firstLine(SQLException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
  }

  /** Closes what is of no use any more, for a failure that is told of. */
  private static void close(Connection connection, Exception failure) {
    try {
      connection.close();
    } catch (SQLException second) {
      failure.addSuppressed(second);
    }
  }
}
