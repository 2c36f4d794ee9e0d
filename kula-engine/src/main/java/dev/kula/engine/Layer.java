package dev.kula.engine;

import dev.kula.model.ParameterLayout.Tensor;
import java.util.List;

/**
 * One step of a network from inputs to outputs. All arrays hold rows of samples, row-major; only
 * the first {@code rows} rows count. A layer with parameters knows where its tensors lie in the
 * flat array, so it is handed whole parameter and gradient arrays.
 *
 * <p>Not thread safe: layers keep scratch memory. {@code inputGradient} may rely on what the latest
 * {@code forward} of the same rows left there.
 */
interface Layer {
  /** Numbers that one sample brings in. */
  int inputSize();

  /** Numbers that one sample goes out with. */
  int outputSize();

  /** Weight {@code [out, ...]} and bias {@code [out]}, or nothing. */
  default List<Tensor> tensors() {
    return List.of();
  }

  /** Outputs of {@code rows} samples. */
  void forward(float[] parameters, float[] input, float[] output, int rows);

  /**
   * The loss gradient with respect to this layer's tensors, into their place in {@code gradient}.
   *
   * @param accumulate whether to add to what is there, instead of writing over it
   */
  default void parameterGradient(
      float[] input, float[] outputGradient, float[] gradient, int rows, boolean accumulate) {}

  /** The loss gradient with respect to the inputs, into {@code inputGradient}. */
  void inputGradient(
      float[] parameters,
      float[] input,
      float[] output,
      float[] outputGradient,
      float[] inputGradient,
      int rows);
}
