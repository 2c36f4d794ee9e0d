package dev.kula.engine;

import dev.kula.model.InputShape;
import dev.kula.model.ModelSpec;
import dev.kula.model.Task;
import java.util.List;
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

  @Override
  public String toString() {
    return String.join(
        " ", List.of(spec.notation(), classifies() ? "classification" : "regression"));
  }
}
