package dev.kula.model;

/**
 * Labelled samples in a fixed order, as an engine sees them. Implementations are read-only and may
 * be read by one thread at a time.
 */
public interface Samples {
  /** Number of samples, 0 or more. */
  int size();

  /** Numbers in one sample. */
  int features();

  /**
   * Writes the {@link #features()} numbers of sample {@code index} to {@code into} from {@code
   * offset} on.
   */
  void copyFeatures(int index, float[] into, int offset);

  /** Class number, or the real target of a regression. */
  float target(int index);

  /** Weight in the loss, positive, 1 by default; engines divide by the sum over the batch. */
  default float weight(int index) {
    return 1f;
  }
}
