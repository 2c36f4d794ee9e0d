package dev.kula.aggregate.robust;

import java.util.Arrays;

/**
 * Norms, products and squared distances, all in double precision, in which differences and products
 * of two floats are exact or nearly so: neither very long updates overflow nor nearly equal ones
 * cancel.
 *
 * <p>Sums run in lanes, each the sum of every 1024th term, because Java does not reorder one sum
 * into vector instructions by itself. Loops much shorter than that are slower. The order of terms
 * is fixed, so that every machine gets the same bits.
 */
final class Distances {
  /** Parameters a block: a hundred rows of one stay in the last cache while all pairs are met. */
  private static final int BLOCK = 8192;

  private static final int LANES = 1024;

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
    for (int from = 0; from < a.length; from += LANES) {
      addProducts(a, b, from, Math.min(LANES, a.length - from), lanes);
    }
    return sum(lanes);
  }

  /** Σ (aᵢ − bᵢ)². */
  static double squared(float[] a, float[] b) {
    return squared(a, b, 0, a.length, new double[LANES]);
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
          distances[i][j] += squared(rows[i], rows[j], from, end, lanes);
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

  private static double squared(float[] a, float[] b, int start, int end, double[] lanes) {
    Arrays.fill(lanes, 0);
    for (int from = start; from < end; from += LANES) {
      addSquares(a, b, from, Math.min(LANES, end - from), lanes);
    }
    return sum(lanes);
  }

  /** A loop of its own, so that it becomes vector instructions. */
  private static void addProducts(float[] a, float[] b, int from, int length, double[] lanes) {
    for (int l = 0; l < length; l++) {
      lanes[l] += (double) a[from + l] * b[from + l];
    }
  }

  private static void addSquares(float[] a, float[] b, int from, int length, double[] lanes) {
    for (int l = 0; l < length; l++) {
      double difference = (double) a[from + l] - b[from + l];
      lanes[l] += difference * difference;
    }
  }

  /** In eight sums that do not wait for each other. */
  private static double sum(double[] lanes) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    double e = 0;
    double f = 0;
    double g = 0;
    double h = 0;
    for (int l = 0; l < LANES; l += 8) {
      a += lanes[l];
      b += lanes[l + 1];
      c += lanes[l + 2];
      d += lanes[l + 3];
      e += lanes[l + 4];
      f += lanes[l + 5];
      g += lanes[l + 6];
      h += lanes[l + 7];
    }
    return ((a + b) + (c + d)) + ((e + f) + (g + h));
  }
}
