package dev.kula.engine;

import dev.kula.engine.blas.Blas;
import dev.kula.model.ParameterLayout.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cross-correlation with square kernels, stride 1, zeros beyond the edges, and no bias: weight
 * {@code [kernel, kernel, in, out]}. Images in and out lie in the order of {@link RowUnrolling};
 * those that come out may be smaller than those that go in, their last rows and columns left out.
 */
final class Convolution implements Layer {
  private final int sourceSize;
  private final int channels;
  private final int size;
  private final int filters;
  private final int kernel;
  private final Tensor weight;
  private final Blas blas;
  private final RowUnrolling forth;
  private final RowUnrolling back;
  private float[] turned = {};

  /** The kernel's side must be odd. */
  Convolution(String name, int offset, ImageSize source, ImageSize result, int kernel, Blas blas) {
    this.channels = source.channels();
    this.filters = result.channels();
    this.kernel = kernel;
    this.blas = blas;
    sourceSize = source.size();
    size = result.size();
    weight = new Tensor(name + ".weight", List.of(kernel, kernel, channels, filters), offset);
    forth = source.unrolling(result, kernel);
    back = result.unrolling(source, kernel);
  }

  @Override
  public int inputSize() {
    return sourceSize;
  }

  @Override
  public int outputSize() {
    return size;
  }

  @Override
  public int scratchSize() {
    return forth.size() + back.size();
  }

  @Override
  public List<Tensor> tensors() {
    return List.of(weight);
  }

  @Override
  public int fanIn() {
    return kernel * kernel * channels;
  }

  @Override
  public void forward(float[] parameters, float[] input, float[] output, int rows) {
    forth.unroll(input, rows);
    forth.correlate(blas, parameters, weight.offset(), false, filters, output, rows);
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
      turn(parameters);
      back.unroll(outputGradient, rows);
      back.correlate(blas, turned, 0, true, channels, inputGradient, rows);
    }
    if (descent != null) {
      forth.weightGradient(outputGradient, filters, descent, weight.offset(), rows);
    }
  }

  @Override
  public void addSquaredNorms(float[] input, float[] outputGradient, int rows, double[] squares) {
    forth.addSquaredNorms(blas, outputGradient, filters, rows, squares);
  }

  /**
   * The way back is a correlation with the kernels turned by half a circle, channels and filters
   * having changed places: {@code [kernel, in, kernel, out]}.
   */
  private void turn(float[] parameters) {
    if (turned.length == 0) {
      turned = new float[weight.size()];
    }
    int into = 0;
    for (int y = kernel - 1; y >= 0; y--) {
      for (int channel = 0; channel < channels; channel++) {
        for (int x = kernel - 1; x >= 0; x--, into += filters) {
          int from = weight.offset() + ((y * kernel + x) * channels + channel) * filters;
          System.arraycopy(parameters, from, turned, into, filters);
        }
      }
    }
  }
}
