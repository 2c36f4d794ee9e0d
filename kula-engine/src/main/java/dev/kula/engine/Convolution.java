package dev.kula.engine;

import dev.kula.engine.blas.Blas;
import dev.kula.model.ParameterLayout.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Cross-correlation of a channel-major image with square kernels, stride 1, zero padding that keeps
 * height and width, and a bias a channel: weight {@code [out, in, kernel, kernel]}, bias {@code
 * [out]}.
 *
 * <p>One sample at a time, the image is unrolled into a matrix {@code [in·kernel², height·width]}
 * whose rows are the image shifted by each place of the kernel (im2col: Chellapilla, Puri and
 * Simard 2006), so that the convolution is a matrix product. For one sample the matrix fits the
 * second level cache, which makes unrolling it anew on the way back cheaper than keeping one per
 * sample.
 */
final class Convolution implements Layer {
  private final int channels;
  private final int height;
  private final int width;
  private final int filters;
  private final int kernel;
  private final int pixels;
  private final int taps;
  private final Tensor weight;
  private final Tensor bias;
  private final Blas blas;
  private final float[] unrolled;

  /** The kernel's side must be odd. */
  Convolution(
      String name,
      int offset,
      int channels,
      int height,
      int width,
      int filters,
      int kernel,
      Blas blas) {
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.filters = filters;
    this.kernel = kernel;
    this.blas = blas;
    pixels = height * width;
    taps = channels * kernel * kernel;
    unrolled = new float[taps * pixels];
    weight = new Tensor(name + ".weight", List.of(filters, channels, kernel, kernel), offset);
    bias = new Tensor(name + ".bias", List.of(filters), offset + weight.size());
  }

  @Override
  public int inputSize() {
    return channels * pixels;
  }

  @Override
  public int outputSize() {
    return filters * pixels;
  }

  @Override
  public List<Tensor> tensors() {
    return List.of(weight, bias);
  }

  @Override
  public void forward(float[] parameters, float[] input, float[] output, int rows) {
    for (int row = 0; row < rows; row++) {
      unroll(input, row * inputSize());
      int out = row * outputSize();
      for (int filter = 0; filter < filters; filter++) {
        int plane = out + filter * pixels;
        Arrays.fill(output, plane, plane + pixels, parameters[bias.offset() + filter]);
      }
      blas.sgemm(
          false,
          false,
          filters,
          pixels,
          taps,
          parameters,
          weight.offset(),
          unrolled,
          0,
          output,
          out,
          true);
    }
  }

  @Override
  public void parameterGradient(
      float[] input, float[] outputGradient, float[] gradient, int rows, boolean accumulate) {
    if (!accumulate) {
      Arrays.fill(gradient, bias.offset(), bias.offset() + filters, 0f);
    }
    for (int row = 0; row < rows; row++) {
      unroll(input, row * inputSize());
      int out = row * outputSize();
      blas.sgemm(
          false,
          true,
          filters,
          taps,
          pixels,
          outputGradient,
          out,
          unrolled,
          0,
          gradient,
          weight.offset(),
          accumulate || row > 0);
      for (int filter = 0; filter < filters; filter++) {
        gradient[bias.offset() + filter] += sum(outputGradient, out + filter * pixels, pixels);
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
    for (int row = 0; row < rows; row++) {
      blas.sgemm(
          true,
          false,
          taps,
          pixels,
          filters,
          parameters,
          weight.offset(),
          outputGradient,
          row * outputSize(),
          unrolled,
          0,
          false);
      rollUp(inputGradient, row * inputSize());
    }
  }

  /** Each row of {@code unrolled}: one channel, shifted by one place of the kernel. */
  private void unroll(float[] image, int offset) {
    int into = 0;
    for (int channel = 0; channel < channels; channel++) {
      int plane = offset + channel * pixels;
      for (int tapY = -kernel / 2; tapY <= kernel / 2; tapY++) {
        for (int tapX = -kernel / 2; tapX <= kernel / 2; tapX++) {
          int left = Math.min(width, Math.max(0, -tapX));
          int right = Math.max(left, Math.min(width, width - tapX));
          for (int y = 0; y < height; y++, into += width) {
            int sourceY = y + tapY;
            if (sourceY < 0 || sourceY >= height) {
              Arrays.fill(unrolled, into, into + width, 0f);
              continue;
            }
            Arrays.fill(unrolled, into, into + left, 0f);
            int from = plane + sourceY * width + left + tapX;
            System.arraycopy(image, from, unrolled, into + left, right - left);
            Arrays.fill(unrolled, into + right, into + width, 0f);
          }
        }
      }
    }
  }

  /** The transpose of {@link #unroll}: adds every number to the pixel that it was copied from. */
  private void rollUp(float[] image, int offset) {
    int from = 0;
    for (int channel = 0; channel < channels; channel++) {
      int plane = offset + channel * pixels;
      for (int tapY = -kernel / 2; tapY <= kernel / 2; tapY++) {
        for (int tapX = -kernel / 2; tapX <= kernel / 2; tapX++) {
          int left = Math.min(width, Math.max(0, -tapX));
          int right = Math.max(left, Math.min(width, width - tapX));
          for (int y = 0; y < height; y++, from += width) {
            int sourceY = y + tapY;
            if (sourceY >= 0 && sourceY < height) {
              int into = plane + sourceY * width + tapX;
              for (int x = left; x < right; x++) {
                image[into + x] += unrolled[from + x];
              }
            }
          }
        }
      }
    }
  }

  private static float sum(float[] numbers, int offset, int count) {
    float sum = 0;
    for (int i = offset; i < offset + count; i++) {
      sum += numbers[i];
    }
    return sum;
  }
}
