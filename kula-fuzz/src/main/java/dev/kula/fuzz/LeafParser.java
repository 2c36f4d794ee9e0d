package dev.kula.fuzz;

import dev.kula.data.source.DataSource;
import dev.kula.data.source.ReadOptions;
import dev.kula.data.source.ReadOptions.TaskKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file of LEAF, or gzip, read for both tasks. */
final class LeafParser implements Parser {
  @Override
  public void parse(byte[] input, Path folder) throws IOException {
    Path file = folder.resolve("data.json");
    Files.write(file, input);
    ReadOptions options = ReadOptions.defaults();
    // Odd lengths are read as a regression: both refuse most inputs, so one run does one.
    ValidData.require(
        new DataSource.Leaf(file)
            .load(input.length % 2 == 0 ? options : options.withTask(TaskKind.REGRESSION)));
  }
}
