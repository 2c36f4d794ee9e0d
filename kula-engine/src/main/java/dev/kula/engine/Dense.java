package dev.kula.engine;

import dev.kula.engine.blas.Blas;
import dev.kula.model.ParameterLayout.Tensor;
import java.util.List;

/** {@code output = input·Wᵀ + b}, with {@code W [out, in]} followed by {@code b [out]}. */
final class Dense implements Layer {
  private final int inputs;
  private final int outputs;
  private final Tensor weight;
  private final Tensor bias;
  private final Blas blas;

  Dense(String name, int offset, int inputs, int outputs, Blas blas) {
    this.inputs = inputs;
    this.outputs = outputs;
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
        false, true, rows, outputs, inputs, input, 0, parameters, weight.offset(), output, 0, true);
  }

  @Override
  public void parameterGradient(
      float[] input, float[] outputGradient, float[] gradient, int rows, boolean accumulate) {
    blas.sgemm(
        true,
        false,
        outputs,
        inputs,
        rows,
        outputGradient,
        0,
        input,
        0,
        gradient,
        weight.offset(),
        accumulate);
    int first = 0;
    if (!accumulate) {
      System.arraycopy(outputGradient, 0, gradient, bias.offset(), outputs);
      first = 1;
    }
    for (int row = first; row < rows; row++) {
      int from = row * outputs;
      for (int output = 0; output < outputs; output++) {
        gradient[bias.offset() + output] += outputGradient[from + output];
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
    blas.sgemm(
        false,
        false,
        rows,
        inputs,
        outputs,
        outputGradient,
        0,
        parameters,
        weight.offset(),
        inputGradient,
        0,
        false);
  }
}
