package dev.kula.duckdb;

import dev.kula.data.source.DataSource;
import dev.kula.data.source.TableContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

final class ParquetFolderContractTest extends TableContract {
  @Override
  protected DataSource.Tabular write(Path to, List<List<String>> rows) throws Exception {
    Files.createDirectories(to);
    Map<String, List<List<String>>> byDevice = new TreeMap<>();
    for (List<String> row : rows) {
      byDevice
          .computeIfAbsent(row.getFirst(), device -> new ArrayList<>())
          .add(row.subList(1, row.size()));
    }
    for (Map.Entry<String, List<List<String>>> device : byDevice.entrySet()) {
      ParquetContractTest.parquet(
          to, device.getKey(), COLUMNS.subList(1, COLUMNS.size()), device.getValue());
    }
    return new DataSource.Folder(to);
  }
}
