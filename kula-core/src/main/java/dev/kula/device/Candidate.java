package dev.kula.device;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A model that is tried on a device's labels, as its change from the model that the device was sent
 * last, in 255 levels: a quarter of the bytes of the model. Immutable by contract.
 *
 * @param levels of the change, one a parameter; none for the model that the device has
 * @param step from one level to the next, 0 or more
 * @param shares of the labels that it learnt from, one a bin, all positive, sum 1: what of its
 *     answers is owed to these is not held against it
 */
public record Candidate(byte[] levels, float step, double[] shares) {
  /** Samples of each label that are added to those a device has. */
  private static final double SMOOTHING = 0.5;

  private static final byte[] NONE = {};

  /** The model that the device has. */
  public static Candidate present(double[] shares) {
    return new Candidate(NONE, 0, shares);
  }

  /** Another model, to the nearest level. */
  public static Candidate of(float[] model, float[] present, double[] shares) {
    float largest = 0;
    for (int i = 0; i < model.length; i++) {
      largest = Math.max(largest, Math.abs(model[i] - present[i]));
    }
    float step = largest / Byte.MAX_VALUE;
    byte[] levels = new byte[model.length];
    for (int i = 0; i < model.length && step > 0; i++) {
      int level = Math.round((model[i] - present[i]) / step);
      levels[i] = (byte) Math.clamp(level, -Byte.MAX_VALUE, Byte.MAX_VALUE);
    }
    return new Candidate(levels, step, shares);
  }

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

  /** Its parameters, where the device has {@code present}; not to be changed. */
  float[] on(float[] present) {
    if (levels.length == 0) {
      return present;
    }
    float[] model = present.clone();
    for (int i = 0; i < model.length; i++) {
      model[i] += levels[i] * step;
    }
    return model;
  }

  /**
   * Whether it is a change of a model of {@code size} parameters that learnt some of {@code bins}.
   */
  boolean fits(int size, int bins) {
    boolean sound =
        (levels.length == 0 || levels.length == size)
            && step >= 0
            && Float.isFinite(step)
            && shares.length == bins;
    for (double share : shares) {
      sound &= share > 0 && share <= 1;
    }
    return sound;
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) { // every Java platform has it
      throw new IllegalStateException(e);
    }
  }

  /** Adds all that it is. */
  void updateTo(MessageDigest digest) {
    ByteBuffer head =
        ByteBuffer.allocate(2 * Integer.BYTES + Float.BYTES + shares.length * Double.BYTES);
    head.putInt(levels.length).putInt(shares.length).putFloat(step);
    for (double share : shares) {
      head.putDouble(share);
    }
    digest.update(head.array());
    digest.update(levels);
  }

  long bytes() {
    return levels.length + Float.BYTES * (1L + shares.length);
  }
}
