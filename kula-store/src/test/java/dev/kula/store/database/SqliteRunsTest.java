package dev.kula.store.database;

import static dev.kula.store.ErrorAssertions.assertUserError;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kula.KulaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SqliteRunsTest extends RunDatabaseContract {
  @Override
  String store() {
    return temporary.resolve("kula.db").toString();
  }

  @Test
  void bothWaysToNameAFileAreOne() {
    RunDatabase.open("sqlite:" + store());
    assertEquals(0, RunDatabase.open(store()).runs().size());
  }

  @Test
  void theFileOfAnotherProgramIsRefused() throws SQLException, IOException {
    Path other = temporary.resolve("other.db");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + other);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE bookmark (url TEXT)");
    }
    assertUserError("other.db", () -> RunDatabase.open(other.toString()));
    Path text = Files.writeString(temporary.resolve("text.db"), "no database at all");
    assertUserError("text.db", () -> RunDatabase.open(text.toString()));
    assertUserError("nowhere", () -> RunDatabase.open(temporary + "/nowhere/kula.db"));
  }

  @Test
  void whatIsNoStoreIsRefusedWithoutItsPassword() {
    assertUserError(
        "must be a file or postgresql://HOST/NAME", () -> RunDatabase.open("mysql://there/kula"));
    assertUserError("must be as postgresql://", () -> RunDatabase.open("postgresql:kula"));
    assertUserError("must be a file", () -> RunDatabase.open("sqlite:"));
    assertUserError("must be a file", () -> RunDatabase.open(":memory:"));
    for (String store :
        List.of(
            "postgresql://me:secret@127.0.0.1:1/kula",
            "postgresql://me:se/secret@127.0.0.1:1/kula",
            "postgresql://127.0.0.1:1/kula?user=me&password=secret",
            "mysql://me:secret@there/kula")) {
      KulaException refused = assertThrows(KulaException.class, () -> RunDatabase.open(store));
      assertFalse(String.valueOf(refused.getMessage()).contains("secret"), refused::toString);
      assertEquals(KulaException.Blame.USER, refused.blame());
    }
  }
}
