package dev.kula.data;

import dev.kula.model.Task;
import java.util.Arrays;
import java.util.Optional;

/**
 * An affine map that gives each float feature, and the target of a regression, mean 0 and variance
 * 1 on the training rows. Bytes are left alone: their table has a scale of its own. Features that
 * are constant on the training rows become 0 everywhere. Immutable by contract and thread safe.
 *
 * @param features of the float columns; empty where there are none
 * @param target of a regression; empty for classes
 */
public record Standardisation(Optional<Columns> features, Optional<Scale> target) {
  /**
   * One number per feature.
   *
   * @param means what is taken off
   * @param deviations what the rest is divided by; 0 marks a constant
   */
  public record Columns(double[] means, double[] deviations) {
    public Columns {
      means = means.clone();
      deviations = deviations.clone();
      if (means.length != deviations.length) {
        throw new IllegalArgumentException(
            "%d means do not fit %d deviations".formatted(means.length, deviations.length));
      }
    }

    private boolean isSame(Columns other) {
      return Arrays.equals(means, other.means) && Arrays.equals(deviations, other.deviations);
    }
  }

  /**
   * One affine map.
   *
   * @param mean what is taken off
   * @param deviation what the rest is divided by, positive
   */
  public record Scale(double mean, double deviation) {
    public Scale {
      if (!(deviation > 0)) {
        throw new IllegalArgumentException("deviation is " + deviation + ", must be positive");
      }
    }

    /** From the source's unit to mean 0 and variance 1. */
    public float apply(double raw) {
      return (float) ((raw - mean) / deviation);
    }

    /** Back to the source's unit. */
    public double undo(double standardised) {
      return standardised * deviation + mean;
    }
  }

  /** Whether both map every number alike. */
  public boolean isSame(Standardisation other) {
    return target.equals(other.target)
        && features.isPresent() == other.features.isPresent()
        && features.map(columns -> columns.isSame(other.features.orElseThrow())).orElse(true);
  }

  /** Leaves everything as it is. */
  public static Standardisation none() {
    return new Standardisation(Optional.empty(), Optional.empty());
  }

  /**
   * Measures {@code rows} of a data set that is as its source had it.
   *
   * @param rows the training rows, at least one; for a regression with at least two different
   *     targets
   */
  public static Standardisation of(Dataset dataset, int[] rows) {
    Optional<Columns> columns =
        switch (dataset.features()) {
          case FeatureTable.Bytes bytes -> Optional.empty();
          case FeatureTable.Floats floats -> Optional.of(measure(floats, rows));
        };
    Optional<Scale> target =
        switch (dataset.task()) {
          case Task.Classification classes -> Optional.empty();
          case Task.Regression regression -> {
            Columns one = measure(new FeatureTable.Floats(dataset.targets(), 1), rows);
            yield Optional.of(new Scale(one.means()[0], one.deviations()[0]));
          }
        };
    return new Standardisation(columns, target);
  }

  private static Columns measure(FeatureTable.Floats table, int[] rows) {
    int columns = table.columns();
    float[] values = table.values();
    double[] means = new double[columns];
    boolean[] varies = new boolean[columns];
    for (int row : rows) {
      for (int c = 0; c < columns; c++) {
        float value = values[row * columns + c];
        means[c] += value / (double) rows.length;
        varies[c] |= value != values[rows[0] * columns + c];
      }
    }
    double[] deviations = new double[columns];
    for (int row : rows) {
      for (int c = 0; c < columns; c++) {
        double off = values[row * columns + c] - means[c];
        deviations[c] += off * off / rows.length;
      }
    }
    for (int c = 0; c < columns; c++) {
      // Rounding would leave a constant a tiny deviation, and blow the rounding up to 1.
      deviations[c] = varies[c] ? Math.sqrt(deviations[c]) : 0;
    }
    return new Columns(means, deviations);
  }

  /** The data set with features and targets mapped; label bins of a regression are mapped too. */
  public Dataset apply(Dataset dataset) {
    return new Dataset(
        dataset.name(),
        dataset.input(),
        dataset.task(),
        target.map(scale -> map(dataset.labels(), scale)).orElse(dataset.labels()),
        features.map(columns -> map(dataset.features(), columns)).orElse(dataset.features()),
        target.map(scale -> map(dataset.targets(), scale)).orElse(dataset.targets()),
        dataset.owners(),
        dataset.times());
  }

  private static FeatureTable map(FeatureTable table, Columns by) {
    int columns = table.columns();
    float[] values = new float[Math.multiplyExact(table.rows(), columns)];
    for (int row = 0; row < table.rows(); row++) {
      table.copyRow(row, values, row * columns);
      for (int c = 0; c < columns; c++) {
        double deviation = by.deviations()[c];
        int i = row * columns + c;
        values[i] = deviation == 0 ? 0 : (float) ((values[i] - by.means()[c]) / deviation);
      }
    }
    return new FeatureTable.Floats(values, columns);
  }

  private static float[] map(float[] targets, Scale by) {
    float[] mapped = new float[targets.length];
    for (int i = 0; i < targets.length; i++) {
      mapped[i] = by.apply(targets[i]);
    }
    return mapped;
  }

  /** The same bins on the new scale; their names keep the source's unit, which people know. */
  private static LabelSpace map(LabelSpace labels, Scale by) {
    return new LabelSpace(labels.names(), labels.edges().stream().map(by::apply).toList());
  }
}
