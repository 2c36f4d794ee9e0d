package dev.kula.data;

import dev.kula.model.Samples;
import java.util.Arrays;
import java.util.List;

/**
 * Samples gathered from one or more tables without copying their features, with a weight each.
 * Immutable by contract; thread safe.
 */
public final class SampleSet implements Samples {
  private final FeatureTable[] tables;
  private final int[] rows;
  private final float[] targets;
  private final float[] weights;
  private final int features;

  private SampleSet(
      FeatureTable[] tables, int[] rows, float[] targets, float[] weights, int features) {
    this.tables = tables;
    this.rows = rows;
    this.targets = targets;
    this.weights = weights;
    this.features = features;
  }

  /** No samples of {@code features} numbers. */
  public static SampleSet empty(int features) {
    return new SampleSet(new FeatureTable[0], new int[0], new float[0], new float[0], features);
  }

  /** All samples of a batch, weight 1. */
  public static SampleSet of(SampleBatch batch) {
    int[] rows = new int[batch.size()];
    Arrays.setAll(rows, i -> i);
    return of(batch.features(), batch.targets(), rows);
  }

  /** The rows given, weight 1; {@code targets} is indexed by row. */
  public static SampleSet of(FeatureTable table, float[] targets, int[] rows) {
    FeatureTable[] tables = new FeatureTable[rows.length];
    Arrays.fill(tables, table);
    float[] selected = new float[rows.length];
    float[] weights = new float[rows.length];
    for (int i = 0; i < rows.length; i++) {
      selected[i] = targets[rows[i]];
      weights[i] = 1f;
    }
    return new SampleSet(tables, rows.clone(), selected, weights, table.columns());
  }

  /** All parts, one after the other. */
  public static SampleSet concat(List<SampleSet> parts) {
    int size = 0;
    for (SampleSet part : parts) {
      size += part.size();
    }
    for (SampleSet part : parts) {
      if (part.size() == size) {
        return part; // the only one with samples: nothing to copy, every round of every device
      }
    }
    FeatureTable[] tables = new FeatureTable[size];
    int[] rows = new int[size];
    float[] targets = new float[size];
    float[] weights = new float[size];
    int at = 0;
    for (SampleSet part : parts) {
      System.arraycopy(part.tables, 0, tables, at, part.size());
      System.arraycopy(part.rows, 0, rows, at, part.size());
      System.arraycopy(part.targets, 0, targets, at, part.size());
      System.arraycopy(part.weights, 0, weights, at, part.size());
      at += part.size();
    }
    return new SampleSet(tables, rows, targets, weights, parts.getFirst().features);
  }

  /** The samples at {@code indices}, in that order. */
  public SampleSet select(int[] indices) {
    FeatureTable[] selectedTables = new FeatureTable[indices.length];
    int[] selectedRows = new int[indices.length];
    float[] selectedTargets = new float[indices.length];
    float[] selectedWeights = new float[indices.length];
    for (int i = 0; i < indices.length; i++) {
      selectedTables[i] = tables[indices[i]];
      selectedRows[i] = rows[indices[i]];
      selectedTargets[i] = targets[indices[i]];
      selectedWeights[i] = weights[indices[i]];
    }
    return new SampleSet(selectedTables, selectedRows, selectedTargets, selectedWeights, features);
  }

  /** The same samples with the weights given, all positive. */
  public SampleSet withWeights(float[] newWeights) {
    if (newWeights.length != size()) {
      throw new IllegalArgumentException(
          "%d weights for %d samples".formatted(newWeights.length, size()));
    }
    return new SampleSet(tables, rows, targets, newWeights.clone(), features);
  }

  /**
   * The same targets and weights over other features.
   *
   * @param values row-major {@code [size(), columns]}
   */
  public SampleSet withFeatures(float[] values, int columns) {
    FeatureTable table = new FeatureTable.Floats(values, columns);
    FeatureTable[] same = new FeatureTable[size()];
    Arrays.fill(same, table);
    int[] order = new int[size()];
    Arrays.setAll(order, i -> i);
    return new SampleSet(same, order, targets, weights, columns);
  }

  /** Counts of each label bin. */
  public double[] labelCounts(LabelSpace labels) {
    double[] counts = new double[labels.size()];
    for (float target : targets) {
      counts[labels.bin(target)]++;
    }
    return counts;
  }

  @Override
  public int size() {
    return rows.length;
  }

  @Override
  public int features() {
    return features;
  }

  @Override
  public void copyFeatures(int index, float[] into, int offset) {
    tables[index].copyRow(rows[index], into, offset);
  }

  @Override
  public float target(int index) {
    return targets[index];
  }

  @Override
  public float weight(int index) {
    return weights[index];
  }
}
