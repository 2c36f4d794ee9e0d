package dev.kula.monitor;

import dev.kula.Seed;
import java.util.random.RandomGenerator;

/**
 * A short public description of one sample's features: 8 numbers of norm exactly 1. A fixed random
 * projection gives 7 numbers y; with c = √7/2 the sketch is (y, c)/√(‖y‖² + c²). The matrix depends
 * on nothing but the number of features, so sketches of all devices are comparable and the matrix
 * tells nothing about anybody's data.
 *
 * <p>Entries of the matrix are N(0, 1)/√features, so for standardised features the numbers of y are
 * about N(0, 1) and the first 7 numbers of the sketch have a norm around 0.89, the rest going to
 * the eighth. Nothing is cut off: the map is smooth and one-to-one in y, large inputs approach norm
 * 1 in the first 7 numbers and small ones 0, so that a change of scale shows as well as a change of
 * direction. Plain clipping to norm 1 would have the same sensitivity, 1, but would lose the length
 * of what it clips; and with norms of exactly 1 the variance of the sketches of a class is 1 −
 * ‖mean‖², known from the mean alone, which {@link Similarity} and {@link FleetComparison} need to
 * tell chance from difference without another release.
 *
 * <p>Thread safe.
 *
 * @see ProfileRelease
 */
public final class FeatureSketch {
  /** Numbers in a sketch. */
  public static final int DIMENSIONS = 8;

  private static final int PROJECTED = DIMENSIONS - 1;

  /** c² above. */
  private static final double OFFSET_SQUARED = PROJECTED / 4.0;

  /** Changing it makes profiles incomparable with older ones. */
  private static final long PUBLIC_SEED = 0x6b756c61L;

  private final int features;
  private final float[] matrix;

  private FeatureSketch(int features) {
    this.features = features;
    this.matrix = new float[PROJECTED * features];
    RandomGenerator generator =
        new Seed(PUBLIC_SEED).derive("feature sketch").derive(features).generator();
    double scale = 1 / Math.sqrt(features);
    for (int i = 0; i < matrix.length; i++) {
      matrix[i] = (float) (generator.nextGaussian() * scale);
    }
  }

  /** The projection of samples with {@code features} numbers, at least 1. */
  public static FeatureSketch of(int features) {
    if (features < 1) {
      throw new IllegalArgumentException("features is " + features + ", must be at least 1");
    }
    return new FeatureSketch(features);
  }

  /**
   * Writes the sketch of one sample.
   *
   * @param sample its features; if they are not finite, or too large to square, the sketch is that
   *     of a sample of zeros
   * @param into receives {@link #DIMENSIONS} numbers of norm 1, up to rounding
   */
  public void project(float[] sample, double[] into) {
    if (sample.length != features || into.length != DIMENSIONS) {
      throw new IllegalArgumentException(
          "sample has %d features and result %d numbers, the sketch takes %d and gives %d"
              .formatted(sample.length, into.length, features, DIMENSIONS));
    }
    double squares = OFFSET_SQUARED;
    for (int d = 0; d < PROJECTED; d++) {
      double sum = 0;
      int row = d * features;
      for (int f = 0; f < features; f++) {
        sum += (double) matrix[row + f] * sample[f];
      }
      into[d] = sum;
      squares += sum * sum;
    }
    boolean finite = Double.isFinite(squares);
    double norm = Math.sqrt(squares);
    for (int d = 0; d < PROJECTED; d++) {
      into[d] = finite ? into[d] / norm : 0;
    }
    into[PROJECTED] = finite ? Math.sqrt(OFFSET_SQUARED) / norm : 1;
  }
}
