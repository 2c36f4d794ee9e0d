package dev.kula.data.source;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dev.kula.KulaException;
import dev.kula.data.DataSchema;
import dev.kula.data.Dataset;
import dev.kula.data.Decimal;
import dev.kula.data.DeviceId;
import dev.kula.data.FeatureTable;
import dev.kula.data.LabelSpace;
import dev.kula.data.source.ReadOptions.TaskKind;
import dev.kula.model.InputShape;
import dev.kula.model.Task;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.zip.ZipException;

/**
 * Reads a CSV file row by row and stops at the first value that is not what its column must be.
 * Features are read as 32-bit floats and, but by a schema, not yet standardised: which rows train
 * is not known here. One file, one thread.
 */
final class CsvDatasetReader {
  private static final Set<String> MISSING = Set.of("", "na", "n/a", "nan", "null", "none", "?");
  private static final Set<String> INFINITE = Set.of("inf", "infinity");

  private final Path file;
  private final TaskKind task;
  private final Function<List<String>, CsvHeader> header;
  private final FloatColumn features = new FloatColumn();
  private final FloatColumn numbers = new FloatColumn();
  private final ClassLabels classes = new ClassLabels();
  private final List<DeviceId> devices = new ArrayList<>();
  private final Map<String, DeviceId> deviceByName = new HashMap<>();
  private final List<Double> times = new ArrayList<>();
  private Optional<Moments> moments = Optional.empty();
  private long line = 1;

  private CsvDatasetReader(Path file, TaskKind task, Function<List<String>, CsvHeader> header) {
    this.file = file;
    this.task = task;
    this.header = header;
  }

  /** Reads a table that says by itself what its columns and labels are. */
  static Dataset read(Path file, ReadOptions options) {
    CsvDatasetReader reader =
        new CsvDatasetReader(file, options.task(), fields -> CsvHeader.of(file, fields, options));
    return reader.open(rows -> reader.dataset(reader.read(rows)));
  }

  /** Reads a table that must be as a schema says, and scales it. */
  static Dataset read(Path file, DataSchema schema) {
    TaskKind task =
        switch (schema.task()) {
          case Task.Classification classification -> TaskKind.CLASSIFICATION;
          case Task.Regression regression -> TaskKind.REGRESSION;
        };
    CsvDatasetReader reader =
        new CsvDatasetReader(file, task, fields -> CsvHeader.of(file, fields, schema));
    if (task == TaskKind.CLASSIFICATION) {
      reader.classes.only(schema.labels().names());
    }
    return schema.apply(
        reader.open(rows -> reader.dataset(reader.read(rows), schema.task(), schema.labels())));
  }

  /** What the columns of a table are for. */
  static CsvHeader header(Path file, ReadOptions options) {
    CsvDatasetReader reader =
        new CsvDatasetReader(file, options.task(), fields -> CsvHeader.of(file, fields, options));
    return reader.open(reader::header);
  }

