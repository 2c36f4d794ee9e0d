package dev.kula.device;

/**
 * A model that is tried on a device's labels. Immutable by contract.
 *
 * @param parameters of the whole model
 * @param shares of the labels that it learnt from, one a bin, all positive, sum 1: what of its
 *     answers is owed to these is not held against it
 */
public record Candidate(float[] parameters, double[] shares) {
  /** Samples of each label that are added to those a device has. */
  private static final double SMOOTHING = 0.5;

  /** Shares of labels of which there are so many, 0 or more, and half a sample more of each. */
  public static double[] shares(double[] counts) {
    double total = 0;
    for (double count : counts) {
      total += count + SMOOTHING;
    }
    double[] shares = new double[counts.length];
    for (int label = 0; label < shares.length; label++) {
      shares[label] = (counts[label] + SMOOTHING) / total;
    }
    return shares;
  }

  long bytes() {
    return (long) (parameters.length + shares.length) * Float.BYTES;
  }
}
