package dev.kula.swap;

import dev.kula.Seed;
import dev.kula.monitor.FeatureSketch;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Who is to be compared with whom: sources in {@link Cells} by where their features are and what
 * labels they hold, and receivers that look into the cell of where their own features are and what
 * labels they lack. Both vectors of labels have length 1, so that near means that they point the
 * same way. Thread safe.
 */
final class Meetings {
  private static final int DIMENSIONS = FeatureSketch.DIMENSIONS;

  /** What labels weigh beside features: a little more or less does little. */
  private static final float LABELS = 0.3f;

  private final Traders traders;
  private final Cells cells;
  private final int[] sources;

  /** Receivers by cell, and where those of each begin. */
  private final int[] receivers;

  private final int[] starts;

  /**
   * Divides sources, and sends receivers.
   *
   * @param sources their numbers, at least one
   * @param most sources that a cell may have
   */
  Meetings(Traders traders, int[] sources, int[] receivers, int most, Seed seed) {
    this.traders = traders;
    this.sources = sources;
    int width = DIMENSIONS + traders.labels();
    cells = Cells.of(points(sources, traders::held), width, most, seed);
    float[] looking = points(receivers, traders::deficit);
    int[] visited = new int[receivers.length];
    Arrays.parallelSetAll(visited, i -> cells.find(looking, i));
    starts = new int[cells.count() + 1];
    for (int cell : visited) {
      starts[cell + 1]++;
    }
    Arrays.parallelPrefix(starts, Integer::sum);
    int[] ends = starts.clone();
    this.receivers = new int[receivers.length];
    for (int i = 0; i < receivers.length; i++) {
      this.receivers[ends[visited[i]]++] = receivers[i];
    }
  }

  /** What a device has or lacks of a label. */
  private interface Labels {
    double of(int device, int label);
  }

  private float[] points(int[] devices, Labels labels) {
    int width = DIMENSIONS + traders.labels();
    float[] points = new float[Math.multiplyExact(devices.length, width)];
    IntStream.range(0, devices.length)
        .parallel()
        .forEach(i -> describe(devices[i], labels, points, i * width));
    return points;
  }

  private void describe(int device, Labels labels, float[] points, int at) {
    double[] places = traders.portraits().places();
    for (int d = 0; d < DIMENSIONS; d++) {
      points[at + d] = (float) places[device * DIMENSIONS + d];
    }
    double squares = 0;
    for (int label = 0; label < traders.labels(); label++) {
      squares += labels.of(device, label) * labels.of(device, label);
    }
    double scale = squares > 0 ? LABELS / Math.sqrt(squares) : 0;
    for (int label = 0; label < traders.labels(); label++) {
      points[at + DIMENSIONS + label] = (float) (scale * labels.of(device, label));
    }
  }

  /** Takes the receivers of a cell and its sources. */
  interface Meeting {
    /** They meet. */
    void of(int[] receivers, int[] sources);
  }

  /** Lets all cells meet, on several threads; each receiver is in one of them. */
  void hold(Meeting meeting) {
    IntUnaryOperator number = place -> sources[place];
    IntStream.range(0, cells.count())
        .parallel()
        .filter(cell -> starts[cell] < starts[cell + 1])
        .forEach(
            cell ->
                meeting.of(
                    Arrays.copyOfRange(receivers, starts[cell], starts[cell + 1]),
                    Arrays.stream(cells.members(cell)).map(number).toArray()));
  }
}
