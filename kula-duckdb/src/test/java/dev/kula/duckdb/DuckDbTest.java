package dev.kula.duckdb;

import static dev.kula.data.Mistakes.assertMistake;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.data.Dataset;
import dev.kula.data.FeatureTable;
import dev.kula.data.source.DataSource;
import dev.kula.data.source.ReadOptions;
import dev.kula.data.source.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DuckDbTest {
  @TempDir Path directory;

  /** Types, and what a CSV file would have. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1::TINYINT | 1",
        "9223372036854775807::BIGINT | 9223372036854775807",
        "18446744073709551615::UBIGINT | 18446744073709551615",
        "170141183460469231731687303715884105727::HUGEINT |"
            + " 170141183460469231731687303715884105727",
        "0.1::FLOAT | 0.1",
        "3::DOUBLE | 3",
        "1e-7::DOUBLE | 0.0000001",
        "1.50::DECIMAL(5, 2) | 1.50",
        "true | true",
        "' a b ' | a b",
        "'b'::ENUM ('a', 'b') | b",
        "DATE '2024-02-01' | 2024-02-01",
        "TIMESTAMP '2024-02-01 10:00:00.25' | 2024-02-01T10:00:00.250",
        "TIMESTAMP_NS '2024-02-01 10:00:00.000000001' | 2024-02-01T10:00:00.000000001",
        "TIMESTAMPTZ '2024-02-01 10:00:00+02' | 2024-02-01T08:00Z",
        "'nan'::DOUBLE | NaN",
        "NULL | ``",
        "NULL::TIMESTAMP | ``",
        "NULL::DOUBLE | ``",
      })
  void readsATypeAsTextWouldBe(String expression, String text) {
    try (Table table = new DuckDb().query("q", "SELECT %s AS x".formatted(expression))) {
      assertTrue(table.next());
      assertEquals(text, table.text(0));
      assertFalse(table.next());
    }
  }

  @Test
  void aColumnOfArraysIsAsManyColumnsAsTheyAreLong() {
    Dataset data =
        sql(
            "SELECT [i, i / 4]::FLOAT[] AS a, i AS b, [i]::INTEGER[1] AS c, i % 2 AS label FROM"
                + " range(2) t(i)");
    assertArrayEquals(new float[] {0, 0, 0, 0, 1, 0.25f, 1, 1}, features(data));
    try (Table table = new DuckDb().query("q", "SELECT [1, NULL] AS a, 2 AS b")) {
      assertEquals(List.of("a[0]", "a[1]", "b"), table.columns());
      assertTrue(table.next());
      assertEquals("", table.text(1));
    }
    assertMistake(
        () -> sql("SELECT range(i + 1) AS a, i AS label FROM range(9) t(i)"),
        "row 2, column 'a[0]' has 2 numbers, must have 1 as in the first row");
    assertMistake(() -> sql("SELECT NULL::FLOAT[] AS a, 1 AS label"), "column 'a' has 0 numbers");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SELECT 'x'::BLOB AS a, 1 AS label | row 1, column 'a' is a BLOB, must be",
        "SELECT {'b': 1} AS a, 1 AS label | column 'a' is a STRUCT(b INTEGER), must be",
        "SELECT [[1]] AS a, 1 AS label | column 'a' is a INTEGER[][], must be",
        "SELECT 1 AS a, 2 AS a, 3 AS label | which must have names that differ; rename 'a'",
        "SELECT TIMESTAMP '2024-01-01' AS a, 1 AS label | is '2024-01-01T00:00', must be a number",
        "SELECT 1 AS a, NULL AS label | row 1, column 'label' is empty",
        "SELECT * FROM missing | Table with name missing does not exist",
        "SELEC | is not SQL (syntax error",
        "SELECT ? AS a, 1 AS label | Parameter count mismatch",
        "SELECT 1 AS a, CASE i WHEN 5 THEN error('oh') END AS label FROM range(9) t(i) | (Invalid"
            + " Input Error: oh)",
        "SELECT * FROM sqlite_scan('a.db', 't') | Kula downloads nothing",
        "SELECT * FROM 'https://localhost/a.parquet' | Kula downloads nothing",
      })
  void saysWhatIsWrong(String query, String said) {
    assertMistake(() -> sql(query), said);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "COPY (SELECT 1 AS a) TO '@/written.csv'",
        "SELECT 1 AS a, 2 AS label; COPY (SELECT 1) TO '@/written.csv'",
        "COPY (SELECT 1) TO '@/written.csv'; SELECT 1 AS a, 2 AS label",
        "ATTACH '@/written.db'",
        "SELECT 1 AS a; SELECT 2 AS a",
        "CREATE TABLE t (a INTEGER)",
        "SET memory_limit = '100GB'",
        "INSTALL sqlite",
        "EXPORT DATABASE '@/written'",
        "",
      })
  void refusesWhatIsNotOneQuery(String statement) throws IOException {
    String sql = statement.replace("@", directory.toString());
    assertMistake(() -> new DuckDb().query("'q'", sql).close(), "'q' is not one query");
    assertNothingWritten();
  }

  @Test
  void readsADatabaseAndLeavesItAsItIs() throws Exception {
    Path database = directory.resolve("d.duckdb");
    Duck.run(
        "ATTACH %s AS d".formatted(Duck.quoted(database)),
        "CREATE TABLE d.t AS SELECT i AS a, i % 2 AS label FROM range(9) t(i)");
    byte[] before = Files.readAllBytes(database);
    assertEquals(9, sql("FROM read_duckdb(%s)".formatted(Duck.quoted(database))).size());
    assertArrayEquals(before, Files.readAllBytes(database));
  }

  @Test
  void readsFilesOneAfterAnotherAndColumnsOfTheirDirectories() throws Exception {
    Duck.run(
        "COPY (SELECT i AS x, i %% 2 AS label, 'd' || i // 5 AS device FROM range(10) t(i)) TO %s (FORMAT parquet, PARTITION_BY device)"
            .formatted(Duck.quoted(directory.resolve("parts"))));
    Dataset data = parquet(directory.resolve("parts/*/*.parquet").toString());
    assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, features(data));
    assertEquals("d1", data.owners().orElseThrow().getLast().name());
  }

  @Test
  void refusesParquetThatIsBroken() throws Exception {
    Path good = directory.resolve("good.parquet");
    Duck.run(
        "COPY (SELECT i AS x, i * 7 %% 997 / 3 AS y, i %% 2 AS label FROM range(100000) t(i)) TO %s (FORMAT parquet, ROW_GROUP_SIZE 10000)"
            .formatted(Duck.quoted(good)));
    byte[] bytes = Files.readAllBytes(good);
    assertEquals(100_000, parquet(good.toString()).size());

    Path broken = directory.resolve("broken.parquet");
    Files.write(broken, Arrays.copyOf(bytes, bytes.length / 2));
    assertMistake(() -> parquet(broken.toString()), "broken.parquet' cannot be read (");
    byte[] wrong = bytes.clone();
    Arrays.fill(wrong, bytes.length / 2, bytes.length / 2 + 40_000, (byte) 0x5a);
    Files.write(broken, wrong);
    assertMistake(() -> parquet(broken.toString()), "broken.parquet' cannot be read (");
    Files.writeString(broken, "");
    assertMistake(() -> parquet(broken.toString()), "broken.parquet");
    assertMistake(() -> parquet(directory.resolve("none.parquet").toString()), "No files found");
    assertMistake(() -> parquet(directory.resolve("*.none").toString()), "No files found");
    assertMistake(
        () -> parquet(directory + "/x'); COPY (SELECT 1) TO 'y"), "No files found", "x'); COPY");
  }

  @Test
  void readsQueriesFromFiles() throws IOException {
    Path file = directory.resolve("q.sql");
    assertMistake(() -> sql(file.toString()), "q.sql' does not exist");
    Files.writeString(file, "SELECT i AS x, i % 2 AS label\nFROM range(4) t(i); -- four");
    assertEquals(4, sql(file.toString()).size());
    Files.writeString(file, "DROP TABLE x");
    assertMistake(() -> sql(file.toString()), "q.sql' is not one query");
    Files.write(file, new byte[] {'S', (byte) 0xff});
    assertMistake(() -> sql(file.toString()), "q.sql'", "not UTF-8");
  }

  private void assertNothingWritten() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(List.of(), files.toList());
    }
  }

  private static Dataset sql(String query) {
    return new DataSource.Sql(query).load(ReadOptions.defaults());
  }

  private static Dataset parquet(String pattern) {
    return new DataSource.Parquet(pattern).load(ReadOptions.defaults());
  }

  private static float[] features(Dataset data) {
    return ((FeatureTable.Floats) data.features()).values();
  }
}
