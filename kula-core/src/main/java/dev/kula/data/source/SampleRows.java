package dev.kula.data.source;

import dev.kula.KulaException;
import dev.kula.data.DataSchema;
import dev.kula.data.Dataset;
import dev.kula.data.Decimal;
import dev.kula.data.FeatureTable;
import dev.kula.model.Task;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Rows that an application has in memory, each a value by the name of its column: a {@link Number},
 * or text as a CSV file would have it. Columns that a schema does not name are let lie. Stateless.
 */
public final class SampleRows {
  private static final float[] NO_TARGET = {0};

  private final DataSchema schema;
  private final String name;

  private SampleRows(DataSchema schema, String name) {
    this.schema = schema;
    this.name = name;
  }

  /**
   * Labelled samples, as models are to see them.
   *
   * @param name of the data, for messages
   * @param rows in the order in which they were recorded
   * @throws KulaException the user's mistake, naming row and column, if a value is missing or is
   *     not what its column must be
   */
  public static Dataset labelled(
      DataSchema schema, String name, List<? extends Map<String, ?>> rows) {
    SampleRows reader = new SampleRows(schema, name);
    ClassLabels classes = new ClassLabels();
    classes.only(schema.labels().names());
    FloatColumn targets = new FloatColumn();
    FloatColumn features = new FloatColumn();
    double[] times = new double[schema.time().isPresent() ? rows.size() : 0];
    Optional<Moments> moments = Optional.empty();
    for (int i = 0; i < rows.size(); i++) {
      Map<String, ?> row = rows.get(i);
      reader.addFeatures(row, i, features);
      if (schema.task() instanceof Task.Regression) {
        targets.add(reader.number(row, i, schema.label()));
      } else if (!classes.add(reader.text(row, i, schema.label()))) {
        throw reader.mistake(
            i,
            schema.label(),
            "is '%s', must be a label of the fleet (%s); correct it, or ask the operator to add it"
                .formatted(row.get(schema.label()), classes.allowed()));
      }
      if (schema.time().isPresent()) {
        String text = reader.text(row, i, schema.time().get());
        moments = moments.isPresent() ? moments : Moments.of(text);
        times[i] = reader.time(moments, text, i, schema.time().get());
      }
    }
    return reader.dataset(
        features.toArray(),
        schema.task() instanceof Task.Regression ? targets.toArray() : classes.targets(),
        schema.time().map(column -> times));
  }

  /**
   * The features of one sample without a label, as models are to see them.
   *
   * @throws KulaException likewise
   */
  public static float[] features(DataSchema schema, Map<String, ?> row) {
    SampleRows reader = new SampleRows(schema, "a sample");
    FloatColumn features = new FloatColumn();
    reader.addFeatures(row, 0, features);
    float[] scaled = new float[schema.features().size()];
    reader
        .dataset(features.toArray(), NO_TARGET, Optional.empty())
        .features()
        .copyRow(0, scaled, 0);
    return scaled;
  }

  private Dataset dataset(float[] features, float[] targets, Optional<double[]> times) {
    return schema.apply(
        new Dataset(
            name,
            schema.input(),
            schema.task(),
            schema.labels(),
            new FeatureTable.Floats(features, schema.features().size()),
            targets,
            Optional.empty(),
            times));
  }

  private void addFeatures(Map<String, ?> row, int number, FloatColumn into) {
    for (String column : schema.features()) {
      into.add(number(row, number, column));
    }
  }

  private float number(Map<String, ?> row, int number, String column) {
    OptionalDouble value =
        value(row, number, column) instanceof Number given
            ? OptionalDouble.of(given.doubleValue())
            : Decimal.parse(text(row, number, column));
    if (value.isEmpty() || !Float.isFinite((float) value.getAsDouble())) {
      throw mistake(
          number,
          column,
          "is '%s', must be a number that fits a 32-bit float; correct it"
              .formatted(row.get(column)));
    }
    return (float) value.getAsDouble();
  }

  private double time(Optional<Moments> moments, String text, int row, String column) {
    OptionalDouble time = moments.map(kind -> kind.parse(text)).orElse(OptionalDouble.empty());
    if (time.isEmpty()) {
      String rule =
          moments.map(Moments::rule).orElse("must be a number or an ISO 8601 date or time");
      throw mistake(row, column, "is '%s', %s; correct it".formatted(text, rule));
    }
    return time.getAsDouble();
  }

  private String text(Map<String, ?> row, int number, String column) {
    Object value = value(row, number, column);
    String text =
        value instanceof Number given && given.doubleValue() == Math.rint(given.doubleValue())
            ? Decimal.text(given.doubleValue())
            : value.toString().strip();
    if (text.isEmpty()) {
      throw mistake(number, column, "is empty, must have a value; fill it in or leave the row out");
    }
    return text;
  }

  private Object value(Map<String, ?> row, int number, String column) {
    Object value = row.get(column);
    if (value == null) {
      throw mistake(number, column, "is missing, must have a value; fill it in");
    }
    return value;
  }

  private KulaException mistake(int row, String column, String rest) {
    return KulaException.user("%s, row %d, column '%s' %s".formatted(name, row + 1, column, rest));
  }
}
