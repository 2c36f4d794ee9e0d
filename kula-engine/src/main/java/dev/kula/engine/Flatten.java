package dev.kula.engine;

import org.jspecify.annotations.Nullable;

/**
 * From images in the order {@code [height, rows, width, channels]} to one row a sample, {@code
 * [rows, height·width·channels]}.
 */
final class Flatten implements Layer {
  private final int height;
  private final int lineSize;

  Flatten(ImageSize source) {
    height = source.height();
    lineSize = source.width() * source.channels();
  }

  @Override
  public int inputSize() {
    return height * lineSize;
  }

  @Override
  public int outputSize() {
    return height * lineSize;
  }

  @Override
  public void forward(float[] parameters, float[] input, float[] output, int rows) {
    for (int y = 0; y < height; y++) {
      for (int row = 0; row < rows; row++) {
        System.arraycopy(
            input, (y * rows + row) * lineSize, output, (row * height + y) * lineSize, lineSize);
      }
    }
  }

  @Override
  public void backward(
      float[] parameters,
      float[] input,
      float[] output,
      float[] outputGradient,
      float @Nullable [] inputGradient,
      @Nullable Descent descent,
      int rows) {
    if (inputGradient == null) {
      return;
    }
    for (int y = 0; y < height; y++) {
      for (int row = 0; row < rows; row++) {
        System.arraycopy(
            outputGradient,
            (row * height + y) * lineSize,
            inputGradient,
            (y * rows + row) * lineSize,
            lineSize);
      }
    }
  }
}
