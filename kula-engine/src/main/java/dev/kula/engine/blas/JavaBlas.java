package dev.kula.engine.blas;

import java.util.Arrays;
import java.util.Objects;

/**
 * Matrix product in plain Java, as blocks of C that are sums of scaled rows of B.
 *
 * <p>The inner loop must become vector instructions, and the compiler of JDK 25 sees that its
 * arrays cannot overlap only if all are indexed from the same place. So each row of a block of B is
 * copied into an array of its own, and rows of C are summed up in another: four times as fast as
 * working on the matrices directly. Sums keep their order, so that bits do not depend on anything
 * else.
 */
final class JavaBlas implements Blas {
  private static final int BLOCK_TERMS = 64;
  private static final int BLOCK_COLUMNS = 512;

  /** Below this many columns the transposed product has the longer inner loop. */
  private static final int FEW_COLUMNS = 16;

  private final float[][] block = new float[BLOCK_TERMS][BLOCK_COLUMNS];
  private final float[] sums = new float[BLOCK_COLUMNS];

  @Override
  public void sgemm(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      float alpha,
      float[] a,
      int offsetA,
      float[] b,
      int offsetB,
      float beta,
      float[] c,
      int offsetC) {
    Objects.checkFromIndexSize((long) offsetA, (long) m * k, a.length);
    Objects.checkFromIndexSize((long) offsetB, (long) k * n, b.length);
    Objects.checkFromIndexSize((long) offsetC, (long) m * n, c.length);
    scale(c, offsetC, offsetC + m * n, beta);
    View left = new View(a, offsetA, transposeA ? 1 : k, transposeA ? m : 1);
    View right = new View(b, offsetB, transposeB ? 1 : n, transposeB ? k : 1);
    View result = new View(c, offsetC, n, 1);
    if (n < FEW_COLUMNS && n < m) {
      addProduct(right.transposed(), left.transposed(), result.transposed(), n, m, k, alpha);
    } else {
      addProduct(left, right, result, m, n, k, alpha);
    }
  }

  private static void scale(float[] numbers, int from, int to, float factor) {
    if (factor == 0) {
      Arrays.fill(numbers, from, to, 0f);
    } else if (factor != 1) {
      for (int i = from; i < to; i++) {
        numbers[i] *= factor;
      }
    }
  }

  private void addProduct(View left, View right, View result, int m, int n, int k, float alpha) {
    for (int column = 0; column < n; column += BLOCK_COLUMNS) {
      int columns = Math.min(BLOCK_COLUMNS, n - column);
      for (int term = 0; term < k; term += BLOCK_TERMS) {
        int terms = Math.min(BLOCK_TERMS, k - term);
        for (int p = 0; p < terms; p++) {
          right.read(term + p, column, block[p], columns);
        }
        for (int row = 0; row < m; row++) {
          result.read(row, column, sums, columns);
          addBlock(left, row, term, terms, columns, alpha);
          result.write(row, column, sums, columns);
        }
      }
    }
  }

  private void addBlock(View left, int row, int term, int terms, int columns, float alpha) {
    float[] a = left.numbers;
    int stride = left.columnStride;
    int at = left.offset + row * left.rowStride + term * stride;
    int p = 0;
    for (; p + 4 <= terms; p += 4, at += 4 * stride) {
      addRows(
          sums,
          columns,
          block[p],
          block[p + 1],
          block[p + 2],
          block[p + 3],
          alpha * a[at],
          alpha * a[at + stride],
          alpha * a[at + 2 * stride],
          alpha * a[at + 3 * stride]);
    }
    for (; p < terms; p++, at += stride) {
      addRow(sums, columns, block[p], alpha * a[at]);
    }
  }

  private static void addRows(
      float[] sums,
      int columns,
      float[] b0,
      float[] b1,
      float[] b2,
      float[] b3,
      float a0,
      float a1,
      float a2,
      float a3) {
    for (int j = 0; j < columns; j++) {
      sums[j] += a0 * b0[j] + a1 * b1[j] + a2 * b2[j] + a3 * b3[j];
    }
  }

  private static void addRow(float[] sums, int columns, float[] b0, float a0) {
    for (int j = 0; j < columns; j++) {
      sums[j] += a0 * b0[j];
    }
  }

  /** A matrix in an array, as it lies or transposed. */
  private record View(float[] numbers, int offset, int rowStride, int columnStride) {
    View transposed() {
      return new View(numbers, offset, columnStride, rowStride);
    }

    void read(int row, int column, float[] into, int columns) {
      int from = offset + row * rowStride + column * columnStride;
      if (columnStride == 1) {
        System.arraycopy(numbers, from, into, 0, columns);
        return;
      }
      for (int j = 0; j < columns; j++) {
        into[j] = numbers[from + j * columnStride];
      }
    }

    void write(int row, int column, float[] from, int columns) {
      int into = offset + row * rowStride + column * columnStride;
      if (columnStride == 1) {
        System.arraycopy(from, 0, numbers, into, columns);
        return;
      }
      for (int j = 0; j < columns; j++) {
        numbers[into + j * columnStride] = from[j];
      }
    }
  }
}
