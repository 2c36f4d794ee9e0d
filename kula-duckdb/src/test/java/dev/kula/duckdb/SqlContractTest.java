package dev.kula.duckdb;

import dev.kula.data.source.DataSource;
import dev.kula.data.source.TableContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A query in a file, over a database of DuckDB's. */
final class SqlContractTest extends TableContract {
  @Override
  protected DataSource.Tabular write(Path to, List<List<String>> rows) throws Exception {
    Path csv = Files.write(Files.createDirectories(to).resolve("rows"), csv(COLUMNS, rows));
    Path database = to.resolve("data.duckdb");
    Duck.run(
        "ATTACH %s AS data".formatted(Duck.quoted(database)),
        "CREATE TABLE data.readings AS SELECT row_number() OVER () AS n, * FROM read_csv(%s, header = true, delim = ',', quote = '\"')"
            .formatted(Duck.quoted(csv)));
    Path query =
        Files.writeString(
            to.resolve("query.sql"),
            "-- in order\nSELECT * EXCLUDE n\nFROM read_duckdb(%s, table_name = 'readings')\nORDER BY n;\n"
                .formatted(Duck.quoted(database)));
    return new DataSource.Sql(query.toString());
  }
}
