package dev.kula.data;

import dev.kula.model.Samples;

/**
 * Some rows of a data set as an engine sees them, each with a weight. Immutable by contract and
 * thread safe.
 */
public final class RowSamples implements Samples {
  private final Dataset dataset;
  private final int[] rows;
  private final float[] weights;

  private RowSamples(Dataset dataset, int[] rows, float[] weights) {
    this.dataset = dataset;
    this.rows = rows;
    this.weights = weights;
  }

  /** The rows given, in that order, all of weight 1. */
  public static RowSamples of(Dataset dataset, int[] rows) {
    return new RowSamples(dataset, rows.clone(), new float[0]);
  }

  /**
   * The rows given, in that order.
   *
   * @param weights one a row, positive
   */
  public static RowSamples weighted(Dataset dataset, int[] rows, float[] weights) {
    if (rows.length != weights.length) {
      throw new IllegalArgumentException(
          "%d rows do not fit %d weights".formatted(rows.length, weights.length));
    }
    return new RowSamples(dataset, rows.clone(), weights.clone());
  }

  @Override
  public int size() {
    return rows.length;
  }

  @Override
  public int features() {
    return dataset.features().columns();
  }

  @Override
  public void copyFeatures(int index, float[] into, int offset) {
    dataset.features().copyRow(rows[index], into, offset);
  }

  @Override
  public float target(int index) {
    return dataset.targets()[rows[index]];
  }

  @Override
  public float weight(int index) {
    return weights.length == 0 ? 1f : weights[index];
  }
}
