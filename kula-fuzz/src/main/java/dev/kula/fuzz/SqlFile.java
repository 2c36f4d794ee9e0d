package dev.kula.fuzz;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;

/** A database that the lines of an input make. */
final class SqlFile {
  private static final String PREFIX = "sql:";

  private SqlFile() {}

  /** Makes {@code file}, if the input begins with {@code sql:}. */
  static boolean make(byte[] input, Path file) {
    String text = new String(input, StandardCharsets.UTF_8);
    if (!text.startsWith(PREFIX)) {
      return false;
    }
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      // A statement that does not end is the fuzzer's fault, not the journal's.
      statement.setQueryTimeout(1);
      for (String line : text.substring(PREFIX.length()).split("\n", -1)) {
        String word = line.strip().toLowerCase(Locale.ROOT);
        // What reaches other files has no place in a fuzzer.
        if (!word.contains("attach") && !word.contains("vacuum") && !word.contains("load_ext")) {
          execute(statement, line);
        }
      }
    } catch (SQLException refused) {
      return true;
    }
    return true;
  }

  private static boolean execute(Statement statement, String line) {
    try {
      statement.execute(line);
      return true;
    } catch (SQLException refused) {
      // The next line may do better.
      return false;
    }
  }
}
