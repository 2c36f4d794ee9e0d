package dev.kula.duckdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import dev.kula.app.Kula;
import dev.kula.store.table.Column;
import dev.kula.store.table.RunTable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables of runs as Parquet. */
final class ParquetTablesTest {
  @TempDir Path directory;

  private static void kula(String... words) {
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(told, true, StandardCharsets.UTF_8);
    assertEquals(0, Kula.run(stream, stream, words), () -> told.toString(StandardCharsets.UTF_8));
  }

  private static List<List<Object>> rows(String query) throws SQLException {
    List<List<Object>> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(query)) {
      while (found.next()) {
        List<Object> row = new ArrayList<>();
        for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
          row.add(found.getObject(i));
        }
        rows.add(row);
      }
    }
    return rows;
  }

  @Test
  void columnsHaveTheirTypesAndRowsTheirNumbers() throws Exception {
    Path run = directory.resolve("it's a run");
    Path out = directory.resolve("out");
    String flags =
        "simulate --devices 4 --rounds 3 --model softmax --policy random --swap-every 2 --out";
    List<String> words = new ArrayList<>(List.of(flags.split(" ")));
    words.add(run.toString());
    kula(words.toArray(String[]::new));
    kula("tables", run.toString(), "--format", "parquet", "--out", out.toString());
    for (RunTable table : RunTable.values()) {
      Path file = out.resolve(table.title() + ".parquet");
      List<String> described = new ArrayList<>();
      rows("DESCRIBE FROM read_parquet(%s)".formatted(Duck.quoted(file)))
          .forEach(row -> described.add(row.get(0) + " " + row.get(1)));
      assertEquals(table.columns().stream().map(ParquetTablesTest::described).toList(), described);
    }
    List<List<Object>> rounds =
        rows(
            "SELECT run, round, personal_accuracy, isinf(epsilon_max) FROM read_parquet(%s) ORDER BY round"
                .formatted(Duck.quoted(out.resolve("round.parquet"))));
    assertEquals(3, rounds.size());
    assertEquals(run.toString(), rounds.getFirst().getFirst());
    assertEquals(true, rounds.getFirst().getLast());
    String last = Files.readAllLines(run.resolve("rounds.jsonl")).getLast();
    assertTrue(last.contains("\"personalAccuracy\":" + rounds.getLast().get(2)), last);
    try (var files = Files.list(out)) {
      assertEquals(RunTable.values().length, files.count());
    }
  }

  private static String described(Column column) {
    String type =
        column.type() == Long.class
            ? "BIGINT"
            : column.type() == Double.class
                ? "DOUBLE"
                : column.type() == Boolean.class ? "BOOLEAN" : "VARCHAR";
    return column.name() + " " + type;
  }

  @Test
  void nothingAndEmptyTextAreNotTheSame() throws Exception {
    Path csv = directory.resolve("a.csv");
    Files.writeString(csv, "n,t\n1,\"\"\n,\n-3,\"a \"\"b\"\"\n,c\"\nNaN,NaN\n");
    SequencedMap<String, Class<?>> columns = new LinkedHashMap<>();
    columns.put("n", Double.class);
    columns.put("t", String.class);
    Path parquet = directory.resolve("a.parquet");
    new DuckDb().writeParquet(csv, columns, parquet);
    List<List<Object>> rows = rows("FROM read_parquet(%s)".formatted(Duck.quoted(parquet)));
    assertEquals(4, rows.size());
    assertEquals(List.of(1.0, ""), rows.get(0));
    assertEquals(null, rows.get(1).get(0));
    assertEquals(null, rows.get(1).get(1));
    assertEquals("a \"b\"\n,c", rows.get(2).get(1));
    assertEquals(List.of(Double.NaN, "NaN"), rows.get(3));
  }

  @Test
  void whatCannotBeWrittenIsOneLine() throws IOException {
    Path csv = Files.writeString(directory.resolve("a.csv"), "n\n1\n");
    SequencedMap<String, Class<?>> columns = new LinkedHashMap<>();
    columns.put("n", Long.class);
    KulaException failure =
        assertThrows(
            KulaException.class,
            () -> new DuckDb().writeParquet(csv, columns, directory.resolve("no/a.parquet")));
    assertEquals(KulaException.Blame.RESOURCE, failure.blame());
    assertEquals(1, String.valueOf(failure.getMessage()).lines().count());
  }
}
