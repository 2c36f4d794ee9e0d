package dev.kula.model;

import dev.kula.Extension;
import dev.kula.Extensions;
import java.util.Set;

/**
 * Makes the engines of a model of your own, which {@link ModelSpec#parse} then knows by its name.
 * The factory is asked for engines of {@link ModelSpec.Own} and, by {@link
 * EngineFactory#createHead}, for engines of its output layer.
 */
public interface ModelProvider extends Extension<EngineFactory> {
  /** Those that are there. */
  Extensions<EngineFactory> FOUND =
      new Extensions<>(
          "model", ModelProvider.class, Set.of("softmax", "mlp", "cnn", "torchscript"));
}
