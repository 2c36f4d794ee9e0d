package dev.kula.engine;

/** {@code output = max(0, input)}; the slope at 0 counts as 0. */
final class Rectifier implements Layer {
  private final int size;

  Rectifier(int size) {
    this.size = size;
  }

  @Override
  public int inputSize() {
    return size;
  }

  @Override
  public int outputSize() {
    return size;
  }

  @Override
  public void forward(float[] parameters, float[] input, float[] output, int rows) {
    int numbers = rows * size;
    for (int i = 0; i < numbers; i++) {
      output[i] = Math.max(0f, input[i]);
    }
  }

  @Override
  public void inputGradient(
      float[] parameters,
      float[] input,
      float[] output,
      float[] outputGradient,
      float[] inputGradient,
      int rows) {
    int numbers = rows * size;
    for (int i = 0; i < numbers; i++) {
      inputGradient[i] = output[i] > 0 ? outputGradient[i] : 0f;
    }
  }
}
