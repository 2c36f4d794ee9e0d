package dev.kula.data.source;

import static dev.kula.data.Mistakes.assertMistake;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kula.data.Dataset;
import dev.kula.data.FeatureTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FolderTableTest {
  @TempDir Path directory;

  @BeforeEach
  void twoDevices() throws IOException {
    file("b.csv", "x,time,label,y\n1,5,no,2\n");
    file("a.csv", "y,label,x,time\n4,yes,3,6\n");
  }

  @Test
  void aFilesNameIsTheDevicesAndColumnsComeInAnyOrder() throws IOException {
    Files.move(directory.resolve("b.csv"), directory.resolve("b.1.CSV"));
    file("notes.txt", "no table");
    file(".c.csv", "hidden");
    Files.createDirectory(directory.resolve("d.csv"));
    Dataset data = load();
    assertEquals("[a, b.1]", data.owners().orElseThrow().toString());
    assertArrayEquals(
        new float[] {4, 3, 2, 1}, ((FeatureTable.Floats) data.features()).values(), "by a.csv");
    assertArrayEquals(new double[] {6, 5}, data.times().orElseThrow());
  }

  @Test
  void refusesFilesThatDiffer() throws IOException {
    file("c.csv", "x,time,label\n1,5,no\n");
    assertMistake(this::load, "c.csv' has columns x, time, label, must have those of the first");
    file("c.csv", "x,time,label,y,z\n1,5,no,1,2\n");
    assertMistake(this::load, "c.csv' has columns");
    file("c.csv", "x,time,label,y,device\n1,5,no,1,c\n");
    assertMistake(this::load, "c.csv' has a column 'device', which its name says already");
  }

  @Test
  void refusesDevicesWithoutRowsAndWithoutOneName() throws IOException {
    file("c.csv", "x,time,label,y\n");
    assertMistake(this::load, "c.csv' has columns but no rows");
    file("c.csv", "x,time,label,y\n1,noon,no,1\n");
    assertMistake(this::load, "c.csv' line 2, column 'time' is 'noon'", "times above it");
    Files.delete(directory.resolve("c.csv"));
    file("a .csv", "x,time,label,y\n1,5,no,1\n");
    assertMistake(this::load, "are both of device 'a'");
    Files.move(directory.resolve("a .csv"), directory.resolve(" .csv"));
    assertMistake(this::load, "has no name before its ending");
  }

  @Test
  void refusesFoldersWithoutTables() throws IOException {
    Path empty = Files.createDirectory(directory.resolve("empty"));
    assertMistake(() -> load(empty), "has no file that ends in .csv, .csv.gz, .parquet");
    assertMistake(() -> load(directory.resolve("none")), "does not exist");
    assertMistake(() -> load(directory.resolve("a.csv")), "is not a directory");
  }

  @Test
  void saysWhatParquetAndQueriesNeed() throws IOException {
    file("c.parquet", "");
    assertMistake(this::load, "needs DuckDB, which is not on the class path", "KULA_DUCKDB=1");
    assertMistake(
        () -> DataSource.parse("parquet:a").load(ReadOptions.defaults()), "'parquet:a' needs");
    assertMistake(
        () -> DataSource.parse("sql:SELECT 1").load(ReadOptions.defaults()),
        "'sql:SELECT 1' needs");
  }

  private void file(String name, String text) throws IOException {
    Files.writeString(directory.resolve(name), text);
  }

  private Dataset load() {
    return load(directory);
  }

  private static Dataset load(Path folder) {
    return new DataSource.Folder(folder).load(ReadOptions.defaults());
  }
}
