package dev.kula.model;

/**
 * Makes engines, one a thread. Thread safe.
 *
 * <p>A factory that {@link java.util.ServiceLoader} finds makes engines of {@link
 * ModelSpec.TorchScript} models: that engine is optional, and nothing depends on it.
 */
@FunctionalInterface
public interface EngineFactory {
  /**
   * A new engine.
   *
   * @throws dev.kula.KulaException (USER) if {@code spec} cannot take {@code input}, such as a
   *     convolution on a plain vector
   */
  TrainingEngine create(ModelSpec spec, InputShape input, Task task);

  /**
   * A new engine for the output layer of {@code whole} alone, whose inputs are its embeddings. It
   * has the loss of the whole; unless this is overridden, that of {@link ModelSpec.Softmax}.
   *
   * @param spec that {@code whole} is of
   */
  default TrainingEngine createHead(ModelSpec spec, TrainingEngine whole) {
    return create(new ModelSpec.Softmax(), InputShape.vector(whole.embeddingSize()), whole.task());
  }
}
