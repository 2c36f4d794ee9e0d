package dev.kula.device;

import dev.kula.data.LabelSpace;
import dev.kula.data.SampleSet;
import dev.kula.model.TrainingEngine;
import dev.kula.privacy.noise.GaussianMechanism;
import dev.kula.privacy.noise.NoiseSource;

/**
 * How many samples of each class a device has, and the sum of their embeddings: what a {@code
 * SYNTHETIC} exchange brings, from which its receiver draws virtual samples (after Luo et al. 2021,
 * <i>No Fear of Heterogeneity</i>, section 4.2, Algorithm 1; without the covariances, which cost d
 * times the numbers).
 *
 * <p><b>Guarantee.</b> With noise, one release is ρ-zCDP for neighbours that differ by one record
 * more or less. The proof:
 *
 * <ol>
 *   <li><i>What is summed.</i> A record of class c adds v = (κ, x̄/C) to the block of c and nothing
 *       to others. x is its embedding by the global model, of d numbers, worked out by itself, so
 *       that no other record changes a bit of it; x̄ is x clipped to the norm C = clip · √d, and 0
 *       if x is not finite. Its numbers are cut towards 0 to multiples of 2⁻³², which lengthens
 *       nothing, and added as whole numbers, so that no order of adding shows. κ is a power of two.
 *       <em>All</em> own samples are summed: were some picked, in the light of the others or by a
 *       split that is drawn anew with one record more, one record would move more than v.
 *   <li><i>Sensitivity.</i> So neighbours' sums differ by exactly one v, and ‖v‖ ≤ Δ = √(κ² + 1) in
 *       L2, over all classes together: they are disjoint and need no noise of their own each.
 *   <li><i>Noise.</i> {@link GaussianMechanism} over Δ and all numbers rounds to a grid and adds
 *       exact draws of the discrete Gaussian; its proof has the rounding in it.
 *   <li><i>Composition.</i> The embedding model depends on the record through earlier releases
 *       only, if updates are noised too ({@link Protection#ALL}). The release is charged to the
 *       device's one account before it leaves, which takes adaptive releases in any order ({@link
 *       dev.kula.privacy.accounting.RenyiFilter}). There is one release a round: every holder of a
 *       lease gets the same bytes, and all of them together know no more than one.
 *   <li><i>Everything else</i> is post-processing, or no function of the record: dividing κ out,
 *       multiplying by C and rounding to floats here, all that receivers do; which classes and how
 *       many samples were asked for comes from orders, the name and size of the pointer too; the
 *       number of classes is public, so the length of the message is; how many samples there are
 *       shows in the noised counts only, and a source with none of what was asked answers alike.
 * </ol>
 *
 * <p>κ balances the two errors of a mean, of the sum over the count: of noise σ a number the first
 * has d σ²C²/n² and the second at most σ²C²/(κn)², and (1 + κ²)(d + κ⁻²) is least at κ = d^(−1/4),
 * of which the nearest power of two is taken.
 *
 * <p><b>Not protected:</b> groups of records, the time that it takes, that it was released; a
 * record against whoever sees updates without noise.
 *
 * @param counts samples of each class, noised
 * @param sums of their embeddings, row-major {@code [classes, embedding]}, noised
 * @param countStddev of the noise in each count; 0 for none
 * @param sumStddev of the noise in each number of the sums; 0 for none
 */
public record ClassSums(float[] counts, float[] sums, double countStddev, double sumStddev) {
  /** Units of a sum's number: 2³² of them are C. As doubles sums of 2²¹ samples are exact. */
  private static final double UNITS = 0x1p32;

  /** Keeps a norm within its bound however its factors were rounded. */
  private static final double BELOW_ONE = 1 - 0x1p-30;

  /**
   * The sums of a device.
   *
   * @param own all its samples; their weights are ignored
   * @param model what embeds them
   * @param protection of infinite ρ for no noise
   */
  static ClassSums of(
      SampleSet own,
      TrainingEngine engine,
      float[] model,
      LabelSpace labels,
      SumProtection protection,
      NoiseSource noise) {
    int width = engine.embeddingSize();
    int stride = 1 + width;
    double clip = protection.norm(width);
    long[] sums = new long[labels.size() * stride];
    float[] embedding = new float[width];
    for (int i = 0; i < own.size(); i++) {
      engine.embed(model, own.select(new int[] {i}), embedding);
      add(embedding, clip, sums, labels.bin(own.target(i)) * stride);
    }
    double weight = countWeight(width);
    double[] values = new double[sums.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % stride == 0 ? weight * sums[i] : sums[i] / UNITS;
    }
    GaussianMechanism mechanism = protection.mechanism(labels.size(), width);
    mechanism.addTo(values, noise);
    return split(values, stride, weight, clip, mechanism.stddev());
  }

  /**
   * Adds one sample to its class: 1 to the count, the clipped embedding over the clip to the sum.
   */
  static void add(float[] embedding, double clip, long[] sums, int at) {
    double squares = 0;
    for (float number : embedding) {
      squares += (double) number * number;
    }
    double norm = Math.sqrt(squares);
    double factor = Double.isFinite(norm) ? BELOW_ONE / Math.max(norm, clip) : 0;
    sums[at]++;
    for (int i = 0; factor > 0 && i < embedding.length; i++) {
      sums[at + 1 + i] += (long) (UNITS * (embedding[i] * factor));
    }
  }

  /** κ for embeddings of {@code width} numbers. */
  static double countWeight(int width) {
    return Math.scalb(1.0, (int) -Math.rint(Math.log(width) / Math.log(2) / 4));
  }

  /** Δ for embeddings of {@code width} numbers, over counts times κ and sums over C. */
  static double sensitivity(int width) {
    double weight = countWeight(width);
    return Math.sqrt(weight * weight + 1);
  }

  private static ClassSums split(
      double[] values, int stride, double weight, double clip, double stddev) {
    float[] counts = new float[values.length / stride];
    float[] sums = new float[values.length - counts.length];
    for (int c = 0; c < counts.length; c++) {
      counts[c] = (float) (values[c * stride] / weight);
      for (int i = 1; i < stride; i++) {
        sums[c * (stride - 1) + i - 1] = (float) (values[c * stride + i] * clip);
      }
    }
    return new ClassSums(counts, sums, stddev / weight, stddev * clip);
  }

  /** Whether it is made of finite numbers, for so many classes and embeddings of this width. */
  boolean isSound(int classes, int width) {
    boolean sound =
        counts.length == classes
            && sums.length == classes * width
            && countStddev >= 0
            && sumStddev >= 0
            && Double.isFinite(countStddev + sumStddev);
    for (float count : counts) {
      sound &= Float.isFinite(count);
    }
    for (float sum : sums) {
      sound &= Float.isFinite(sum);
    }
    return sound;
  }
}
