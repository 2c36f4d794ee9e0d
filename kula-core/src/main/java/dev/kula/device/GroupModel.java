package dev.kula.device;

/**
 * The model of a group, coarsely: good enough to tell whose kind a sample is of. Immutable by
 * contract.
 *
 * @param parameters multiples of one step, 255 of them at the most, so that a byte holds each
 * @param shares of the labels that it learnt from, one a bin, all positive, sum 1
 */
public record GroupModel(float[] parameters, double[] shares) {
  /** To the nearest multiple of the largest parameter's size over 127. */
  public static GroupModel of(float[] model, double[] shares) {
    float largest = 0;
    for (float parameter : model) {
      largest = Math.max(largest, Math.abs(parameter));
    }
    float step = largest / Byte.MAX_VALUE;
    float[] coarse = new float[model.length];
    for (int i = 0; i < model.length && step > 0; i++) {
      coarse[i] = Math.round(model[i] / step) * step;
    }
    return new GroupModel(coarse, shares);
  }

  /** Whether it is a model of {@code size} parameters that learnt some of {@code bins}. */
  boolean fits(int size, int bins) {
    return Doorkeeper.isSound(parameters, size) && Candidate.present(shares).fits(size, bins);
  }

  long bytes() {
    return parameters.length + Float.BYTES * (1L + shares.length);
  }
}
