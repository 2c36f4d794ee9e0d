package dev.kula.device;

/**
 * Room for the parameters that a device trains, which the next device on the same thread uses
 * again: fresh memory for each would take longer than the copy itself, and push everything else out
 * of the caches. One thread at a time.
 */
public final class LocalModel {
  private float[] parameters = {};

  /** A copy of {@code global}, to be written to until the next call. */
  float[] startFrom(float[] global) {
    if (parameters.length != global.length) {
      parameters = new float[global.length];
    }
    System.arraycopy(global, 0, parameters, 0, global.length);
    return parameters;
  }
}
