package dev.kula.swap;

import dev.kula.Seed;
import dev.kula.monitor.FeatureSketch;
import dev.kula.monitor.Portraits;
import dev.kula.monitor.Similarity;
import java.util.Arrays;

/**
 * Who is most like whom, without looking at all pairs: a device is compared with those that share a
 * cell with it in one of several divisions. Immutable and thread safe.
 */
final class Neighbours {
  private static final int CELL = 32;
  private static final int DIVISIONS = 2;
  private static final int METRICS = 3;

  private final Portraits portraits;
  private final float[] points;
  private final Cells[] divisions = new Cells[DIVISIONS];

  /** Divides the devices. */
  Neighbours(Portraits portraits, Seed seed) {
    this.portraits = portraits;
    int width = portraits.bins() + FeatureSketch.DIMENSIONS + METRICS;
    points = points(portraits, width);
    Arrays.setAll(divisions, d -> Cells.of(points, width, CELL, seed.derive(d)));
  }

  /** Devices are about as far from each other as {@link Similarity} says, by the same weights. */
  private static float[] points(Portraits portraits, int width) {
    float[] points = new float[portraits.size() * width];
    for (int i = 0; i < portraits.size(); i++) {
      int at = i * width;
      for (int bin = 0; bin < portraits.bins(); bin++) {
        double share = portraits.shares()[i * portraits.bins() + bin];
        points[at++] = (float) (0.4 * Math.sqrt(share) / Math.sqrt(2));
      }
      for (int d = 0; d < FeatureSketch.DIMENSIONS; d++) {
        points[at++] = (float) (0.4 * portraits.places()[i * FeatureSketch.DIMENSIONS + d] / 0.5);
      }
      for (int m = 0; m < METRICS; m++) {
        points[at++] = (float) (0.2 * portraits.metrics()[i * METRICS + m] / 2);
      }
    }
    return points;
  }

  /** Neighbours of a device, the most similar first. */
  int[] of(int device) {
    int[] others =
        Arrays.stream(divisions)
            .flatMapToInt(cells -> Arrays.stream(cells.members(cells.find(points, device))))
            .filter(other -> other != device)
            .sorted()
            .distinct()
            .toArray();
    long[] keys = new long[others.length];
    for (int i = 0; i < keys.length; i++) {
      float likeness = (float) portraits.similarity(device, others[i]).value();
      keys[i] = ((long) -Float.floatToIntBits(likeness) << 32) | others[i];
    }
    Arrays.sort(keys);
    return Arrays.stream(keys).mapToInt(key -> (int) key).toArray();
  }
}
