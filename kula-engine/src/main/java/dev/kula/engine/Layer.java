package dev.kula.engine;

import dev.kula.model.ParameterLayout.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One step of a network from inputs to outputs. Arrays of inputs and outputs hold {@code rows}
 * samples: row-major {@code [rows, size]}, or the order of images that {@link RowUnrolling} names
 * and both neighbours agree on. A layer with parameters knows where its tensors lie in the flat
 * array, so it is handed whole parameter arrays.
 *
 * <p>Not thread safe: layers keep scratch memory.
 */
interface Layer {
  /** Numbers that one sample brings in. */
  int inputSize();

  /** Numbers that one sample goes out with. */
  int outputSize();

  /** Numbers of scratch memory that the layer keeps for one sample. */
  default int scratchSize() {
    return 0;
  }

  /** The layer's tensors in the order of the flat array, or nothing. */
  default List<Tensor> tensors() {
    return List.of();
  }

  /** Terms that add up in one output, which bounds fresh weights. */
  default int fanIn() {
    return inputSize();
  }

  /** Outputs of {@code rows} samples. */
  void forward(float[] parameters, float[] input, float[] output, int rows);

  /**
   * The way back, after {@link #forward} of the same rows: first the loss gradient with respect to
   * the inputs, which needs the parameters as they were, then that with respect to the parameters.
   *
   * @param outputGradient the loss gradient with respect to the outputs; may be overwritten
   * @param inputGradient where the gradient of the inputs goes; null if nobody needs it
   * @param descent where the gradient of the parameters goes; null if nobody needs it
   */
  void backward(
      float[] parameters,
      float[] input,
      float[] output,
      float[] outputGradient,
      float @Nullable [] inputGradient,
      @Nullable Descent descent,
      int rows);

  /**
   * After {@link #backward} of the same rows: adds to {@code squares[row]} the squared L2 norm of
   * the gradient of this layer's parameters that comes from that row alone.
   *
   * @param input as handed to {@link #backward}
   * @param outputGradient as {@link #backward} left it
   */
  default void addSquaredNorms(float[] input, float[] outputGradient, int rows, double[] squares) {}
}
