package dev.kula.aggregate.robust;

import java.util.Arrays;

/**
 * Norms, products and squared distances. Differences of floats are rounded to floats, which is off
 * by 2⁻²⁴ of themselves; everything is multiplied and added in double precision, so that neither
 * very long updates overflow nor nearly equal ones cancel.
 *
 * <p>Sums run in lanes, each the sum of every 64th term or so, because Java does not reorder a sum
 * into vector instructions by itself. The order of the terms is fixed, so every machine gets the
 * same bits.
 */
final class Distances {
  /** Parameters a block: rows of a block stay in the second cache while all their pairs are met. */
  private static final int BLOCK = 2048;

  private static final int LANES = 128;

  private Distances() {}

  static double norm(float[] row) {
    return Math.sqrt(product(row, row));
  }

  static double[] norms(float[][] rows) {
    double[] norms = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      norms[i] = norm(rows[i]);
    }
    return norms;
  }

  /** Σ aᵢbᵢ. */
  static double product(float[] a, float[] b) {
    double[] lanes = new double[LANES];
    int whole = a.length - a.length % LANES;
    for (int from = 0; from < whole; from += LANES) {
      addProducts(a, b, from, LANES, lanes);
    }
    addProducts(a, b, whole, a.length - whole, lanes);
    return sum(lanes);
  }

  private static void addProducts(float[] a, float[] b, int from, int length, double[] lanes) {
    for (int l = 0; l < length; l++) {
      lanes[l] += (double) a[from + l] * b[from + l];
    }
  }

  /** Σ (aᵢ − bᵢ)². */
  static double squared(float[] a, float[] b) {
    double[] lanes = new double[LANES];
    addSquares(a, b, 0, a.length, lanes);
    return sum(lanes);
  }

  /** Of every two rows; symmetric. */
  static double[][] squared(float[][] rows) {
    double[][] distances = new double[rows.length][rows.length];
    double[] lanes = new double[LANES];
    int parameters = rows[0].length;
    for (int from = 0; from < parameters; from += BLOCK) {
      int end = Math.min(from + BLOCK, parameters);
      for (int i = 0; i < rows.length; i++) {
        for (int j = 0; j < i; j++) {
          Arrays.fill(lanes, 0);
          addSquares(rows[i], rows[j], from, end, lanes);
          distances[i][j] += sum(lanes);
        }
      }
    }
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < i; j++) {
        distances[j][i] = distances[i][j];
      }
    }
    return distances;
  }

  private static void addSquares(float[] a, float[] b, int start, int end, double[] lanes) {
    int from = start;
    for (; from + 4 * LANES <= end; from += 4 * LANES) {
      addFourSquares(a, b, from, lanes);
    }
    for (; from < end; from += LANES) {
      addSquaresOnce(a, b, from, Math.min(LANES, end - from), lanes);
    }
  }

  private static void addFourSquares(float[] a, float[] b, int from, double[] lanes) {
    for (int l = 0; l < LANES; l++) {
      double d0 = a[from + l] - b[from + l];
      double d1 = a[from + LANES + l] - b[from + LANES + l];
      double d2 = a[from + 2 * LANES + l] - b[from + 2 * LANES + l];
      double d3 = a[from + 3 * LANES + l] - b[from + 3 * LANES + l];
      lanes[l] += (d0 * d0 + d1 * d1) + (d2 * d2 + d3 * d3);
    }
  }

  private static void addSquaresOnce(float[] a, float[] b, int from, int length, double[] lanes) {
    for (int l = 0; l < length; l++) {
      double d = a[from + l] - b[from + l];
      lanes[l] += d * d;
    }
  }

  private static double sum(double[] lanes) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    for (int l = 0; l < LANES; l += 4) {
      a += lanes[l];
      b += lanes[l + 1];
      c += lanes[l + 2];
      d += lanes[l + 3];
    }
    return (a + b) + (c + d);
  }
}
