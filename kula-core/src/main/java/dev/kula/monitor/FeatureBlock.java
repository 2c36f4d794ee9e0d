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
  private static final float DIMENSIONS = FeatureSketch.DIMENSIONS;
  private static final float EFFECTIVE = (float) FeatureDistance.EFFECTIVE_DIMENSIONS;
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

  /** For one step of the way. */
  private final float[] step;

  private final float[] inner;

  FeatureBlock(FeatureDistance features, int bins, int[] members) {
    this.features = features;
    classes = features.classes().columns(bins, members);
    deviations = features.deviations().columns(members);
    weights = new float[members.length];
    weighted = new float[members.length];
    variances = new float[members.length];
    squares = new float[members.length];
    step = new float[members.length];
    inner = new float[members.length];
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
    choose(weights, variances, step); // 1 for the second estimate, 0 for the first
    inverse(weights);
    multiply(weights, weighted);
    blend(step, variances, weights);
    blend(step, squares, weighted);
    said(weighted, distances);
    trust(weights, distances);
  }

  /** The first estimate, label by label, up to the division by its weights. */
  private void shared(int device) {
    Arrays.fill(weights, NO_WEIGHT);
    Arrays.fill(weighted, 0);
    ClassMeans means = features.classes();
    for (int row = means.start(device); row < means.start(device + 1); row++) {
      ClassMeans.Columns columns = classes[means.label(row)];
      if (columns != null) {
        inner(columns.means(), means.mean(row), inner);
        weigh(columns, means.inverseCount(row), means.meanNoise(row), means.countNoise(row), step);
        add(step, weights);
        addSquares(columns.squaredMean(), inner, step, means.squaredMean(row), weighted);
      }
    }
  }

  /** Inner products with a device's eight numbers. */
  private static void inner(float[][] columns, float[] by, float[] to) {
    firstHalf(columns[0], columns[1], columns[2], columns[3], by[0], by[1], by[2], by[3], to);
    secondHalf(columns[4], columns[5], columns[6], columns[7], by[4], by[5], by[6], by[7], to);
  }

  private static void firstHalf(
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

  private static void secondHalf(
      float[] column4,
      float[] column5,
      float[] column6,
      float[] column7,
      float by4,
      float by5,
      float by6,
      float by7,
      float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] += by4 * column4[i] + by5 * column5[i] + by6 * column6[i] + by7 * column7[i];
    }
  }

  /** One over the variance where the true distance is 0, as {@link ClassMeans} has it. */
  private static void weigh(
      ClassMeans.Columns columns,
      float inverseCount,
      float meanNoise,
      float countNoise,
      float[] weights) {
    variances(columns.inverseCount(), columns.meanNoise(), inverseCount, meanNoise, weights);
    addDoubleSquares(columns.countNoise(), countNoise, weights);
    divide(columns.present(), weights);
  }

  /** 2 (s²/k + 2sn + 8n²), s the variances by sampling and n those by noise, both added up. */
  private static void variances(
      float[] samplings, float[] noises, float sampling, float noise, float[] to) {
    for (int i = 0; i < to.length; i++) {
      float s = sampling + samplings[i];
      float n = noise + noises[i];
      to[i] = 2 * (s * s / EFFECTIVE + 2 * s * n + DIMENSIONS * n * n);
    }
  }

  private static void addDoubleSquares(float[] noises, float noise, float[] to) {
    for (int i = 0; i < to.length; i++) {
      float n = noise + noises[i];
      to[i] += 2 * n * n;
    }
  }

  private static void divide(float[] numbers, float[] by) {
    for (int i = 0; i < by.length; i++) {
      by[i] = numbers[i] / by[i];
    }
  }

  private static void add(float[] numbers, float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] += numbers[i];
    }
  }

  /** Squared distances times their weights. */
  private static void addSquares(
      float[] squaredMeans, float[] inner, float[] weights, float squaredMean, float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] += weights[i] * (squaredMean + squaredMeans[i] - 2 * inner[i]);
    }
  }

  /** The second estimate. */
  private void common(int device) {
    Deviations own = features.deviations();
    float sampling = own.sampling(device);
    float noise = own.noise(device);
    Arrays.fill(squares, -sampling - DIMENSIONS * noise);
    for (int d = 0; d < DIMENSIONS; d++) {
      addSquares(deviations.means()[d], own.mean(device, d), squares);
    }
    subtract(deviations.sampling(), deviations.noise(), squares);
    variances(deviations.sampling(), deviations.noise(), sampling, noise, variances);
  }

  private static void addSquares(float[] column, float own, float[] to) {
    for (int i = 0; i < to.length; i++) {
      float difference = column[i] - own;
      to[i] += difference * difference;
    }
  }

  private static void subtract(float[] samplings, float[] noises, float[] from) {
    for (int i = 0; i < from.length; i++) {
      from[i] -= samplings[i] + DIMENSIONS * noises[i];
    }
  }

  /** 1 if the first estimate varies more than the second, and more than a quarter of the prior. */
  private static void choose(float[] weights, float[] variances, float[] to) {
    for (int i = 0; i < to.length; i++) {
      float above = 1 / weights[i] - Math.max(variances[i], PRIOR / 4);
      to[i] = Math.max(0f, Math.min(1f, above * 1e30f));
    }
  }

  private static void inverse(float[] numbers) {
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = 1 / numbers[i];
    }
  }

  private static void multiply(float[] by, float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] *= by[i];
    }
  }

  /** The other where {@code share} is 1, and what is there where it is 0. */
  private static void blend(float[] share, float[] other, float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] = share[i] * other[i] + (1 - share[i]) * to[i];
    }
  }

  private static void said(float[] squares, float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] = Math.min(1f, (float) Math.sqrt(Math.max(0f, squares[i])) * NEARNESS);
    }
  }

  private static void trust(float[] variances, float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] = UNKNOWN + PRIOR / (PRIOR + variances[i]) * (to[i] - UNKNOWN);
    }
  }
}
