package dev.kula.aggregate.robust;

import java.util.Arrays;

/** Linear combinations of updates. */
final class Combination {
  /** Parameters a block; its sums, 16 kB, stay in the first cache. */
  private static final int BLOCK = 2048;

  private Combination() {}

  /**
   * Σ cᵢwᵢ, added in double precision in the order of the rows, and the largest float where it is
   * larger; rows with a coefficient of 0 are not read.
   */
  static float[] of(float[][] rows, double[] coefficients) {
    float[] result = new float[rows[0].length];
    double[] sums = new double[BLOCK];
    for (int from = 0; from < result.length; from += BLOCK) {
      int length = Math.min(BLOCK, result.length - from);
      Arrays.fill(sums, 0);
      for (int i = 0; i < rows.length; i++) {
        if (coefficients[i] != 0) {
          add(rows[i], from, length, coefficients[i], sums);
        }
      }
      for (int l = 0; l < length; l++) {
        result[from + l] = (float) Math.clamp(sums[l], -Float.MAX_VALUE, Float.MAX_VALUE);
      }
    }
    return result;
  }

  /** A loop of its own, so that it becomes vector instructions. */
  private static void add(float[] row, int from, int length, double coefficient, double[] sums) {
    for (int l = 0; l < length; l++) {
      sums[l] += coefficient * row[from + l];
    }
  }
}
