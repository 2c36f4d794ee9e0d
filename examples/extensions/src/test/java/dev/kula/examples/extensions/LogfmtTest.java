package dev.kula.examples.extensions;

import dev.kula.data.source.DataSource;
import dev.kula.data.source.TableContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** All that holds for tables. */
final class LogfmtTest extends TableContract {
  @Override
  protected DataSource.Tabular write(Path to, List<List<String>> rows) throws IOException {
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      List<String> pairs = new ArrayList<>();
      for (int i = 0; i < row.size(); i++) {
        String value = row.get(i).replace("\\", "\\\\").replace("\"", "\\\"");
        pairs.add("%s=\"%s\"".formatted(COLUMNS.get(i), value));
      }
      lines.add(String.join(" ", pairs));
    }
    Files.createDirectories(to);
    return new DataSource.Own("logfmt:" + Files.write(to.resolve("rows.log"), lines));
  }
}
