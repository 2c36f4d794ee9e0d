package dev.kula.fuzz;

import dev.kula.data.Dataset;
import dev.kula.data.source.DataSource;
import dev.kula.data.source.ReadOptions;
import dev.kula.data.source.ReadOptions.TaskKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A CSV file, or gzip, read for both tasks. */
final class CsvParser implements Parser {
  @Override
  public void parse(byte[] input, Path folder) throws IOException {
    Path file = folder.resolve("data.csv");
    Files.write(file, input);
    ReadOptions options = ReadOptions.defaults();
    DataSource source = new DataSource.Csv(file);
    // Odd lengths are read as a regression: both refuse most inputs, so one run does one.
    Dataset data =
        source.load(input.length % 2 == 0 ? options : options.withTask(TaskKind.REGRESSION));
    ValidData.require(data);
  }
}
