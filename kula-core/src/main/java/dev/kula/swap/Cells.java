package dev.kula.swap;

import dev.kula.Seed;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Points in an order in which those near each other tend to be neighbours: halves, halves of halves
 * and so on down to cells, each divided at the median along the line through two of its points
 * drawn at random (a tree of random projections, Dasgupta and Freund 2008). O(n log² n), whatever
 * the number of threads the same.
 *
 * @param order of the points, cell by cell; a cell's points, and each half's, are a range of it
 * @param levels how often was halved: there are 2^levels cells of equal size, give or take one
 */
record Cells(int[] order, int levels) {
  /** Draws of two points that differ. */
  private static final int DRAWS = 8;

  /**
   * Divides points.
   *
   * @param points row-major {@code [points, width]}, finite; read only
   * @param most points a cell may have, at least 1
   */
  static Cells of(double[] points, int width, int most, Seed seed) {
    int size = points.length / width;
    int[] order = new int[size];
    Arrays.setAll(order, i -> i);
    long[] keys = new long[size];
    int levels = 0;
    while ((long) most << levels < size) {
      int level = levels++;
      Seed draws = seed.derive(level);
      IntStream.range(0, 1 << level)
          .parallel()
          .forEach(
              part ->
                  divide(
                      points,
                      width,
                      order,
                      keys,
                      bound(size, part, level),
                      bound(size, part + 1, level),
                      new SplittableRandom(draws.derive(part).value())));
    }
    return new Cells(order, levels);
  }

  int count() {
    return 1 << levels;
  }

  /** Where in the order the cell begins; where the one before it ends. */
  int start(int cell) {
    return bound(order.length, cell, levels);
  }

  /** The cell of a place in the order. */
  int cell(int place) {
    int cell = (int) (((long) place << levels) / order.length);
    while (start(cell + 1) <= place) {
      cell++;
    }
    return cell;
  }

  /** Where each point is in the order. */
  int[] places() {
    int[] places = new int[order.length];
    for (int place = 0; place < order.length; place++) {
      places[order[place]] = place;
    }
    return places;
  }

  private static int bound(int size, int part, int level) {
    return (int) (((long) size * part) >> level);
  }

  /** Sorts a range along a line, so that its halves are apart. */
  private static void divide(
      double[] points,
      int width,
      int[] order,
      long[] keys,
      int from,
      int to,
      SplittableRandom random) {
    double[] line = line(points, width, order, from, to, random);
    for (int i = from; i < to; i++) {
      int point = order[i] * width;
      double along = 0;
      for (int d = 0; d < width; d++) {
        along += line[d] * points[point + d];
      }
      keys[i] = ((long) ordered((float) along) << 32) | order[i];
    }
    Arrays.parallelSort(keys, from, to);
    for (int i = from; i < to; i++) {
      order[i] = (int) keys[i];
    }
  }

  private static double[] line(
      double[] points, int width, int[] order, int from, int to, SplittableRandom random) {
    double[] line = new double[width];
    boolean differ = false;
    for (int draw = 0; draw < DRAWS && !differ; draw++) {
      int a = order[random.nextInt(from, to)] * width;
      int b = order[random.nextInt(from, to)] * width;
      for (int d = 0; d < width; d++) {
        line[d] = points[a + d] - points[b + d];
        differ |= line[d] != 0;
      }
    }
    return line;
  }

  /** A whole number that is in the order of the float. */
  private static int ordered(float value) {
    int bits = Float.floatToIntBits(value);
    return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
  }
}
