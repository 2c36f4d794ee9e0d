package dev.kula.data.source;

import static dev.kula.data.Mistakes.assertMistake;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kula.data.source.ReadOptions.TaskKind;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataSourceTest {
  @Test
  void readsItsOwnNotation() {
    assertEquals(new DataSource.FashionMnist(), DataSource.parse(" fashion-mnist "));
    assertEquals(new DataSource.Idx(Path.of("some/dir")), DataSource.parse("idx:some/dir"));
    assertEquals(new DataSource.Csv(Path.of("a:b.csv")), DataSource.parse("csv:a:b.csv"));
    assertEquals(new DataSource.Sql("SELECT 'a:b'"), DataSource.parse("sql: SELECT 'a:b' "));
    assertEquals(
        new DataSource.Parquet("some/*.parquet"), DataSource.parse("parquet:some/*.parquet"));
    for (String text :
        new String[] {
          "fashion-mnist",
          "idx:some/dir",
          "csv:x.csv.gz",
          "folder:some/dir",
          "leaf:x.json",
          "parquet:x/**/*.parquet",
          "sql:SELECT 1"
        }) {
      assertEquals(text, DataSource.parse(text).notation());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "mnist",
        "fashion-mnist:1",
        "idx",
        "idx:",
        "csv: ",
        "csv:a\0b",
        "sql:",
        "parquet:a\0b"
      })
  void refusesOtherNotation(String text) {
    assertMistake(() -> DataSource.parse(text), "data is '" + text.replace('\0', ' ') + "'");
  }

  @Test
  void refusesOptionsThatCannotBe() {
    assertMistake(() -> TaskKind.parse("ranking"), "task is 'ranking'", "regression");
    assertEquals(TaskKind.REGRESSION, TaskKind.parse(" regression "));
    ReadOptions options = ReadOptions.defaults();
    assertMistake(() -> options.withColumns("x", "x", "label"), "'x'", "must differ");
    assertMistake(() -> options.withColumns("", "x", "label"), "blank");
    assertMistake(
        () -> new DataSource.FashionMnist().load(options.withTask(TaskKind.REGRESSION)),
        "regression",
        "fashion-mnist");
  }
}