  private <T> T open(Function<Iterator<CsvRecord>, T> use) {
    if (!Files.isRegularFile(file)) {
      throw KulaException.user(
          "data file '%s' %s; name a CSV file"
              .formatted(file, Files.exists(file) ? "is not a file" : "does not exist"));
    }
    try (Reader text =
            new InputStreamReader(
                Gzip.open(Files.newInputStream(file)),
                StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT));
        CsvReader<CsvRecord> records =
            CsvReader.builder()
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .allowUnclosedQuote(false)
                .ofCsvRecord(text)) {
      return use.apply(records.iterator());
    } catch (UncheckedIOException e) {
      throw unreadable(Objects.requireNonNull(e.getCause()));
    } catch (IOException e) {
      throw unreadable(e);
    } catch (CsvParseException e) {
      // Rows up to `line` were sound, so the fault lies behind it.
      throw KulaException.user(
          "'%s' after line %d is not CSV (%s); correct the quotes"
              .formatted(file, line, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
  }

  private CsvHeader header(Iterator<CsvRecord> records) {
    if (!records.hasNext()) {
      throw KulaException.user(
          "'%s' is empty, must start with a header; name another file".formatted(file));
    }
    return header.apply(records.next().getFields());
  }

  /** Reads all rows, and says by what header. */
  private CsvHeader read(Iterator<CsvRecord> records) {
    CsvHeader columns = header(records);
    while (records.hasNext()) {
      CsvRecord row = records.next();
      line = row.getStartingLineNumber();
      add(columns, row);
    }
    if (features.size() == 0) {
      throw KulaException.user(
          "'%s' has a header but no rows, must have some; name another file".formatted(file));
    }
    return columns;
  }

  private void add(CsvHeader header, CsvRecord row) {
    int columns = header.names().size();
    if (row.getFieldCount() != columns) {
      throw KulaException.user(
          "'%s' line %d has %d values, must have %d as the header has; add or remove some"
              .formatted(file, line, row.getFieldCount(), columns));
    }
    for (int column : header.features()) {
      features.add(number(header, row, column));
    }
    if (task == TaskKind.REGRESSION) {
      numbers.add(number(header, row, header.label()));
    } else {
      String name = text(header, row, header.label());
      if (!classes.add(name)) {
        throw mistake(
            header,
            header.label(),
            "is '%s', must be a label of the fleet (%s); correct it, or ask the operator to add it"
                .formatted(name, classes.allowed()));
      }
    }
    if (header.device() >= 0) {
      devices.add(deviceByName.computeIfAbsent(text(header, row, header.device()), DeviceId::new));
    }
    if (header.time() >= 0) {
      times.add(time(header, row));
    }
  }

  private String text(CsvHeader header, CsvRecord row, int column) {
    String value = row.getField(column).strip();
    if (value.isEmpty()) {
      throw mistake(header, column, "is empty, must have a value; fill it in or remove the row");
    }
    return value;
  }

  private float number(CsvHeader header, CsvRecord row, int column) {
    String value = row.getField(column).strip();
    OptionalDouble number = Decimal.parse(value);
    if (number.isEmpty()) {
      throw notANumber(header, column, value);
    }
    float narrowed = (float) number.getAsDouble();
    if (!Float.isFinite(narrowed)) {
      throw mistake(
          header, column, "is '%s', must fit a 32-bit float; rescale the column".formatted(value));
    }
    return narrowed;
  }

  private KulaException notANumber(CsvHeader header, int column, String value) {
    String folded = value.toLowerCase(Locale.ROOT);
    String unsigned =
        folded.startsWith("-") || folded.startsWith("+") ? folded.substring(1) : folded;
    if (value.isEmpty()) {
      return mistake(header, column, "is empty, must be a number; fill it in or remove the row");
    }
    if (MISSING.contains(unsigned) || INFINITE.contains(unsigned)) {
      return mistake(
          header,
          column,
          "is '%s', must be a finite number; fill it in or remove the row".formatted(value));
    }
    return mistake(
        header,
        column,
        "is '%s', must be a number; correct the value or remove the column".formatted(value)
            + (column == header.label() ? ", or use --task classification" : ""));
  }

  private double time(CsvHeader header, CsvRecord row) {
    String value = text(header, row, header.time());
    if (moments.isEmpty()) {
      moments = Moments.of(value);
    }
    OptionalDouble time = moments.map(kind -> kind.parse(value)).orElse(OptionalDouble.empty());
    if (time.isEmpty()) {
      String rule =
          moments.map(Moments::rule).orElse("must be a number or an ISO 8601 date or time");
      throw mistake(header, header.time(), "is '%s', %s; correct it".formatted(value, rule));
    }
    return time.getAsDouble();
  }

  private KulaException mistake(CsvHeader header, int column, String rest) {
    return KulaException.user(
        "'%s' line %d, column '%s' %s".formatted(file, line, header.names().get(column), rest));
  }

  private Dataset dataset(CsvHeader header) {
    return task == TaskKind.REGRESSION
        ? dataset(
            header,
            new Task.Regression(),
            LabelSpace.quantiles(numbers.toArray(), Dataset.REGRESSION_BINS))
        : dataset(header, classification(header), LabelSpace.classes(classes.names()));
  }

  private Dataset dataset(CsvHeader header, Task task, LabelSpace labels) {
    int columns = header.features().size();
    return new Dataset(
        "csv:" + file,
        InputShape.vector(columns),
        task,
        labels,
        new FeatureTable.Floats(features.toArray(), columns),
        task instanceof Task.Regression ? numbers.toArray() : classes.targets(),
        header.device() < 0 ? Optional.empty() : Optional.of(List.copyOf(devices)),
        header.time() < 0
            ? Optional.empty()
            : Optional.of(times.stream().mapToDouble(Double::doubleValue).toArray()));
  }

  private Task classification(CsvHeader header) {
    List<String> names = classes.names();
    String column = header.names().get(header.label());
    if (names.size() < 2) {
      throw KulaException.user(
          "'%s' column '%s' has one class only, '%s'; a classification needs at least two"
              .formatted(file, column, names.getFirst()));
    }
    if (names.size() > ClassLabels.MOST) {
      throw KulaException.user(
          "'%s' column '%s' has %d different labels, must be at most %d; use --task regression or"
                  .formatted(file, column, names.size(), ClassLabels.MOST)
              + " another --label-column");
    }
    return new Task.Classification(names.size());
  }

  private KulaException unreadable(IOException cause) {
    String what =
        switch (cause) {
          case EOFException truncated ->
              "is gzip that ends too early, must be whole; copy it again";
          case ZipException corrupt -> "is corrupt gzip, must be whole; copy it again";
          case CharacterCodingException coding ->
              "after line %d has bytes that are not UTF-8; convert it to UTF-8".formatted(line);
          default -> "cannot be read (%s); check the file".formatted(cause);
        };
    return KulaException.user("'%s' %s".formatted(file, what), cause);
  }
}
