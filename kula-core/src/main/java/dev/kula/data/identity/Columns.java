package dev.kula.data.identity;

import dev.kula.data.Dataset;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Some features of some rows.
 *
 * @param values row-major
 * @param count features a row
 */
record Columns(float[] values, int count) {
  /** Most features that are looked at. */
  static final int MOST = 64;

  /** The features of {@code rows}: all, or {@link #MOST} drawn among those that vary. */
  static Columns of(Dataset dataset, int[] rows, RandomGenerator random) {
    int width = dataset.input().size();
    float[] row = new float[width];
    float[] first = new float[width];
    boolean[] varies = new boolean[width];
    for (int i = 0; i < rows.length; i++) {
      dataset.features().copyRow(rows[i], i == 0 ? first : row, 0);
      for (int c = 0; c < width && i > 0; c++) {
        varies[c] |= row[c] != first[c];
      }
    }
    int[] varying = new int[width];
    int found = 0;
    for (int c = 0; c < width; c++) {
      if (varies[c]) {
        varying[found++] = c;
      }
    }
    int count = Math.min(MOST, found);
    for (int i = 0; i < count; i++) {
      int other = i + random.nextInt(found - i);
      int kept = varying[i];
      varying[i] = varying[other];
      varying[other] = kept;
    }
    int[] chosen = Arrays.copyOf(varying, count);
    Arrays.sort(chosen);
    float[] values = new float[rows.length * count];
    for (int i = 0; i < rows.length; i++) {
      dataset.features().copyRow(rows[i], row, 0);
      for (int c = 0; c < count; c++) {
        values[i * count + c] = row[chosen[c]];
      }
    }
    return new Columns(values, count);
  }

  /**
   * The values less their mean among the rows of the same label, in standard deviations over all
   * rows of what is left.
   *
   * @param byLabel places of rows by label
   */
  float[] standardised(int[][] byLabel) {
    float[] centred = values.clone();
    int rows = count == 0 ? 0 : values.length / count;
    for (int c = 0; c < count; c++) {
      double squares = 0;
      for (int[] places : byLabel) {
        double sum = 0;
        for (int place : places) {
          sum += values[place * count + c];
        }
        double mean = sum / Math.max(1, places.length);
        for (int place : places) {
          double off = values[place * count + c] - mean;
          centred[place * count + c] = (float) off;
          squares += off * off;
        }
      }
      double stddev = Math.sqrt(squares / rows);
      for (int row = 0; row < rows; row++) {
        centred[row * count + c] /= stddev > 0 ? (float) stddev : 1;
      }
    }
    return centred;
  }
}
