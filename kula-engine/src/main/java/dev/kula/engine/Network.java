package dev.kula.engine;

import dev.kula.model.ParameterLayout;
import dev.kula.model.ParameterLayout.Tensor;
import dev.kula.model.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A row of layers with the buffers between them. Buffers hold {@link #capacity()} rows; whoever has
 * more feeds them in parts, so that memory stays bounded whatever the batch.
 *
 * <p>{@code from} is the number of the layer that a pass starts at: 0, or {@link #head()} to work
 * on embeddings alone.
 */
final class Network {
  private static final int MOST_ROWS = 256;

  /** Numbers in all buffers between layers: 16 MB. */
  private static final int BUFFERED = 1 << 22;

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
      numbers += layer.outputSize();
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

  /** After a forward pass and {@link #outputGradient()}: gradients of the layers' parameters. */
  void parameterGradient(
      float[] parameters, int from, int rows, float[] gradient, boolean accumulate) {
    float[] here = gradientHere;
    float[] there = gradientThere;
    for (int i = head(); i >= from; i--) {
      Layer layer = layers.get(i);
      layer.parameterGradient(activations[i], here, gradient, rows, accumulate);
      if (i > from) {
        layer.inputGradient(parameters, activations[i], activations[i + 1], here, there, rows);
        float[] swapped = here;
        here = there;
        there = swapped;
      }
    }
  }

  /** After a forward pass and {@link #outputGradient()}: the gradient of the inputs. */
  float[] inputGradient(float[] parameters, int rows) {
    float[] here = gradientHere;
    float[] there = gradientThere;
    for (int i = head(); i >= 0; i--) {
      layers
          .get(i)
          .inputGradient(parameters, activations[i], activations[i + 1], here, there, rows);
      float[] swapped = here;
      here = there;
      there = swapped;
    }
    return here;
  }

  /** He-uniform weights: bound √(6 / inputs of a unit); zero biases. */
  float[] initialParameters(RandomGenerator random) {
    float[] parameters = new float[layout.size()];
    for (Tensor tensor : layout.tensors()) {
      if (tensor.shape().size() > 1) {
        int unitInputs = tensor.size() / tensor.shape().getFirst();
        float bound = (float) Math.sqrt(6.0 / unitInputs);
        for (int i = tensor.offset(); i < tensor.offset() + tensor.size(); i++) {
          parameters[i] = (2 * random.nextFloat() - 1) * bound;
        }
      }
    }
    return parameters;
  }
}
