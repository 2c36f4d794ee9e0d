package dev.kula.data.source;

import dev.kula.KulaException;
import dev.kula.data.DataSchema;
import dev.kula.data.Dataset;
import dev.kula.data.DeviceId;
import dev.kula.data.FeatureTable;
import dev.kula.data.LabelSpace;
import dev.kula.data.source.ReadOptions.TaskKind;
import dev.kula.model.InputShape;
import dev.kula.model.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Reads a table row by row and stops at the first value that is not what its column must be.
 * Features are read as 32-bit floats and, but by a schema, not yet standardised: which rows train
 * is not known here. One table, one thread.
 */
final class TableReader {
  private static final Set<String> MISSING = Set.of("", "na", "n/a", "nan", "null", "none", "?");
  private static final Set<String> INFINITE = Set.of("inf", "infinity");

  private final Table table;
  private final TaskKind task;
  private final TableHeader header;
  private final FloatColumn features = new FloatColumn();
  private final FloatColumn numbers = new FloatColumn();
  private final ClassLabels classes = new ClassLabels();
  private final List<DeviceId> devices = new ArrayList<>();
  private final Map<String, DeviceId> deviceByName = new HashMap<>();
  private final List<Double> times = new ArrayList<>();
  private Optional<Moments> moments = Optional.empty();

  private TableReader(Table table, TaskKind task, TableHeader header) {
    this.table = table;
    this.task = task;
    this.header = header;
  }

  /**
   * Reads a table that says by itself what its columns and labels are.
   *
   * @param name of the data set
   */
  static Dataset read(String name, Table table, ReadOptions options) {
    TableReader reader = new TableReader(table, options.task(), TableHeader.of(table, options));
    reader.read();
    return reader.dataset(name);
  }

  /** Reads a table that must be as a schema says, and scales it. */
  static Dataset read(String name, Table table, DataSchema schema) {
    TaskKind task =
        switch (schema.task()) {
          case Task.Classification classification -> TaskKind.CLASSIFICATION;
          case Task.Regression regression -> TaskKind.REGRESSION;
        };
    TableReader reader = new TableReader(table, task, TableHeader.of(table, schema));
    if (task == TaskKind.CLASSIFICATION) {
      reader.classes.only(schema.labels().names());
    }
    reader.read();
    return schema.apply(reader.dataset(name, schema.task(), schema.labels()));
  }

  private void read() {
    while (table.next()) {
      add();
    }
    if (features.size() == 0) {
      throw KulaException.user(
          "%s has columns but no rows, must have some; name other data".formatted(table.name()));
    }
  }

  private void add() {
    for (int column : header.features()) {
      features.add(number(column));
    }
    if (task == TaskKind.REGRESSION) {
      numbers.add(number(header.label()));
    } else {
      String name = text(header.label());
      if (!classes.add(name)) {
        throw mistake(
            header.label(),
            "is '%s', must be a label of the fleet (%s); correct it, or ask the operator to add it"
                .formatted(name, classes.allowed()));
      }
    }
    if (header.device() >= 0) {
      devices.add(deviceByName.computeIfAbsent(text(header.device()), DeviceId::new));
    }
    if (header.time() >= 0) {
      times.add(time());
    }
  }

  private String text(int column) {
    String value = table.text(column);
    if (value.isEmpty()) {
      throw mistake(column, "is empty, must have a value; fill it in or remove the row");
    }
    return value;
  }

  private float number(int column) {
    OptionalDouble number = table.number(column);
    if (number.isEmpty()) {
      throw notANumber(column, table.text(column));
    }
    float narrowed = (float) number.getAsDouble();
    if (!Float.isFinite(narrowed)) {
      throw mistake(
          column,
          "is '%s', must fit a 32-bit float; rescale the column".formatted(table.text(column)));
    }
    return narrowed;
  }

  private KulaException notANumber(int column, String value) {
    String folded = value.toLowerCase(Locale.ROOT);
    String unsigned =
        folded.startsWith("-") || folded.startsWith("+") ? folded.substring(1) : folded;
    if (value.isEmpty()) {
      return mistake(column, "is empty, must be a number; fill it in or remove the row");
    }
    if (MISSING.contains(unsigned) || INFINITE.contains(unsigned)) {
      return mistake(
          column,
          "is '%s', must be a finite number; fill it in or remove the row".formatted(value));
    }
    return mistake(
        column,
        "is '%s', must be a number; correct the value or remove the column".formatted(value)
            + (column == header.label() ? ", or use --task classification" : ""));
  }

  private double time() {
    String value = text(header.time());
    if (moments.isEmpty()) {
      moments = Moments.of(value);
    }
    OptionalDouble time = moments.map(kind -> kind.parse(value)).orElse(OptionalDouble.empty());
    if (time.isEmpty()) {
      String rule =
          moments.map(Moments::rule).orElse("must be a number or an ISO 8601 date or time");
      throw mistake(header.time(), "is '%s', %s; correct it".formatted(value, rule));
    }
    return time.getAsDouble();
  }

  private KulaException mistake(int column, String rest) {
    return KulaException.user(
        "%s, column '%s' %s".formatted(table.place(), header.names().get(column), rest));
  }

  private Dataset dataset(String name) {
    return task == TaskKind.REGRESSION
        ? dataset(
            name,
            new Task.Regression(),
            LabelSpace.quantiles(numbers.toArray(), Dataset.REGRESSION_BINS))
        : dataset(name, classification(), LabelSpace.classes(classes.names()));
  }

  private Dataset dataset(String name, Task task, LabelSpace labels) {
    int columns = header.features().size();
    return new Dataset(
        name,
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

  private Task classification() {
    List<String> names = classes.names();
    String column = header.names().get(header.label());
    if (names.size() < 2) {
      throw KulaException.user(
          "%s column '%s' has one class only, '%s'; a classification needs at least two"
              .formatted(table.name(), column, names.getFirst()));
    }
    if (names.size() > ClassLabels.MOST) {
      throw KulaException.user(
          "%s column '%s' has %d different labels, must be at most %d; use --task regression or"
                  .formatted(table.name(), column, names.size(), ClassLabels.MOST)
              + " another --label-column");
    }
    return new Task.Classification(names.size());
  }
}
