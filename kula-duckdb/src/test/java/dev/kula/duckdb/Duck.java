package dev.kula.duckdb;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** A DuckDB of a test's own, which may write. */
final class Duck {
  private Duck() {}

  static void run(String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** A text as SQL has it. */
  static String quoted(Object text) {
    return "'" + text.toString().replace("'", "''") + "'";
  }
}
