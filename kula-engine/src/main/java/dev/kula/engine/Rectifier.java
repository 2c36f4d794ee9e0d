package dev.kula.engine;

/** {@code max(0, x)} in place; the slope at 0 counts as 0. */
final class Rectifier {
  private Rectifier() {}

  static void rectify(float[] numbers, int count) {
    for (int i = 0; i < count; i++) {
      numbers[i] = Math.max(0f, numbers[i]);
    }
  }

  /** Lets a gradient pass where the rectified output is positive. */
  static void block(float[] gradient, float[] output, int count) {
    // The sign is 0 or 1. A choice would be a branch that is guessed wrong every other time.
    for (int i = 0; i < count; i++) {
      gradient[i] *= Math.signum(output[i]);
    }
  }
}
