package dev.kula.audit;

import dev.kula.data.SampleSet;
import dev.kula.device.ClassSums;
import dev.kula.device.Workbench;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How much class sums look as if a record were in them: the inner product of the sums of its class
 * and of what it adds to them, each number over the variance of its noise. For Gaussian noise and a
 * device whose other records are known that is the likelihood ratio but for constants, and so the
 * best of all tests.
 *
 * <p>Immutable, thread safe.
 *
 * @param embeddings of all rows of a pool, row-major
 * @param classes label of each row
 * @param width numbers in an embedding
 */
record SumScores(float[] embeddings, int[] classes, int width) {
  /** Looks at all rows of a pool with the model that devices are sent. */
  static SumScores of(Pool pool, float[] model, Workbench work) {
    int width = work.engine().embeddingSize();
    int rows = pool.targets().length;
    int[] all = new int[rows];
    int[] classes = new int[rows];
    for (int row = 0; row < rows; row++) {
      all[row] = row;
      classes[row] = (int) pool.targets()[row];
    }
    float[] embeddings = new float[rows * width];
    work.engine().embed(model, SampleSet.of(pool.table(), pool.targets(), all), embeddings);
    return new SumScores(embeddings, classes, width);
  }

  /** The score of one row of the pool. */
  double score(ClassSums sums, int row, double clip) {
    double norm = 0;
    for (int k = 0; k < width; k++) {
      norm += (double) embeddings[row * width + k] * embeddings[row * width + k];
    }
    double factor = Math.min(1, clip * Math.sqrt(width) / Math.sqrt(norm));
    double score = sums.counts()[classes[row]] / variance(sums.countStddev());
    for (int k = 0; k < width; k++) {
      score +=
          factor
              * embeddings[row * width + k]
              * sums.sums()[classes[row] * width + k]
              / variance(sums.sumStddev());
    }
    return Double.isNaN(score) ? 0 : score;
  }

  private static double variance(double stddev) {
    return stddev == 0 ? 1 : stddev * stddev;
  }

  /** Embeddings of some rows. */
  List<float[]> rows(int[] rows) {
    return Arrays.stream(rows)
        .mapToObj(row -> Arrays.copyOfRange(embeddings, row * width, (row + 1) * width))
        .toList();
  }

  /** What the sums say that records of a class look like on average: a mean of each class. */
  static List<float[]> means(ClassSums sums) {
    int width = sums.sums().length / sums.counts().length;
    List<float[]> means = new ArrayList<>();
    for (int c = 0; c < sums.counts().length; c++) {
      float[] mean = Arrays.copyOfRange(sums.sums(), c * width, (c + 1) * width);
      for (int k = 0; k < width; k++) {
        mean[k] /= Math.max(1, sums.counts()[c]);
      }
      means.add(mean);
    }
    return means;
  }
}
