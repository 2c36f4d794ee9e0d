package dev.kula.engine;

import dev.kula.model.ParameterLayout;
import dev.kula.model.ParameterLayout.Tensor;
import dev.kula.model.Samples;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A row of layers with the buffers between them. Buffers hold {@link #capacity()} rows; whoever has
 * more feeds them in parts, so that memory stays bounded whatever the batch.
 *
 * <p>{@code from} is the number of the layer that a pass starts at: 0, or {@link #head()} to work
 * on embeddings alone.
 */
final class Network {
  private static final int MOST_ROWS = 256;

  /** Numbers in all buffers between and in layers: 32 MB. */
  private static final int BUFFERED = 1 << 23;

  private final List<Layer> layers;
  private final ParameterLayout layout;
  private final int capacity;
  private final float[][] activations;
  private float[] gradientHere = {};
  private float[] gradientThere = {};

  Network(List<Layer> layers) {
    this.layers = List.copyOf(layers);
    List<Tensor> tensors = new ArrayList<>();
    int numbers = this.layers.getFirst().inputSize();
    for (Layer layer : this.layers) {
      tensors.addAll(layer.tensors());
      numbers += layer.outputSize() + layer.scratchSize();
    }
    layout = new ParameterLayout(tensors);
    capacity = Math.clamp(BUFFERED / numbers, 1, MOST_ROWS);
    activations = new float[this.layers.size() + 1][];
    activations[0] = new float[capacity * inputSize()];
    for (int i = 0; i < this.layers.size(); i++) {
      activations[i + 1] = new float[capacity * this.layers.get(i).outputSize()];
    }
  }

  ParameterLayout layout() {
    return layout;
  }

  /** Rows that one pass can take. */
  int capacity() {
    return capacity;
  }

  /** Number of the output layer. */
  int head() {
    return layers.size() - 1;
  }

  int inputSize() {
    return layers.getFirst().inputSize();
  }

  int embeddingSize() {
    return layers.getLast().inputSize();
  }

  int outputSize() {
    return layers.getLast().outputSize();
  }

  /** Where the inputs of layer {@code from} belong. */
  float[] input(int from) {
    return activations[from];
  }

  /** Where a pass leaves the outputs of the last layer. */
  float[] output() {
    return activations[layers.size()];
  }

  /** Where a backward pass expects the gradient with respect to {@link #output()}. */
  float[] outputGradient() {
    if (gradientHere.length == 0) {
      int widest = inputSize();
      for (Layer layer : layers) {
        widest = Math.max(widest, layer.outputSize());
      }
      gradientHere = new float[capacity * widest];
      gradientThere = new float[capacity * widest];
    }
    return gradientHere;
  }

  /**
   * Copies samples from {@code start} on into the input buffer, as many as fit; returns how many.
   */
  int read(Samples samples, int start) {
    int rows = Math.min(capacity, samples.size() - start);
    int features = inputSize();
    for (int row = 0; row < rows; row++) {
      samples.copyFeatures(start + row, activations[0], row * features);
    }
    return rows;
  }

  /** The inputs of the output layer for all samples, row-major into {@code into}. */
  void embed(float[] parameters, Samples samples, float[] into) {
    int width = embeddingSize();
    for (int start = 0; start < samples.size(); start += capacity) {
      int rows = read(samples, start);
      forward(parameters, 0, head(), rows);
      System.arraycopy(activations[head()], 0, into, start * width, rows * width);
    }
  }

  /** Applies all layers from {@code from} on. */
  void forward(float[] parameters, int from, int rows) {
    forward(parameters, from, layers.size(), rows);
  }

  private void forward(float[] parameters, int from, int to, int rows) {
    for (int i = from; i < to; i++) {
      layers.get(i).forward(parameters, activations[i], activations[i + 1], rows);
    }
  }

  /**
   * After a forward pass and {@link #outputGradient()}: hands the gradients of all layers from
   * {@code from} on to {@code descent}.
   */
  void descend(float[] parameters, int from, int rows, Descent descent) {
    backward(parameters, from, rows, false, descent, null);
  }

  /**
   * After a forward pass and {@link #outputGradient()}: the squared L2 norm of each row's gradient
   * of all parameters from layer {@code from} on, into {@code squares}. The output gradient must be
   * worked out again for another way back.
   */
  void squaredNorms(float[] parameters, int from, int rows, double[] squares) {
    Arrays.fill(squares, 0, rows, 0);
    backward(parameters, from, rows, false, null, squares);
  }

  /** After a forward pass and {@link #outputGradient()}: the gradient of the inputs. */
  float[] inputGradient(float[] parameters, int rows) {
    return backward(parameters, 0, rows, true, null, null);
  }

  private float[] backward(
      float[] parameters,
      int from,
      int rows,
      boolean toInput,
      @Nullable Descent descent,
      double @Nullable [] squares) {
    float[] here = gradientHere;
    float[] there = gradientThere;
    for (int i = head(); i >= from; i--) {
      float[] inputGradient = i > from || toInput ? there : null;
      layers
          .get(i)
          .backward(
              parameters, activations[i], activations[i + 1], here, inputGradient, descent, rows);
      if (squares != null) {
        layers.get(i).addSquaredNorms(activations[i], here, rows, squares);
      }
      there = here;
      here = inputGradient == null ? here : inputGradient;
    }
    return here;
  }

  /** He-uniform weights: bound √(6 / terms in one output); zero biases. */
  float[] initialParameters(RandomGenerator random) {
    float[] parameters = new float[layout.size()];
    for (Layer layer : layers) {
      float bound = (float) Math.sqrt(6.0 / layer.fanIn());
      for (Tensor tensor : layer.tensors()) {
        boolean weight = tensor.shape().size() > 1;
        int end = weight ? tensor.offset() + tensor.size() : 0;
        for (int i = tensor.offset(); i < end; i++) {
          parameters[i] = (2 * random.nextFloat() - 1) * bound;
        }
      }
    }
    return parameters;
  }
}
