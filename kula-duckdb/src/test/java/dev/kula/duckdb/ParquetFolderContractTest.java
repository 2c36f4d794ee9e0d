package dev.kula.duckdb;

import dev.kula.data.source.DataSource;
import dev.kula.data.source.TableContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

final class ParquetFolderContractTest extends TableContract {
  @Override
  protected DataSource.Tabular write(Path to, List<List<String>> rows) throws Exception {
    Files.createDirectories(to);
    for (Map.Entry<String, List<List<String>>> device : byDevice(rows).entrySet()) {
      ParquetContractTest.parquet(
          to, device.getKey(), COLUMNS.subList(1, COLUMNS.size()), device.getValue());
    }
    return new DataSource.Folder(to);
  }
}
