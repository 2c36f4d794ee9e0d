package dev.kula.aggregate.robust;

import java.util.Arrays;

/**
 * What becomes of a parameter once its values in all updates are sorted.
 *
 * <p>Works in blocks of parameters whose values in all updates fit the second cache. Floats are
 * sorted as ints of the same order, because minima and maxima of ints become vector instructions on
 * every processor, and those of floats hardly.
 */
final class SortedColumns {
  /** Values a block: 256 kB. */
  private static final int BLOCK_VALUES = 1 << 16;

  private static final int LEAST_BLOCK = 64;
  private static final int MOST_BLOCK = 2048;

  private SortedColumns() {}

  /** The mean of the ranks from {@code first} to below {@code end}, added from small to large. */
  static float[] mean(float[][] rows, int first, int end) {
    float[] result = new float[rows[0].length];
    Block block = new Block(rows, first, end);
    double[] sums = new double[block.capacity()];
    for (int from = 0; from < result.length; from += block.capacity()) {
      int length = block.load(from);
      Arrays.fill(sums, 0);
      for (int rank = first; rank < end; rank++) {
        int[] values = block.rank(rank);
        for (int l = 0; l < length; l++) {
          sums[l] += value(values[l]);
        }
      }
      for (int l = 0; l < length; l++) {
        result[from + l] = (float) (sums[l] / (end - first));
      }
    }
    return result;
  }

  /**
   * The mean of the {@code kept} values that are closest to the median, added from small to large.
   * Those are neighbours in the sorted column, so the end that is farther is left out, again and
   * again; of two ends that are as far, the larger.
   */
  static float[] meanAroundMedian(float[][] rows, int kept) {
    float[] result = new float[rows[0].length];
    Block block = new Block(rows, 0, rows.length);
    for (int from = 0; from < result.length; from += block.capacity()) {
      int length = block.load(from);
      for (int l = 0; l < length; l++) {
        result[from + l] = aroundMedian(block, l, rows.length, kept);
      }
    }
    return result;
  }

  private static float aroundMedian(Block block, int column, int rows, int kept) {
    double median =
        ((double) block.value((rows - 1) / 2, column) + block.value(rows / 2, column)) / 2;
    int first = 0;
    int last = rows - 1;
    while (last - first >= kept) {
      if (block.value(last, column) - median >= median - block.value(first, column)) {
        last--;
      } else {
        first++;
      }
    }
    double sum = 0;
    for (int rank = first; rank <= last; rank++) {
      sum += block.value(rank, column);
    }
    return (float) (sum / kept);
  }

  /** An int that is larger where the float is, with -0 below 0. */
  static int key(float value) {
    int bits = Float.floatToRawIntBits(value);
    return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
  }

  /** The inverse of {@link #key}. */
  static float value(int key) {
    return Float.intBitsToFloat(key ^ ((key >> 31) & Integer.MAX_VALUE));
  }

  private static final class Block {
    private final float[][] rows;
    private final int[][] keys;
    private final SortingNetwork network;

    Block(float[][] rows, int first, int end) {
      int capacity = Math.clamp(BLOCK_VALUES / rows.length, LEAST_BLOCK, MOST_BLOCK);
      this.rows = rows;
      this.keys = new int[rows.length][capacity];
      this.network = new SortingNetwork(rows.length, first, end);
    }

    int capacity() {
      return keys[0].length;
    }

    /** Sorts the columns from {@code from} on, and says how many. */
    int load(int from) {
      int length = Math.min(capacity(), rows[0].length - from);
      for (int i = 0; i < keys.length; i++) {
        copy(rows[i], from, length, keys[i]);
      }
      network.sort(keys, length);
      return length;
    }

    private static void copy(float[] row, int from, int length, int[] keys) {
      for (int l = 0; l < length; l++) {
        keys[l] = key(row[from + l]);
      }
    }

    int[] rank(int rank) {
      return keys[rank];
    }

    float value(int rank, int column) {
      return SortedColumns.value(keys[rank][column]);
    }
  }
}
