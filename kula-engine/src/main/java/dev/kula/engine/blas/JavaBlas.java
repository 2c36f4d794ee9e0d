package dev.kula.engine.blas;

import java.util.Arrays;
import java.util.Objects;

/**
 * Matrix product in plain Java. Rows of C are built up in a scratch row as sums of scaled rows of
 * B, four at a time: this inner loop has no reduction, so that the compiler turns it into vector
 * instructions without being allowed to reorder sums.
 */
final class JavaBlas implements Blas {
  private static final int TILE = 32;

  private float[] transposed = {};

  @Override
  public String name() {
    return "java";
  }

  @Override
  public void sgemm(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      float[] a,
      int offsetA,
      float[] b,
      int offsetB,
      float[] c,
      int offsetC,
      boolean accumulate) {
    Objects.checkFromIndexSize((long) offsetA, (long) m * k, a.length);
    Objects.checkFromIndexSize((long) offsetB, (long) k * n, b.length);
    Objects.checkFromIndexSize((long) offsetC, (long) m * n, c.length);
    float[] right = b;
    int offsetRight = offsetB;
    if (transposeB) {
      right = transpose(b, offsetB, n, k);
      offsetRight = 0;
    }
    if (!accumulate) {
      Arrays.fill(c, offsetC, offsetC + m * n, 0f);
    }
    int strideRow = transposeA ? 1 : k;
    int strideTerm = transposeA ? m : 1;
    for (int i = 0; i < m; i++) {
      int rowA = offsetA + i * strideRow;
      int rowC = offsetC + i * n;
      int p = 0;
      for (; p + 4 <= k; p += 4) {
        int at = rowA + p * strideTerm;
        addRows(
            c,
            rowC,
            n,
            right,
            offsetRight + p * n,
            a[at],
            a[at + strideTerm],
            a[at + 2 * strideTerm],
            a[at + 3 * strideTerm]);
      }
      for (; p < k; p++) {
        addRow(c, rowC, n, right, offsetRight + p * n, a[rowA + p * strideTerm]);
      }
    }
  }

  private static void addRows(
      float[] c, int rowC, int n, float[] b, int rowB, float a0, float a1, float a2, float a3) {
    int row1 = rowB + n;
    int row2 = row1 + n;
    int row3 = row2 + n;
    for (int j = 0; j < n; j++) {
      c[rowC + j] += a0 * b[rowB + j] + a1 * b[row1 + j] + a2 * b[row2 + j] + a3 * b[row3 + j];
    }
  }

  private static void addRow(float[] c, int rowC, int n, float[] b, int rowB, float a0) {
    for (int j = 0; j < n; j++) {
      c[rowC + j] += a0 * b[rowB + j];
    }
  }

  /** In square tiles, so that reads and writes both stay in the cache. */
  private float[] transpose(float[] from, int offset, int rows, int columns) {
    if (transposed.length < rows * columns) {
      transposed = new float[rows * columns];
    }
    float[] to = transposed;
    for (int rowTile = 0; rowTile < rows; rowTile += TILE) {
      int rowEnd = Math.min(rows, rowTile + TILE);
      for (int columnTile = 0; columnTile < columns; columnTile += TILE) {
        int columnEnd = Math.min(columns, columnTile + TILE);
        for (int row = rowTile; row < rowEnd; row++) {
          for (int column = columnTile; column < columnEnd; column++) {
            to[column * rows + row] = from[offset + row * columns + column];
          }
        }
      }
    }
    return to;
  }
}
