package dev.kula.engine;

import dev.kula.Seed;
import dev.kula.model.InputShape;
import dev.kula.model.ModelSpec;
import dev.kula.model.ParameterLayout;
import dev.kula.model.ParameterLayout.Tensor;
import dev.kula.model.Task;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** An architecture with its input and task, small enough for finite differences. */
public record EngineCase(ModelSpec spec, InputShape input, Task task) {
  /** Every architecture with every task. */
  public static Stream<EngineCase> all() {
    InputShape vector = InputShape.vector(6);
    // Neither square nor even: the last row and column fall out of the pools.
    InputShape image = new InputShape(2, 7, 9);
    return Stream.of(new Task.Classification(3), new Task.Regression())
        .flatMap(
            task ->
                Stream.of("softmax", "mlp:7", "mlp:6,5", "cnn")
                    .map(ModelSpec::parse)
                    .map(
                        spec ->
                            new EngineCase(
                                spec, spec instanceof ModelSpec.Cnn ? image : vector, task)));
  }

  boolean classifies() {
    return task instanceof Task.Classification;
  }

  /** Small enough to converge: the wider what feeds the output layer, the smaller. */
  public float learningRate() {
    if (spec instanceof ModelSpec.Cnn) {
      return classifies() ? 0.005f : 0.0001f;
    }
    return 0.05f;
  }

  /** Weights as the built-in engine starts with, He-uniform, and biases up to {@code bias}. */
  public static float[] parameters(ParameterLayout layout, float bias, Seed seed) {
    float[] parameters = new float[layout.size()];
    RandomGenerator random = seed.generator();
    for (Tensor tensor : layout.tensors()) {
      boolean weight = tensor.shape().size() > 1;
      double bound = weight ? Math.sqrt(6.0 * outputs(tensor) / tensor.size()) : bias;
      for (int i = tensor.offset(); i < tensor.offset() + tensor.size(); i++) {
        parameters[i] = (float) (bound * (2 * random.nextDouble() - 1));
      }
    }
    return parameters;
  }

  /** What a weight leads to: a kernel is [height, width, in, out], any other weight [out, in]. */
  static int outputs(Tensor weight) {
    return weight.shape().size() == 4 ? weight.shape().getLast() : weight.shape().getFirst();
  }

  @Override
  public String toString() {
    return String.join(
        " ", List.of(spec.notation(), classifies() ? "classification" : "regression"));
  }
}
