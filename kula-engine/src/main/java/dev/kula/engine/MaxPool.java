package dev.kula.engine;

import java.util.Arrays;

/**
 * The largest of each 2×2 square of a channel-major image. An odd last row or column is left out.
 * Of equal numbers the first counts, so that gradients have one definite way back.
 */
final class MaxPool implements Layer {
  private final int channels;
  private final int height;
  private final int width;
  private final int pooledHeight;
  private final int pooledWidth;
  private int[] winners = {};

  MaxPool(int channels, int height, int width) {
    this.channels = channels;
    this.height = height;
    this.width = width;
    pooledHeight = height / 2;
    pooledWidth = width / 2;
  }

  @Override
  public int inputSize() {
    return channels * height * width;
  }

  @Override
  public int outputSize() {
    return channels * pooledHeight * pooledWidth;
  }

  @Override
  public void forward(float[] parameters, float[] input, float[] output, int rows) {
    int pooled = rows * outputSize();
    if (winners.length < pooled) {
      winners = new int[pooled];
    }
    int at = 0;
    for (int plane = 0; plane < rows * channels; plane++) {
      for (int y = 0; y < pooledHeight; y++) {
        int upper = (plane * height + 2 * y) * width;
        for (int x = 0; x < pooledWidth; x++, at++) {
          int winner = larger(input, upper + 2 * x, upper + 2 * x + 1);
          winner = larger(input, winner, upper + width + 2 * x);
          winner = larger(input, winner, upper + width + 2 * x + 1);
          winners[at] = winner;
          output[at] = input[winner];
        }
      }
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
    Arrays.fill(inputGradient, 0, rows * inputSize(), 0f);
    int pooled = rows * outputSize();
    for (int i = 0; i < pooled; i++) {
      inputGradient[winners[i]] += outputGradient[i];
    }
  }

  private static int larger(float[] numbers, int first, int second) {
    return numbers[second] > numbers[first] ? second : first;
  }
}
