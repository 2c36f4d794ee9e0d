package dev.kula.engine;

import dev.kula.engine.blas.Blas;
import java.util.Arrays;

/**
 * Images unrolled for a cross-correlation of stride 1 with zeros beyond their edges (im2col:
 * Chellapilla, Puri and Simard 2006), along their width only. Images come in the order {@code
 * [height, samples, width, channels]}: the lines of all samples that lie at the same height are
 * neighbours. The unrolled matrix is {@code [height + kernel − 1, samples, width,
 * kernel·channels]}, and the lines that one row of the kernel meets are one piece of it, shifted by
 * whole lines. So the correlation is a sum of {@code kernel} products of all samples at once, and
 * the matrix a fifth of what unrolling along both sides would fill.
 *
 * <p>Not thread safe: keeps the unrolled matrix.
 */
final class RowUnrolling {
  private final int sourceHeight;
  private final int sourceWidth;
  private final int channels;
  private final int height;
  private final int width;
  private final int kernel;
  private final int terms;
  private final float[] line;
  private float[] unrolled = {};
  private float[] ofOne = {};
  private float[] gradientOfOne = {};
  private float[] weightsOfOne = {};

  /**
   * An unrolling.
   *
   * @param sourceHeight of the images
   * @param sourceWidth of the images
   * @param channels of the images
   * @param height of what the correlation makes; no more than the images have counts
   * @param width of what the correlation makes
   * @param kernel side of the kernel, odd
   */
  RowUnrolling(int sourceHeight, int sourceWidth, int channels, int height, int width, int kernel) {
    this.sourceHeight = sourceHeight;
    this.sourceWidth = sourceWidth;
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.kernel = kernel;
    terms = kernel * channels;
    line = new float[(Math.max(sourceWidth, width) + kernel - 1) * channels];
  }

  /** Numbers of the matrix for one sample. */
  int size() {
    return (height + kernel - 1) * width * terms;
  }

  /** Reads {@code rows} images. */
  void unroll(float[] images, int rows) {
    if (unrolled.length < rows * size()) {
      unrolled = new float[rows * size()];
    }
    int margin = kernel / 2;
    int lineSize = sourceWidth * channels;
    int into = 0;
    for (int y = -margin; y < height + margin; y++) {
      if (y < 0 || y >= sourceHeight) {
        Arrays.fill(unrolled, into, into + rows * width * terms, 0f);
        into += rows * width * terms;
        continue;
      }
      for (int row = 0; row < rows; row++) {
        System.arraycopy(images, (y * rows + row) * lineSize, line, margin * channels, lineSize);
        for (int x = 0; x < width; x++, into += terms) {
          System.arraycopy(line, x * channels, unrolled, into, terms);
        }
      }
    }
  }

  /**
   * The correlation of what was read last, into {@code output [height, rows, width, filters]}.
   *
   * @param weights {@code [kernel, kernel·channels, filters]}, or if transposed {@code [kernel,
   *     filters, kernel·channels]}
   */
  void correlate(
      Blas blas,
      float[] weights,
      int offset,
      boolean transposed,
      int filters,
      float[] output,
      int rows) {
    for (int tap = 0; tap < kernel; tap++) {
      blas.sgemm(
          false,
          transposed,
          height * rows * width,
          filters,
          terms,
          1,
          unrolled,
          tap * rows * width * terms,
          weights,
          offset + tap * terms * filters,
          tap == 0 ? 0 : 1,
          output,
          0);
    }
  }

  /** The gradient of the weights {@code [kernel, kernel·channels, filters]} of a correlation. */
  void weightGradient(float[] outputGradient, int filters, Descent descent, int offset, int rows) {
    for (int tap = 0; tap < kernel; tap++) {
      descent.addProduct(
          true,
          terms,
          filters,
          height * rows * width,
          unrolled,
          tap * rows * width * terms,
          outputGradient,
          0,
          offset + tap * terms * filters);
    }
  }

  /**
   * Adds the squared norm of each image's gradient of the weights. Images are worked out one after
   * the other: with more pixels than filters that is less than the inner products of their pixels.
   */
  void addSquaredNorms(Blas blas, float[] outputGradient, int filters, int rows, double[] squares) {
    int pixels = height * width;
    int lines = height + kernel - 1;
    if (ofOne.length == 0) {
      ofOne = new float[lines * width * terms];
    }
    if (gradientOfOne.length < pixels * filters) {
      gradientOfOne = new float[pixels * filters];
      weightsOfOne = new float[terms * filters];
    }
    for (int row = 0; row < rows; row++) {
      gather(unrolled, row, rows, lines, width * terms, ofOne);
      gather(outputGradient, row, rows, height, width * filters, gradientOfOne);
      for (int tap = 0; tap < kernel; tap++) {
        blas.sgemm(
            true,
            false,
            terms,
            filters,
            pixels,
            1,
            ofOne,
            tap * width * terms,
            gradientOfOne,
            0,
            0,
            weightsOfOne,
            0);
        squares[row] += Squares.sum(weightsOfOne, 0, terms * filters);
      }
    }
  }

  /** The lines of one of {@code rows} images. */
  static void gather(float[] images, int row, int rows, int lines, int lineSize, float[] into) {
    for (int y = 0; y < lines; y++) {
      System.arraycopy(images, (y * rows + row) * lineSize, into, y * lineSize, lineSize);
    }
  }
}
