package dev.kula.swap;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * For each label, who holds it and has room: in the order of the devices, which has near ones
 * together, in blocks of neighbours, in each block those who are worth most first. Receivers look
 * through windows that go on from one receiver to the next, so that all sources with room are
 * offered to somebody, the best first. Immutable and thread safe.
 */
final class HolderIndex {
  /** Holders of a label in a block. */
  private static final int BLOCK = 128;

  private final Traders traders;
  private final int[][] holders;

  /** By label: where in the order each block begins. */
  private final int[][] begins;

  /** By label: share of the receivers that lack it. */
  private final double[] demand;

  /**
   * Looks over a fleet.
   *
   * @param rooms of each device as a source
   */
  HolderIndex(Traders traders, int[] rooms) {
    this.traders = traders;
    int labels = traders.labels();
    holders = new int[labels][];
    begins = new int[labels][];
    demand = new double[labels];
    IntStream.range(0, labels)
        .parallel()
        .forEach(
            label -> {
              int[] places =
                  IntStream.range(0, rooms.length)
                      .filter(i -> rooms[i] > 0 && traders.held(i, label) > 0)
                      .toArray();
              begins[label] =
                  IntStream.range(0, (places.length + BLOCK - 1) / BLOCK)
                      .map(block -> places[block * BLOCK])
                      .toArray();
              holders[label] = bestFirst(traders, label, places);
              long lacking =
                  IntStream.range(0, rooms.length)
                      .filter(i -> traders.lacks(i) && traders.deficit(i, label) > 0)
                      .count();
              demand[label] = lacking / (double) Math.max(1, rooms.length);
            });
  }

  private static int[] bestFirst(Traders traders, int label, int[] places) {
    long[] keys = new long[places.length];
    for (int i = 0; i < keys.length; i++) {
      int source = places[i];
      float worth = (float) (traders.held(source, label) * traders.worth(source));
      keys[i] = ((long) -Float.floatToIntBits(worth) << 32) | source;
    }
    for (int from = 0; from < keys.length; from += BLOCK) {
      Arrays.sort(keys, from, Math.min(keys.length, from + BLOCK));
    }
    return Arrays.stream(keys).mapToInt(key -> (int) key).toArray();
  }

  /**
   * Holders of the labels that a receiver lacks, near ones and one of each of the blocks further
   * and further away; some more than once.
   *
   * @param receiver by its number, which says where it is
   * @param most near ones, over all labels, and as many of the far ones
   */
  int[] holders(int receiver, int most) {
    int labels = holders.length;
    int lacking = 0;
    for (int label = 0; label < labels; label++) {
      lacking += traders.deficit(receiver, label) > 0 ? 1 : 0;
    }
    int near = Math.max(1, most / Math.max(1, lacking));
    int[] found = new int[2 * most];
    int count = 0;
    // From another label on with each receiver, for there may be more labels than offers.
    for (int i = 0; i < labels; i++) {
      int label = (i + receiver) % labels;
      if (traders.deficit(receiver, label) > 0) {
        count = holders(label, receiver, near, found, count);
      }
    }
    return Arrays.copyOf(found, count);
  }

  /** How many are found then. */
  private int holders(int label, int place, int near, int[] into, int filled) {
    int blocks = begins[label].length;
    if (blocks == 0) {
      return filled;
    }
    int found = Arrays.binarySearch(begins[label], place);
    int own = Math.max(0, found >= 0 ? found : -found - 2);
    int rank = (int) (Math.max(0, place - begins[label][own]) * demand[label]);
    int count = window(label, own, rank, near, into, filled);
    for (int step = 1; step < blocks; step <<= 1) {
      int other = own ^ step;
      if (other < blocks) {
        count = window(label, other, rank + near, 1, into, count);
      }
    }
    return count;
  }

  private int window(int label, int block, int from, int width, int[] into, int filled) {
    int begin = block * BLOCK;
    int size = Math.min(BLOCK, holders[label].length - begin);
    int count = filled;
    for (int i = 0; i < Math.min(width, size) && count < into.length; i++) {
      into[count++] = holders[label][begin + (from + i) % size];
    }
    return count;
  }
}
