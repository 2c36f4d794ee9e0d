package dev.kula.data.target;

import dev.kula.data.FederatedData;

/**
 * The whole fleet's test rows by label bin: sorted once, however many exams draw from them.
 * Immutable by contract and thread safe.
 */
public final class TestPool {
  private final FederatedData data;
  private final int[][] rowsByBin;

  private TestPool(FederatedData data, int[][] rowsByBin) {
    this.data = data;
    this.rowsByBin = rowsByBin;
  }

  /** The pool of a fleet. */
  public static TestPool of(FederatedData data) {
    int[] pool = data.testRows();
    int[] sizes = data.labelCounts(pool);
    int[][] rowsByBin = new int[sizes.length][];
    for (int bin = 0; bin < sizes.length; bin++) {
      rowsByBin[bin] = new int[sizes[bin]];
    }
    int[] next = new int[sizes.length];
    for (int row : pool) {
      int bin = data.dataset().bin(row);
      rowsByBin[bin][next[bin]++] = row;
    }
    return new TestPool(data, rowsByBin);
  }

  FederatedData data() {
    return data;
  }

  int bins() {
    return rowsByBin.length;
  }

  /** Rows of one bin in the order of the devices; not to be changed. */
  int[] rows(int bin) {
    return rowsByBin[bin];
  }
}
