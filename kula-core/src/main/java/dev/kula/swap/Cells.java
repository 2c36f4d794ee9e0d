package dev.kula.swap;

import dev.kula.Seed;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Points in an order in which those near each other tend to be neighbours: halves, halves of halves
 * and so on down to cells, each divided at the median along the line through two of its points
 * drawn at random (a tree of random projections, Dasgupta and Freund 2008). Made in O(n log² n),
 * whatever the number of threads the same. Immutable by contract; thread safe.
 */
final class Cells {
  /** Draws of two points that differ. */
  private static final int DRAWS = 8;

  private final int width;
  private final int levels;

  /** Of the points, cell by cell; each half's are a range of it. */
  private final int[] order;

  /** By part, all of a level after those of the one above it: along what, and from where. */
  private final float[][] lines;

  private final float[] borders;

  private Cells(int size, int width, int most) {
    this.width = width;
    order = new int[size];
    Arrays.setAll(order, i -> i);
    int halvings = 0;
    while ((long) most << halvings < size) {
      halvings++;
    }
    levels = halvings;
    lines = new float[(1 << levels) - 1][];
    borders = new float[lines.length];
  }

  /**
   * Divides points.
   *
   * @param points row-major {@code [points, width]}, finite; read only
   * @param most points a cell may have, at least 1
   */
  static Cells of(float[] points, int width, int most, Seed seed) {
    Cells cells = new Cells(points.length / width, width, most);
    long[] keys = new long[cells.order.length];
    for (int level = 0; level < cells.levels; level++) {
      int halving = level;
      Seed draws = seed.derive(level);
      IntStream.range(0, 1 << level)
          .parallel()
          .forEach(
              part ->
                  cells.divide(
                      points,
                      keys,
                      halving,
                      part,
                      new SplittableRandom(draws.derive(part).value())));
    }
    return cells;
  }

  /** How many cells: they are of equal size, give or take one. */
  int count() {
    return 1 << levels;
  }

  /** The points, cell by cell; not to be written to. */
  int[] order() {
    return order;
  }

  /** The points of a cell. */
  int[] members(int cell) {
    return Arrays.copyOfRange(order, bound(cell, levels), bound(cell + 1, levels));
  }

  /**
   * The cell that a point is nearest to, as the lines see it.
   *
   * @param points row-major {@code [points, width]}, finite
   * @param point its row
   */
  int find(float[] points, int point) {
    int part = 0;
    for (int level = 0; level < levels; level++) {
      int halved = part(level, part);
      int half = along(lines[halved], points, point) < borders[halved] ? 0 : 1;
      part = 2 * part + half;
    }
    return part;
  }

  private static int part(int level, int part) {
    return (1 << level) - 1 + part;
  }

  private int bound(int part, int level) {
    return (int) (((long) order.length * part) >> level);
  }

  /** Sorts a range along a line, so that its halves are apart. */
  private void divide(float[] points, long[] keys, int level, int part, SplittableRandom random) {
    int from = bound(part, level);
    int to = bound(part + 1, level);
    float[] line = line(points, from, to, random);
    for (int i = from; i < to; i++) {
      keys[i] = ((long) ordered(along(line, points, order[i])) << 32) | order[i];
    }
    Arrays.parallelSort(keys, from, to);
    for (int i = from; i < to; i++) {
      order[i] = (int) keys[i];
    }
    lines[part(level, part)] = line;
    borders[part(level, part)] = along(line, points, order[bound(2 * part + 1, level + 1)]);
  }

  private float[] line(float[] points, int from, int to, SplittableRandom random) {
    float[] line = new float[width];
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

  private float along(float[] line, float[] points, int point) {
    float along = 0;
    for (int d = 0; d < width; d++) {
      along += line[d] * points[point * width + d];
    }
    return along;
  }

  /** A whole number that is in the order of the float. */
  private static int ordered(float value) {
    int bits = Float.floatToIntBits(value);
    return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
  }
}
