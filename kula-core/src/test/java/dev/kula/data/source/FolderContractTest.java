package dev.kula.data.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

final class FolderContractTest extends TableContract {
  @Override
  protected DataSource.Tabular write(Path to, List<List<String>> rows) throws IOException {
    Files.createDirectories(to);
    for (Map.Entry<String, List<List<String>>> device : byDevice(rows).entrySet()) {
      Files.write(
          to.resolve(device.getKey() + ".csv"),
          csv(COLUMNS.subList(1, COLUMNS.size()), device.getValue()));
    }
    return new DataSource.Folder(to);
  }
}
