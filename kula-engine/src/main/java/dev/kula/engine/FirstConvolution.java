package dev.kula.engine;

import dev.kula.engine.blas.Blas;
import dev.kula.model.ParameterLayout.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Convolution} of samples as they come: {@code [rows, channels, height, width]}. With the
 * few channels that samples have, the matrix is unrolled along both sides, {@code [kernel, kernel,
 * in, height, rows, width]}, so that whole lines are copied. Images come out in the order of {@link
 * RowUnrolling}.
 */
final class FirstConvolution implements Layer {
  private final ImageSize source;
  private final ImageSize result;
  private final int kernel;
  private final int terms;
  private final Tensor weight;
  private final Blas blas;
  private float[] unrolled = {};
  private float[] unrolledGradient = {};
  private float[] ofOne = {};
  private float[] gradientOfOne = {};
  private float[] weightsOfOne = {};

  /** The kernel's side must be odd; no side of the result may be longer than the source's. */
  FirstConvolution(
      String name, int offset, ImageSize source, ImageSize result, int kernel, Blas blas) {
    this.source = source;
    this.result = result;
    this.kernel = kernel;
    this.blas = blas;
    terms = kernel * kernel * source.channels();
    weight =
        new Tensor(
            name + ".weight",
            List.of(kernel, kernel, source.channels(), result.channels()),
            offset);
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
  public int scratchSize() {
    return terms * result.height() * result.width();
  }

  @Override
  public List<Tensor> tensors() {
    return List.of(weight);
  }

  @Override
  public int fanIn() {
    return terms;
  }

  @Override
  public void forward(float[] parameters, float[] input, float[] output, int rows) {
    unroll(input, rows);
    blas.sgemm(
        true,
        false,
        pixels(rows),
        result.channels(),
        terms,
        1,
        unrolled,
        0,
        parameters,
        weight.offset(),
        0,
        output,
        0);
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
    if (inputGradient != null) {
      if (unrolledGradient.length < rows * scratchSize()) {
        unrolledGradient = new float[rows * scratchSize()];
      }
      blas.sgemm(
          false,
          true,
          terms,
          pixels(rows),
          result.channels(),
          1,
          parameters,
          weight.offset(),
          outputGradient,
          0,
          0,
          unrolledGradient,
          0);
      rollUp(inputGradient, rows);
    }
    if (descent != null) {
      descent.addProduct(
          false,
          terms,
          result.channels(),
          pixels(rows),
          unrolled,
          0,
          outputGradient,
          0,
          weight.offset());
    }
  }

  @Override
  public void addSquaredNorms(float[] input, float[] outputGradient, int rows, double[] squares) {
    int pixels = pixels(1);
    int filters = result.channels();
    if (ofOne.length == 0) {
      ofOne = new float[terms * pixels];
      gradientOfOne = new float[pixels * filters];
      weightsOfOne = new float[terms * filters];
    }
    for (int row = 0; row < rows; row++) {
      RowUnrolling.gather(unrolled, row, rows, terms * result.height(), result.width(), ofOne);
      RowUnrolling.gather(
          outputGradient, row, rows, result.height(), result.width() * filters, gradientOfOne);
      blas.sgemm(
          false, false, terms, filters, pixels, 1, ofOne, 0, gradientOfOne, 0, 0, weightsOfOne, 0);
      squares[row] += Squares.sum(weightsOfOne, 0, terms * filters);
    }
  }

  private int pixels(int rows) {
    return result.height() * rows * result.width();
  }

  /** Each row of {@code unrolled}: one channel of all samples, shifted by one place. */
  private void unroll(float[] samples, int rows) {
    if (unrolled.length < rows * scratchSize()) {
      unrolled = new float[rows * scratchSize()];
    }
    int width = result.width();
    int into = 0;
    for (int tapY = -kernel / 2; tapY <= kernel / 2; tapY++) {
      for (int tapX = -kernel / 2; tapX <= kernel / 2; tapX++) {
        int left = left(tapX);
        int right = right(tapX, left);
        for (int channel = 0; channel < source.channels(); channel++) {
          for (int y = 0; y < result.height(); y++) {
            int sourceY = y + tapY;
            if (sourceY < 0 || sourceY >= source.height()) {
              Arrays.fill(unrolled, into, into + rows * width, 0f);
              into += rows * width;
              continue;
            }
            for (int row = 0; row < rows; row++, into += width) {
              int from = line(row, channel, sourceY) + left + tapX;
              Arrays.fill(unrolled, into, into + left, 0f);
              System.arraycopy(samples, from, unrolled, into + left, right - left);
              Arrays.fill(unrolled, into + right, into + width, 0f);
            }
          }
        }
      }
    }
  }

  /** The transpose of {@link #unroll}: adds every number to the pixel that it was copied from. */
  private void rollUp(float[] gradient, int rows) {
    Arrays.fill(gradient, 0, rows * source.size(), 0f);
    int width = result.width();
    int from = 0;
    for (int tapY = -kernel / 2; tapY <= kernel / 2; tapY++) {
      for (int tapX = -kernel / 2; tapX <= kernel / 2; tapX++) {
        int left = left(tapX);
        int right = right(tapX, left);
        for (int channel = 0; channel < source.channels(); channel++) {
          for (int y = 0; y < result.height(); y++) {
            int sourceY = y + tapY;
            for (int row = 0; row < rows; row++, from += width) {
              if (sourceY >= 0 && sourceY < source.height()) {
                int into = line(row, channel, sourceY) + tapX;
                for (int x = left; x < right; x++) {
                  gradient[into + x] += unrolledGradient[from + x];
                }
              }
            }
          }
        }
      }
    }
  }

  /** The first column that does not reach beyond the left edge. */
  private int left(int tapX) {
    return Math.min(result.width(), Math.max(0, -tapX));
  }

  /** The first column that reaches beyond the right edge. */
  private int right(int tapX, int left) {
    return Math.max(left, Math.min(result.width(), source.width() - tapX));
  }

  private int line(int row, int channel, int y) {
    return ((row * source.channels() + channel) * source.height() + y) * source.width();
  }
}
