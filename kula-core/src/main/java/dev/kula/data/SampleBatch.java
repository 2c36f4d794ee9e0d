package dev.kula.data;

/**
 * Samples that have left their source as raw copies, or are about to. Immutable by contract.
 *
 * @param features one row a sample
 * @param targets one a row
 */
public record SampleBatch(FeatureTable features, float[] targets) {
  public SampleBatch {
    if (features.rows() != targets.length) {
      throw new IllegalArgumentException(
          "%d rows of features for %d targets".formatted(features.rows(), targets.length));
    }
  }

  /** Number of samples. */
  public int size() {
    return targets.length;
  }

  /** Bytes on the wire: the features as they are stored and four bytes a target. */
  public long bytes() {
    return (long) size() * (features.rowBytes() + Float.BYTES);
  }
}
