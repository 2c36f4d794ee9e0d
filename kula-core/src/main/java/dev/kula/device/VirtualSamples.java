package dev.kula.device;

import dev.kula.data.FeatureTable;
import dev.kula.data.LabelSpace;
import dev.kula.data.SampleBatch;
import dev.kula.data.SampleSet;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Draws embeddings from another device's {@link ClassSums}: of each class from a Gaussian around
 * the mean that the sums give, with the spread that the receiver's own samples have within their
 * classes, one variance a number. Post-processing of the sums, as far as their source goes.
 *
 * <p>A class is drawn from if its count is twice its noise away from none, and at least 1, and if
 * the noise in its mean is no longer than a sample is away from the mean of its class: σ√d/n ≤
 * √(trace of the spread). Below that a virtual sample would be more noise than sample.
 */
final class VirtualSamples {
  /** Standard deviations of its noise that a count must be above none. */
  private static final double SIGNIFICANT = 2;

  /** More are not drawn, so that no order fills the memory. */
  static final int MOST = 4096;

  private final LabelSpace labels;
  private final int width;
  private final double[] variance;

  /**
   * Learns the spread.
   *
   * @param own embedded samples of the receiver
   */
  VirtualSamples(SampleSet own, LabelSpace labels) {
    this.labels = labels;
    this.width = own.features();
    this.variance = variance(own, labels);
  }

  /** Variance of each number within classes, over all of them. */
  private static double[] variance(SampleSet own, LabelSpace labels) {
    int width = own.features();
    double[] counts = own.labelCounts(labels);
    double[] means = new double[counts.length * width];
    float[] row = new float[width];
    for (int i = 0; i < own.size(); i++) {
      own.copyFeatures(i, row, 0);
      int bin = labels.bin(own.target(i));
      for (int k = 0; k < width; k++) {
        means[bin * width + k] += row[k] / counts[bin];
      }
    }
    double[] squares = new double[width];
    for (int i = 0; i < own.size(); i++) {
      own.copyFeatures(i, row, 0);
      int bin = labels.bin(own.target(i));
      for (int k = 0; k < width; k++) {
        double away = row[k] - means[bin * width + k];
        squares[k] += away * away;
      }
    }
    long classes = IntStream.range(0, counts.length).filter(bin -> counts[bin] > 0).count();
    double freedom = Math.max(1, own.size() - classes);
    for (int k = 0; k < width; k++) {
      squares[k] /= freedom;
    }
    return squares;
  }

  /**
   * Virtual samples, label by label.
   *
   * @param sums sound ones
   * @param size how many, at least 1; of more than {@link #MOST} so many
   * @param wanted labels, evenly; empty for any, in the proportions of the sums
   * @return none if no class wanted stands out from the noise
   */
  SampleSet draw(ClassSums sums, int size, List<Integer> wanted, RandomGenerator random) {
    int[] quotas = quotas(sums, size, wanted);
    int drawn = IntStream.of(quotas).sum();
    float[] values = new float[drawn * width];
    int at = 0;
    for (int bin = 0; bin < quotas.length; bin++) {
      for (int i = 0; i < quotas[bin]; i++) {
        for (int k = 0; k < width; k++) {
          double mean = sums.sums()[bin * width + k] / sums.counts()[bin];
          values[at++] = (float) (mean + Math.sqrt(variance[k]) * random.nextGaussian());
        }
      }
    }
    return rows(values, width, IntStream.of(quotas).boxed().toList());
  }

  /**
   * Embedded samples that lie label by label.
   *
   * @param counts samples of each label
   */
  static SampleSet rows(float[] values, int width, List<Integer> counts) {
    float[] targets = new float[counts.stream().mapToInt(Integer::intValue).sum()];
    int at = 0;
    for (int bin = 0; bin < counts.size(); bin++) {
      for (int i = 0; i < counts.get(bin); i++) {
        targets[at++] = bin;
      }
    }
    return SampleSet.of(new SampleBatch(new FeatureTable.Floats(values, width), targets));
  }

  /** Whole numbers in proportion to what each class may get: highest averages (D'Hondt). */
  private int[] quotas(ClassSums sums, int size, List<Integer> wanted) {
    double[] shares = new double[labels.size()];
    for (int bin = 0; bin < shares.length; bin++) {
      boolean asked = wanted.isEmpty() || wanted.contains(bin);
      if (asked && standsOut(sums, bin)) {
        shares[bin] = wanted.isEmpty() ? sums.counts()[bin] : 1;
      }
    }
    int[] quotas = new int[shares.length];
    for (int i = 0; i < Math.min(size, MOST); i++) {
      int next = 0;
      for (int bin = 1; bin < shares.length; bin++) {
        next = shares[bin] / (quotas[bin] + 1) > shares[next] / (quotas[next] + 1) ? bin : next;
      }
      quotas[next] += shares[next] > 0 ? 1 : 0;
    }
    return quotas;
  }

  private boolean standsOut(ClassSums sums, int bin) {
    double count = sums.counts()[bin];
    double trace = 0;
    for (double each : variance) {
      trace += each;
    }
    double noise = sums.sumStddev() * Math.sqrt(width);
    return count >= Math.max(1, SIGNIFICANT * sums.countStddev())
        && noise <= count * Math.sqrt(trace);
  }
}
