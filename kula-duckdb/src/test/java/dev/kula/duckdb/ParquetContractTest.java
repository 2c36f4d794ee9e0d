package dev.kula.duckdb;

import dev.kula.data.source.DataSource;
import dev.kula.data.source.TableContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

final class ParquetContractTest extends TableContract {
  @Override
  protected DataSource.Tabular write(Path to, List<List<String>> rows) throws Exception {
    return new DataSource.Parquet(parquet(to, "data", COLUMNS, rows).toString());
  }

  /** Converts CSV, whose types DuckDB finds by itself. */
  static Path parquet(Path to, String name, List<String> columns, List<List<String>> rows)
      throws Exception {
    Path csv = Files.write(Files.createDirectories(to).resolve("rows"), csv(columns, rows));
    Path file = to.resolve(name + ".parquet");
    Duck.run(
        "COPY (SELECT * FROM read_csv(%s, header = true, delim = ',', quote = '\"')) TO %s (FORMAT parquet)"
            .formatted(Duck.quoted(csv), Duck.quoted(file)));
    Files.delete(csv);
    return file;
  }
}
