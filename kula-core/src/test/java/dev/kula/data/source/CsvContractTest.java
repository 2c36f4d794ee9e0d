package dev.kula.data.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

final class CsvContractTest extends TableContract {
  @Override
  protected DataSource.Tabular write(Path to, List<List<String>> rows) throws IOException {
    Files.createDirectories(to);
    return new DataSource.Csv(Files.write(to.resolve("data.csv"), csv(COLUMNS, rows)));
  }
}
