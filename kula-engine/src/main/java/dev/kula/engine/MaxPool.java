package dev.kula.engine;

import dev.kula.model.ParameterLayout.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The largest of each 2×2 square, plus a bias a channel, rectified: {@code max(0, max(x) + b)},
 * which is what pooling {@code max(0, x + b)} gives at a quarter of the work. Of equal numbers the
 * first counts, so that gradients have one definite way back. Images lie in the order of {@link
 * RowUnrolling}; both sides of those that go in are even.
 *
 * <p>Squares are taken apart into four arrays, upper and lower, left and right, because the
 * compiler of JDK 25 makes vector instructions only of arrays that are read and written at the same
 * index.
 */
final class MaxPool implements Layer {
  private final ImageSize source;
  private final ImageSize result;
  private final Tensor bias;
  private final int lineSize;
  private final float[] upperLeft;
  private final float[] upperRight;
  private final float[] lowerLeft;
  private final float[] lowerRight;
  private final float[] biases;
  private final float[] pooled;
  private final float[] gradient;

  MaxPool(String name, int offset, ImageSize source) {
    this.source = source;
    result = source.halved();
    bias = new Tensor(name + ".bias", List.of(source.channels()), offset);
    lineSize = result.width() * result.channels();
    upperLeft = new float[lineSize];
    upperRight = new float[lineSize];
    lowerLeft = new float[lineSize];
    lowerRight = new float[lineSize];
    biases = new float[lineSize];
    pooled = new float[lineSize];
    gradient = new float[lineSize];
  }

  @Override
  public int inputSize() {
    return source.size();
  }

  @Override
  public int outputSize() {
    return result.size();
  }

  @Override
  public List<Tensor> tensors() {
    return List.of(bias);
  }

  @Override
  public void forward(float[] parameters, float[] input, float[] output, int rows) {
    int channels = source.channels();
    for (int x = 0; x < result.width(); x++) {
      System.arraycopy(parameters, bias.offset(), biases, x * channels, channels);
    }
    for (int y = 0, at = 0; y < result.height(); y++) {
      for (int row = 0; row < rows; row++, at += lineSize) {
        takeApart(input, y, row, rows);
        pool(lineSize, upperLeft, upperRight, lowerLeft, lowerRight, biases, pooled);
        System.arraycopy(pooled, 0, output, at, lineSize);
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
    Rectifier.block(outputGradient, output, rows * outputSize());
    if (inputGradient != null) {
      for (int y = 0, at = 0; y < result.height(); y++) {
        for (int row = 0; row < rows; row++, at += lineSize) {
          takeApart(input, y, row, rows);
          System.arraycopy(outputGradient, at, gradient, 0, lineSize);
          share(lineSize, gradient, upperLeft, upperRight, lowerLeft, lowerRight);
          putTogether(inputGradient, y, row, rows);
        }
      }
    }
    if (descent != null) {
      int pixels = rows * result.height() * result.width();
      descent.addColumnSums(pixels, result.channels(), outputGradient, bias.offset());
    }
  }

  @Override
  public void addSquaredNorms(float[] input, float[] outputGradient, int rows, double[] squares) {
    int channels = result.channels();
    for (int row = 0; row < rows; row++) {
      Arrays.fill(biases, 0, channels, 0f);
      for (int y = 0; y < result.height(); y++) {
        int line = (y * rows + row) * lineSize;
        for (int at = 0; at < lineSize; at += channels) {
          for (int channel = 0; channel < channels; channel++) {
            biases[channel] += outputGradient[line + at + channel];
          }
        }
      }
      squares[row] += Squares.sum(biases, 0, channels);
    }
  }

  private static void pool(
      int count, float[] a, float[] b, float[] c, float[] d, float[] bias, float[] into) {
    for (int i = 0; i < count; i++) {
      float largest = Math.max(Math.max(a[i], b[i]), Math.max(c[i], d[i]));
      into[i] = Math.max(0f, largest + bias[i]);
    }
  }

  /** Replaces the first of the largest numbers by the gradient, the others by 0. */
  private static void share(
      int count, float[] gradient, float[] a, float[] b, float[] c, float[] d) {
    // The sign of what a number lacks is 0 for the largest, else 1. Comparisons would be branches.
    for (int i = 0; i < count; i++) {
      float largest = Math.max(Math.max(a[i], b[i]), Math.max(c[i], d[i]));
      float past = gradient[i];
      float pastA = past * Math.signum(largest - a[i]);
      float pastB = pastA * Math.signum(largest - b[i]);
      float pastC = pastB * Math.signum(largest - c[i]);
      a[i] = past - pastA;
      b[i] = pastA - pastB;
      c[i] = pastB - pastC;
      d[i] = pastC;
    }
  }

  private void takeApart(float[] images, int y, int row, int rows) {
    int channels = source.channels();
    int upper = line(2 * y, row, rows);
    int lower = line(2 * y + 1, row, rows);
    for (int at = 0; at < lineSize; at += channels, upper += 2 * channels, lower += 2 * channels) {
      System.arraycopy(images, upper, upperLeft, at, channels);
      System.arraycopy(images, upper + channels, upperRight, at, channels);
      System.arraycopy(images, lower, lowerLeft, at, channels);
      System.arraycopy(images, lower + channels, lowerRight, at, channels);
    }
  }

  private void putTogether(float[] images, int y, int row, int rows) {
    int channels = source.channels();
    int upper = line(2 * y, row, rows);
    int lower = line(2 * y + 1, row, rows);
    for (int at = 0; at < lineSize; at += channels, upper += 2 * channels, lower += 2 * channels) {
      System.arraycopy(upperLeft, at, images, upper, channels);
      System.arraycopy(upperRight, at, images, upper + channels, channels);
      System.arraycopy(lowerLeft, at, images, lower, channels);
      System.arraycopy(lowerRight, at, images, lower + channels, channels);
    }
  }

  private int line(int y, int row, int rows) {
    return (y * rows + row) * source.width() * source.channels();
  }
}
