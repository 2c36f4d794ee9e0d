package dev.kula.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.privacy.PrivacyLedger.Charge;
import dev.kula.privacy.PrivacyLedger.Release;
import dev.kula.privacy.accounting.RenyiFilter;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is SQLite's own; what it has in common with others is in {@code kula-device}'s tests. */
final class SqliteReleaseJournalTest {
  private static final String RUN = "run-1";
  private static final RenyiFilter FILTER = new RenyiFilter(8, 1e-5, 12);
  private static final Release PROFILE = new Release(5, "profile");

  private record Content(float[] numbers, String text) {}

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void name() {
    file = directory.resolve("releases.db");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE release SET rho = 0",
        "UPDATE release SET purpose = 'other'",
        "DELETE FROM release"
      })
  void theDatabaseRefusesToTakeBackAPrice(String sql) throws SQLException {
    try (SqliteReleaseJournal journal = SqliteReleaseJournal.open(file, RUN, FILTER)) {
      journal.paid(new Charge(PROFILE, 0.25), new Content(new float[0], ""));
    }
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      SQLException refused = assertThrows(SQLException.class, () -> statement.execute(sql));
      assertTrue(String.valueOf(refused.getMessage()).contains("what was paid"), sql);
    }
    try (SqliteReleaseJournal journal = SqliteReleaseJournal.open(file, RUN, FILTER)) {
      assertEquals(List.of(new Charge(PROFILE, 0.25)), journal.history().charges());
    }
  }

  @Test
  void twoProcessesCannotSpendOneAccount() {
    try (SqliteReleaseJournal journal = SqliteReleaseJournal.open(file, RUN, FILTER)) {
      ErrorAssertions.assertUserError(
          "open in another process", () -> SqliteReleaseJournal.open(file, RUN, FILTER));
      journal.paid(new Charge(PROFILE, 0.25), new Content(new float[0], ""));
    }
  }

  @Test
  void whatIsNoJournalIsRefusedAndLeftAlone() throws IOException {
    Files.writeString(file, "not a database, but long enough to be looked at".repeat(100));
    byte[] before = Files.readAllBytes(file);
    ErrorAssertions.assertUserError(
        "is no release journal", () -> SqliteReleaseJournal.open(file, RUN, FILTER));
    assertArrayEquals(before, Files.readAllBytes(file));
  }

  @Test
  void aDamagedPageIsRefused() throws IOException {
    try (SqliteReleaseJournal journal = SqliteReleaseJournal.open(file, RUN, FILTER)) {
      for (int round = 1; round <= 300; round++) {
        journal.paid(new Charge(new Release(round, "profile"), 0.1), new Content(new float[9], ""));
      }
    }
    byte[] bytes = Files.readAllBytes(file);
    // Headers of the pages after the first: no page is left that could be read as something else.
    for (int page = 4096; page < bytes.length; page += 4096) {
      bytes[page] = 77;
    }
    Files.write(file, bytes);
    ErrorAssertions.assertUserError(
        "is damaged", () -> SqliteReleaseJournal.open(file, RUN, FILTER));
  }

  @Test
  void anotherProgramsDatabaseIsRefused() throws SQLException {
    make("CREATE TABLE notes (text)");
    ErrorAssertions.assertUserError(
        "is no release journal", () -> SqliteReleaseJournal.open(file, RUN, FILTER));
  }

  /** It was read without end. */
  @Test
  void aViewInPlaceOfATableIsRefused() throws SQLException {
    make(
        "CREATE VIEW release AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
            + " SELECT i AS number, i AS round, 'profile' AS purpose, 0.5 AS rho FROM n");
    make("PRAGMA user_version = 2");
    ErrorAssertions.assertUserError(
        "is no release journal", () -> SqliteReleaseJournal.open(file, RUN, FILTER));
  }

  private void make(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void aLaterSchemaIsRefused() throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA user_version = 9");
    }
    ErrorAssertions.assertUserError("schema 9", () -> SqliteReleaseJournal.open(file, RUN, FILTER));
  }

  /** What a killed process had said it released is there, as it was. */
  @Test
  void aKilledProcessForgetsNothingThatLeft() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Releasing.class.getName(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String last = "";
    try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
      for (int lines = 0; lines < 25; lines++) {
        last = said.readLine();
        assertNotNull(last, "it ended by itself");
      }
      process.destroyForcibly().waitFor();
    }
    int space = last.indexOf(' ');
    Release released = new Release(Integer.parseInt(last.substring(0, space)), "update");
    try (SqliteReleaseJournal journal = SqliteReleaseJournal.open(file, RUN, FILTER)) {
      Content content = journal.content(released, Content.class).orElseThrow();
      assertEquals(last.substring(space + 1), content.text());
      assertTrue(journal.history().charges().size() >= released.round());
    }
  }

  /** Releases without end, and says so after each has been written down. */
  static final class Releasing {
    private Releasing() {}

    public static void main(String[] arguments) {
      RandomGenerator random = RandomGenerator.getDefault();
      try (SqliteReleaseJournal journal =
          SqliteReleaseJournal.open(Path.of(arguments[0]), RUN, FILTER)) {
        for (int round = 1; ; round++) {
          Content content = new Content(new float[10_000], Long.toHexString(random.nextLong()));
          journal.paid(new Charge(new Release(round, "update"), 1e-3), content);
          System.out.println(round + " " + content.text());
        }
      }
    }
  }
}
