package dev.kula.swap;

import dev.kula.monitor.FeatureSketch;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The most promising sources among a receiver's neighbours, by a look at each: what it holds of
 * what the receiver lacks, and how far it is on the whole. The columns lie as the cells do, label
 * by label and dimension by dimension, so that a processor takes several sources at once. Rooms are
 * those of when it was made. Thread safe.
 */
final class Shortlists {
  private static final int DIMENSIONS = FeatureSketch.DIMENSIONS;

  private final Traders traders;
  private final Cells cells;
  private final int[] places;

  /** By cell: sources, and their columns {@code [8 + labels, sources]}. */
  private final int[][] sources;

  private final float[][] columns;

  /**
   * Looks over the cells.
   *
   * @param rooms receivers that each source may still serve
   */
  Shortlists(Traders traders, Cells cells, int[] rooms) {
    this.traders = traders;
    this.cells = cells;
    this.places = cells.places();
    this.sources = new int[cells.count()][];
    this.columns = new float[cells.count()][];
    IntStream.range(0, cells.count()).parallel().forEach(cell -> fill(rooms, cell));
  }

  private void fill(int[] rooms, int cell) {
    int[] members = new int[cells.start(cell + 1) - cells.start(cell)];
    int count = 0;
    for (int place = cells.start(cell); place < cells.start(cell + 1); place++) {
      int source = cells.order()[place];
      if (rooms[source] > 0 && traders.worth(source) > 0) {
        members[count++] = source;
      }
    }
    float[] values = new float[(DIMENSIONS + traders.labels()) * count];
    double[] points = traders.portraits().places();
    for (int i = 0; i < count; i++) {
      int source = members[i];
      for (int d = 0; d < DIMENSIONS; d++) {
        values[d * count + i] = (float) points[source * DIMENSIONS + d];
      }
      double worth = traders.worth(source);
      for (int label = 0; label < traders.labels(); label++) {
        values[(DIMENSIONS + label) * count + i] = (float) (worth * traders.held(source, label));
      }
    }
    sources[cell] = Arrays.copyOf(members, count);
    columns[cell] = values;
  }

  /**
   * Looks at all in the cell of a receiver, which may be among them.
   *
   * @return the {@code most} most promising, the best first
   */
  int[] best(int receiver, int most) {
    int cell = cells.cell(places[receiver]);
    int[] members = sources[cell];
    float[] values = columns[cell];
    int count = members.length;
    float[] squares = new float[count];
    float[] promises = new float[count];
    double[] points = traders.portraits().places();
    for (int d = 0; d < DIMENSIONS; d++) {
      addSquares(values, d * count, (float) points[receiver * DIMENSIONS + d], squares);
    }
    for (int label = 0; label < traders.labels(); label++) {
      float deficit = (float) traders.deficit(receiver, label);
      if (deficit > 0) {
        addProducts(values, (DIMENSIONS + label) * count, deficit, promises);
      }
    }
    divideByDistance(squares, promises);
    Offers best = new Offers(1, most);
    for (int i = 0; i < count; i++) {
      best.add(0, members[i], promises[i]);
    }
    return best.sources(0);
  }

  private static void addSquares(float[] column, int from, float point, float[] to) {
    for (int i = 0; i < to.length; i++) {
      float difference = column[from + i] - point;
      to[i] += difference * difference;
    }
  }

  private static void addProducts(float[] column, int from, float by, float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] += by * column[from + i];
    }
  }

  /** Times about exp(−2 min(1, distance / 0.5)), of the first terms of 1/exp. */
  private static void divideByDistance(float[] squares, float[] to) {
    for (int i = 0; i < to.length; i++) {
      float distance = Math.min(1f, 2 * (float) Math.sqrt(squares[i]));
      to[i] /= 1 + 2 * distance * (1 + distance * (1 + 0.667f * distance));
    }
  }
}
