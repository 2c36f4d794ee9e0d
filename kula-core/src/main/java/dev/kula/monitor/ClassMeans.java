package dev.kula.monitor;

import dev.kula.monitor.FeatureDistance.Estimate;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What the first estimate of {@link FeatureDistance} needs of each device, for the labels that it
 * has enough of, one device after another. Immutable; thread safe.
 */
final class ClassMeans {
  private static final double LEAST_SAMPLES = 2;
  private static final double PRESENT = 2;

  /** A variance beyond all others. */
  private static final float BEYOND = 1e30f;

  private static final int COUNT = 0;
  private static final int SQUARED_MEAN = 1;
  private static final int MEAN_NOISE = 2;
  private static final int COUNT_NOISE = 3;
  private static final int SUMS = 4;

  /** Numbers a label: count, ‖mean‖², noise of the mean and of the count, sketch sums. */
  private static final int FIGURES = SUMS + FeatureSketch.DIMENSIONS;

  /** Where the labels of each device begin, and the end of the last one's. */
  private final int[] starts;

  private final int[] labels;
  private final double[] figures;

  private ClassMeans(int[] starts) {
    this.starts = starts;
    int all = starts[starts.length - 1];
    this.labels = new int[all];
    this.figures = new double[Math.multiplyExact(all, FIGURES)];
  }

  /**
   * Reads the pools.
   *
   * @param pools one a device; called from several threads, twice for each
   */
  static ClassMeans of(int devices, IntFunction<ClassPool> pools) {
    int[] starts = new int[devices + 1];
    IntStream.range(0, devices)
        .parallel()
        .forEach(i -> starts[i + 1] = (int) present(pools.apply(i)).count());
    for (int i = 0; i < devices; i++) {
      starts[i + 1] = Math.addExact(starts[i], starts[i + 1]);
    }
    ClassMeans means = new ClassMeans(starts);
    IntStream.range(0, devices).parallel().forEach(i -> means.read(i, pools.apply(i)));
    return means;
  }

  private static IntStream present(ClassPool pool) {
    return IntStream.range(0, pool.bins()).filter(bin -> pool.has(bin, LEAST_SAMPLES, PRESENT));
  }

  private void read(int device, ClassPool pool) {
    int at = starts[device];
    for (int bin : present(pool).toArray()) {
      labels[at] = bin;
      int row = at++ * FIGURES;
      double squaredCount = pool.count(bin) * pool.count(bin);
      figures[row + COUNT] = pool.count(bin);
      figures[row + SQUARED_MEAN] = squaredMean(pool, bin);
      figures[row + MEAN_NOISE] = pool.sketchVariance() / squaredCount;
      figures[row + COUNT_NOISE] = pool.labelVariance() / squaredCount;
      for (int d = 0; d < FeatureSketch.DIMENSIONS; d++) {
        figures[row + SUMS + d] = pool.sum(bin, d);
      }
    }
  }

  /** Unbiased for ‖mean‖²: E‖S̃‖² = n + n(n−1)‖m‖² + 8σ², E[ñ² − ñ] = n² − n + σ². */
  private static double squaredMean(ClassPool pool, int bin) {
    double squares = 0;
    for (int d = 0; d < FeatureSketch.DIMENSIONS; d++) {
      squares += pool.sum(bin, d) * pool.sum(bin, d);
    }
    double n = pool.count(bin);
    double pairs = Math.max(1, n * n - n - pool.labelVariance());
    return (squares - n - FeatureSketch.DIMENSIONS * pool.sketchVariance()) / pairs;
  }

  /**
   * A label of a block of devices, in single precision.
   *
   * @param variances beyond all others where a device has not enough of it
   * @param byCounting what a variance grows by with the other device's {@link #countNoise}
   * @param squaredMean unbiased
   * @param means a column a dimension
   */
  record Columns(Variances variances, float[] byCounting, float[] squaredMean, float[][] means) {
    Columns(int devices) {
      this(
          new Variances(devices),
          new float[devices],
          new float[devices],
          new float[FeatureSketch.DIMENSIONS][devices]);
      Arrays.fill(variances.own(), BEYOND);
    }
  }

  /** The labels of a block of devices; null where none of them has enough. */
  @Nullable Columns[] columns(int bins, int[] members) {
    @Nullable Columns[] all = new Columns[bins];
    for (int at = 0; at < members.length; at++) {
      for (int row = starts[members[at]]; row < starts[members[at] + 1]; row++) {
        Columns columns = all[labels[row]];
        if (columns == null) {
          columns = new Columns(members.length);
          all[labels[row]] = columns;
        }
        float inverseCount = inverseCount(row);
        columns.variances().set(at, inverseCount, meanNoise(row));
        columns.variances().own()[at] += 2 * countNoise(row) * countNoise(row);
        columns.byCounting()[at] = 4 * countNoise(row);
        columns.squaredMean()[at] = squaredMean(row);
        for (int d = 0; d < FeatureSketch.DIMENSIONS; d++) {
          columns.means()[d][at] = sum(row, d) * inverseCount;
        }
      }
    }
    return all;
  }

  /** Where the rows of a device begin, and those of the one before it end. */
  int start(int device) {
    return starts[device];
  }

  /** The label of a row. */
  int label(int row) {
    return labels[row];
  }

  float squaredMean(int row) {
    return (float) figures[row * FIGURES + SQUARED_MEAN];
  }

  /** Variance of the mean by sampling. */
  float inverseCount(int row) {
    return (float) (1 / figures[row * FIGURES + COUNT]);
  }

  float meanNoise(int row) {
    return (float) figures[row * FIGURES + MEAN_NOISE];
  }

  float countNoise(int row) {
    return (float) figures[row * FIGURES + COUNT_NOISE];
  }

  /** Of the sketch, over all samples of the label. */
  float sum(int row, int dimension) {
    return (float) figures[row * FIGURES + SUMS + dimension];
  }

  /** The squared distance of two devices. */
  Estimate between(int a, int b) {
    double weights = 0;
    double weighted = 0;
    int right = starts[b];
    for (int left = starts[a]; left < starts[a + 1]; left++) {
      while (right < starts[b + 1] && labels[right] < labels[left]) {
        right++;
      }
      if (right < starts[b + 1] && labels[right] == labels[left]) {
        int l = left * FIGURES;
        int r = right * FIGURES;
        double inner = 0;
        for (int d = SUMS; d < FIGURES; d++) {
          inner += figures[l + d] * figures[r + d];
        }
        double squared =
            figures[l + SQUARED_MEAN]
                + figures[r + SQUARED_MEAN]
                - 2 * inner / (figures[l + COUNT] * figures[r + COUNT]);
        double weight = 1 / nullVariance(l, r);
        weights += weight;
        weighted += weight * squared;
      }
    }
    return weights == 0 ? Estimate.NONE : new Estimate(weighted / weights, 1 / weights);
  }

  /** Variance of the estimate for one label if the true distance is 0. */
  private double nullVariance(int l, int r) {
    double sampling = 1 / figures[l + COUNT] + 1 / figures[r + COUNT];
    double noise = figures[l + MEAN_NOISE] + figures[r + MEAN_NOISE];
    double counting = figures[l + COUNT_NOISE] + figures[r + COUNT_NOISE];
    return 2
        * (sampling * sampling / FeatureDistance.EFFECTIVE_DIMENSIONS
            + 2 * sampling * noise
            + FeatureSketch.DIMENSIONS * noise * noise
            + counting * counting);
  }
}
