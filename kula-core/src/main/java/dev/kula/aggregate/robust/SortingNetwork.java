package dev.kula.aggregate.robust;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Sorts many short columns at once: rows are compared and exchanged element by element, in an order
 * that does not depend on what is in them, so that every comparison of two rows is one loop of
 * minima and maxima, which become vector instructions.
 *
 * <p>The network is Batcher's merge exchange (Knuth, <i>The Art of Computer Programming</i> 3,
 * section 5.2.2, algorithm M), which is for any number of rows, less the comparisons on which none
 * of the wanted ranks depends.
 */
final class SortingNetwork {
  /**
   * Pairs of rows: after {@code low} and {@code high} are compared, the smaller is in {@code low}.
   */
  private final int[] low;

  private final int[] high;

  /**
   * A network that brings the ranks from {@code first} to below {@code end} of as many rows to
   * their places. What is in the other rows afterwards is anything.
   */
  SortingNetwork(int rows, int first, int end) {
    List<int[]> pairs = mergeExchange(rows);
    BitSet wanted = new BitSet(rows);
    wanted.set(first, end);
    List<int[]> kept = new ArrayList<>();
    for (int[] pair : pairs.reversed()) {
      if (wanted.get(pair[0]) || wanted.get(pair[1])) {
        wanted.set(pair[0]);
        wanted.set(pair[1]);
        kept.add(pair);
      }
    }
    List<int[]> inOrder = kept.reversed();
    low = inOrder.stream().mapToInt(pair -> pair[0]).toArray();
    high = inOrder.stream().mapToInt(pair -> pair[1]).toArray();
  }

  private static List<int[]> mergeExchange(int rows) {
    List<int[]> pairs = new ArrayList<>();
    int top = Integer.highestOneBit(Math.max(1, rows - 1));
    for (int p = top; p > 0; p /= 2) {
      int r = 0;
      int d = p;
      for (int q = top; ; q /= 2) {
        for (int i = 0; i < rows - d; i++) {
          if ((i & p) == r) {
            pairs.add(new int[] {i, i + d});
          }
        }
        if (q == p) {
          break;
        }
        d = q - p;
        r = p;
      }
    }
    return pairs;
  }

  /** Comparisons that are made. */
  int comparisons() {
    return low.length;
  }

  /** Sorts the first {@code length} columns. */
  void sort(int[][] rows, int length) {
    for (int c = 0; c < low.length; c++) {
      exchange(rows[low[c]], rows[high[c]], length);
    }
  }

  private static void exchange(int[] low, int[] high, int length) {
    for (int l = 0; l < length; l++) {
      int a = low[l];
      int b = high[l];
      low[l] = Math.min(a, b);
      high[l] = Math.max(a, b);
    }
  }
}
