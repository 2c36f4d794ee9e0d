package dev.kula.examples.extensions;

import dev.kula.KulaException;
import dev.kula.model.EngineFactory;
import dev.kula.model.InputShape;
import dev.kula.model.ModelProvider;
import dev.kula.model.ModelSpec;
import dev.kula.model.Task;
import dev.kula.model.TrainingEngine;
import java.util.Optional;

/**
 * {@code --model brier}: a linear classifier that is trained for the Brier score of its
 * probabilities, ½ Σ (pₖ − yₖ)² (Brier 1950), in place of their cross-entropy. A sample can cost at
 * most 1, so that one with a wrong label pulls less.
 */
public final class BrierModels implements ModelProvider {
  @Override
  public String name() {
    return "brier";
  }

  @Override
  public EngineFactory create(Optional<String> argument) {
    if (argument.isPresent()) {
      throw new IllegalArgumentException("it takes no argument; try brier");
    }
    return new Engines();
  }

  private record Engines() implements EngineFactory {
    @Override
    public TrainingEngine create(ModelSpec spec, InputShape input, Task task) {
      if (!(task instanceof Task.Classification classes)) {
        throw KulaException.user(
            "model is 'brier', must be softmax, mlp:WIDTHS or cnn for a regression; try mlp:64");
      }
      return new BrierEngine(input.size(), classes);
    }

    /** The model is an output layer alone: that of its head is the same again. */
    @Override
    public TrainingEngine createHead(ModelSpec spec, TrainingEngine whole) {
      return create(spec, InputShape.vector(whole.embeddingSize()), whole.task());
    }
  }
}
