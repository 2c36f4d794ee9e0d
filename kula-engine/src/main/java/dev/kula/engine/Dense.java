package dev.kula.engine;

import dev.kula.engine.blas.Blas;
import dev.kula.model.ParameterLayout.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code output = input·Wᵀ + b}, with {@code W [out, in]} followed by {@code b [out]}, and then, if
 * rectified, {@code max(0, output)}; the slope at 0 counts as 0.
 */
final class Dense implements Layer {
  private final int inputs;
  private final int outputs;
  private final boolean rectified;
  private final Tensor weight;
  private final Tensor bias;
  private final Blas blas;

  Dense(String name, int offset, int inputs, int outputs, boolean rectified, Blas blas) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.rectified = rectified;
    this.blas = blas;
    weight = new Tensor(name + ".weight", List.of(outputs, inputs), offset);
    bias = new Tensor(name + ".bias", List.of(outputs), offset + weight.size());
  }

  @Override
  public int inputSize() {
    return inputs;
  }

  @Override
  public int outputSize() {
    return outputs;
  }

  @Override
  public List<Tensor> tensors() {
    return List.of(weight, bias);
  }

  @Override
  public void forward(float[] parameters, float[] input, float[] output, int rows) {
    // The bias goes in first, so that the product adds itself to it without another pass.
    for (int row = 0; row < rows; row++) {
      System.arraycopy(parameters, bias.offset(), output, row * outputs, outputs);
    }
    blas.sgemm(
        false, true, rows, outputs, inputs, 1, input, 0, parameters, weight.offset(), 1, output, 0);
    if (rectified) {
      Rectifier.rectify(output, rows * outputs);
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
    if (rectified) {
      Rectifier.block(outputGradient, output, rows * outputs);
    }
    if (inputGradient != null) {
      blas.sgemm(
          false,
          false,
          rows,
          inputs,
          outputs,
          1,
          outputGradient,
          0,
          parameters,
          weight.offset(),
          0,
          inputGradient,
          0);
    }
    if (descent != null) {
      descent.addProduct(true, outputs, inputs, rows, outputGradient, 0, input, 0, weight.offset());
      descent.addColumnSums(rows, outputs, outputGradient, bias.offset());
    }
  }

  /**
   * A row's gradient is the outer product of its output gradient δ and its input a, and for the
   * bias δ itself: ‖δ‖²(‖a‖² + 1) (Goodfellow 2015, <i>Efficient Per-Example Gradient
   * Computations</i>).
   */
  @Override
  public void addSquaredNorms(float[] input, float[] outputGradient, int rows, double[] squares) {
    for (int row = 0; row < rows; row++) {
      double before = Squares.sum(input, row * inputs, inputs);
      double after = Squares.sum(outputGradient, row * outputs, outputs);
      squares[row] += after * (before + 1);
    }
  }
}
