package dev.kula.device;

import dev.kula.aggregate.Update;

/**
 * A device's control variate of SCAFFOLD, cᵢ: how the gradient on its own data usually looks, as
 * option II of Karimireddy et al. 2020, Algorithm 1, estimates it. Lasts as long as the device.
 */
final class ControlVariate {
  private float[] own = {};

  /**
   * What is added to each gradient of local training: c − cᵢ.
   *
   * @param fleets c
   */
  float[] correction(float[] fleets) {
    float[] correction = fleets.clone();
    for (int i = 0; i < own.length; i++) {
      correction[i] -= own[i];
    }
    return correction;
  }

  /**
   * Takes in a training: cᵢ⁺ = cᵢ − c + (x − y)/(steps · learningRate).
   *
   * @param global x
   * @param local y, after {@code steps} steps
   * @param correction c − cᵢ, with which it was trained
   * @return the change of the model and, behind it, that of the control variate; counts 1
   */
  Update update(
      float[] global,
      float[] local,
      float[] correction,
      int steps,
      float learningRate,
      double trainingLoss) {
    int size = global.length;
    float[] delta = new float[2 * size];
    float[] next = own.length == 0 ? new float[size] : own.clone();
    if (steps > 0) {
      double scale = 1 / (steps * (double) learningRate);
      for (int i = 0; i < size; i++) {
        float moved = local[i] - global[i];
        float before = next[i];
        next[i] = (float) (-correction[i] - moved * scale);
        delta[i] = moved;
        delta[size + i] = next[i] - before;
      }
    }
    own = next;
    return new Update(delta, 1, trainingLoss);
  }

  /** cᵢ, not to be written to; empty before the first training. */
  float[] state() {
    return own;
  }

  void restore(float[] state) {
    own = state;
  }
}
