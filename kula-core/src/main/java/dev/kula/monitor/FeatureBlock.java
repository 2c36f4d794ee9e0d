package dev.kula.monitor;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * {@link Portraits#featureDistance} of one device from all of a block of devices at once, to single
 * precision. Figures lie label by label and dimension by dimension, each as a column over the
 * block, so that a processor takes several devices at once and the block stays in its cache. Loops
 * are short and write to one array each: HotSpot does not vectorise others. Not thread safe.
 */
public final class FeatureBlock {
  private static final float UNKNOWN = (float) FeatureDistance.UNKNOWN;
  private static final float NEARNESS = (float) (1 / FeatureDistance.FAR);

  private static final float PRIOR =
      (float) (FeatureDistance.PRIOR_STDDEV * FeatureDistance.PRIOR_STDDEV);

  /** Where nothing is shared; its variance is beyond all others. */
  private static final float NO_WEIGHT = 1e-30f;

  private final FeatureDistance features;
  private final ClassMeans.@Nullable Columns[] classes;
  private final Deviations.Columns deviations;

  /** Of the first estimate: precisions, and squared distances times these. */
  private final float[] weights;

  private final float[] weighted;

  /** Of the second estimate. */
  private final float[] variances;

  private final float[] squares;

  /** Of one label: precisions and squared distances. */
  private final float[] weight;

  private final float[] square;

  FeatureBlock(FeatureDistance features, int bins, int[] members) {
    this.features = features;
    classes = features.classes().columns(bins, members);
    deviations = features.deviations().columns(members);
    weights = new float[members.length];
    weighted = new float[members.length];
    variances = new float[members.length];
    squares = new float[members.length];
    weight = new float[members.length];
    square = new float[members.length];
  }

  /**
   * Compares a device with all in the block.
   *
   * @param device any one
   * @param distances gets D_x of each device of the block, in [0, 1]; as long as the block
   */
  public void distances(int device, float[] distances) {
    shared(device);
    common(device);
    invert(weights); // variances of the first estimate
    float[] second = weight;
    choose(weights, variances, second);
    multiply(weights, weighted);
    blend(second, variances, weights);
    blend(second, squares, weighted);
    conclude(weighted, weights, distances);
  }

  /** The first estimate, label by label, up to the division by its weights. */
  private void shared(int device) {
    Arrays.fill(weights, NO_WEIGHT);
    Arrays.fill(weighted, 0);
    ClassMeans means = features.classes();
    for (int row = means.start(device); row < means.start(device + 1); row++) {
      ClassMeans.Columns columns = classes[means.label(row)];
      if (columns != null) {
        square(columns, means, row);
        weigh(columns, means, row);
        add(weight, weights);
        addProducts(weight, square, weighted);
      }
    }
  }

  /** Squared distances of means: ‖a‖² + ‖b‖² − 2ab. */
  private void square(ClassMeans.Columns columns, ClassMeans means, int row) {
    float by = -2 * means.inverseCount(row);
    float[][] column = columns.means();
    weightedSums(
        column[0],
        column[1],
        column[2],
        column[3],
        by * means.sum(row, 0),
        by * means.sum(row, 1),
        by * means.sum(row, 2),
        by * means.sum(row, 3),
        square);
    addWeightedSums(
        column[4],
        column[5],
        column[6],
        column[7],
        by * means.sum(row, 4),
        by * means.sum(row, 5),
        by * means.sum(row, 6),
        by * means.sum(row, 7),
        square);
    addEach(columns.squaredMean(), means.squaredMean(row), square);
  }

  /** One over the variance where the true distance is 0, as {@link ClassMeans} has it. */
  private void weigh(ClassMeans.Columns columns, ClassMeans means, int row) {
    float sampling = means.inverseCount(row);
    float noise = means.meanNoise(row);
    float counting = means.countNoise(row);
    float alone = Variances.alone(sampling, noise) + 2 * counting * counting;
    Variances of = columns.variances();
    inverseSums(
        of.own(),
        of.bySampling(),
        of.byNoise(),
        columns.byCounting(),
        alone,
        sampling,
        noise,
        counting,
        weight);
  }

  /** The second estimate. */
  private void common(int device) {
    Deviations means = features.deviations();
    float[][] column = deviations.means();
    squaredDistances(
        column[0],
        column[1],
        column[2],
        column[3],
        means.mean(device, 0),
        means.mean(device, 1),
        means.mean(device, 2),
        means.mean(device, 3),
        squares);
    addSquaredDistances(
        column[4],
        column[5],
        column[6],
        column[7],
        means.mean(device, 4),
        means.mean(device, 5),
        means.mean(device, 6),
        means.mean(device, 7),
        squares);
    addEach(deviations.unbiasing(), means.unbiasing(device), squares);
    float sampling = means.sampling(device);
    float noise = means.noise(device);
    Variances of = deviations.variances();
    sums(
        of.own(),
        of.bySampling(),
        of.byNoise(),
        Variances.alone(sampling, noise),
        sampling,
        noise,
        variances);
  }

  private static void weightedSums(
      float[] column0,
      float[] column1,
      float[] column2,
      float[] column3,
      float by0,
      float by1,
      float by2,
      float by3,
      float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] = by0 * column0[i] + by1 * column1[i] + by2 * column2[i] + by3 * column3[i];
    }
  }

  private static void addWeightedSums(
      float[] column0,
      float[] column1,
      float[] column2,
      float[] column3,
      float by0,
      float by1,
      float by2,
      float by3,
      float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] += by0 * column0[i] + by1 * column1[i] + by2 * column2[i] + by3 * column3[i];
    }
  }

  private static void squaredDistances(
      float[] column0,
      float[] column1,
      float[] column2,
      float[] column3,
      float own0,
      float own1,
      float own2,
      float own3,
      float[] to) {
    for (int i = 0; i < to.length; i++) {
      float apart0 = column0[i] - own0;
      float apart1 = column1[i] - own1;
      float apart2 = column2[i] - own2;
      float apart3 = column3[i] - own3;
      to[i] = apart0 * apart0 + apart1 * apart1 + apart2 * apart2 + apart3 * apart3;
    }
  }

  private static void addSquaredDistances(
      float[] column4,
      float[] column5,
      float[] column6,
      float[] column7,
      float own4,
      float own5,
      float own6,
      float own7,
      float[] to) {
    for (int i = 0; i < to.length; i++) {
      float apart4 = column4[i] - own4;
      float apart5 = column5[i] - own5;
      float apart6 = column6[i] - own6;
      float apart7 = column7[i] - own7;
      to[i] += apart4 * apart4 + apart5 * apart5 + apart6 * apart6 + apart7 * apart7;
    }
  }

  private static void sums(
      float[] column,
      float[] column1,
      float[] column2,
      float alone,
      float by1,
      float by2,
      float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] = alone + column[i] + by1 * column1[i] + by2 * column2[i];
    }
  }

  private static void inverseSums(
      float[] column,
      float[] column1,
      float[] column2,
      float[] column3,
      float alone,
      float by1,
      float by2,
      float by3,
      float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] = 1 / (alone + column[i] + by1 * column1[i] + by2 * column2[i] + by3 * column3[i]);
    }
  }

  private static void add(float[] numbers, float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] += numbers[i];
    }
  }

  private static void addEach(float[] numbers, float one, float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] += one + numbers[i];
    }
  }

  private static void addProducts(float[] numbers, float[] by, float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] += numbers[i] * by[i];
    }
  }

  private static void invert(float[] numbers) {
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = 1 / numbers[i];
    }
  }

  private static void multiply(float[] by, float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] *= by[i];
    }
  }

  /** 1 if the first estimate varies more than the second, and more than a quarter of the prior. */
  private static void choose(float[] first, float[] second, float[] to) {
    for (int i = 0; i < to.length; i++) {
      float above = first[i] - Math.max(second[i], PRIOR / 4);
      to[i] = Math.max(0f, Math.min(1f, above * 1e30f));
    }
  }

  /** The other where {@code share} is 1, and what is there where it is 0. */
  private static void blend(float[] share, float[] other, float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] = share[i] * other[i] + (1 - share[i]) * to[i];
    }
  }

  /** What a squared distance says, trusted by its variance. */
  private static void conclude(float[] squares, float[] variances, float[] to) {
    for (int i = 0; i < to.length; i++) {
      float said = Math.min(1f, (float) Math.sqrt(Math.max(0f, squares[i])) * NEARNESS);
      to[i] = UNKNOWN + PRIOR / (PRIOR + variances[i]) * (said - UNKNOWN);
    }
  }
}
