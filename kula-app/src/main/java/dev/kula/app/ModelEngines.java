package dev.kula.app;

import dev.kula.engine.Engines;
import dev.kula.model.EngineFactory;
import dev.kula.model.InputShape;
import dev.kula.model.ModelSpec;
import dev.kula.model.Task;
import dev.kula.model.TrainingEngine;
import java.util.ServiceLoader;

/**
 * The engine that suits a model: for a TorchScript one that which is on the class path, for all
 * others, and to say what is missing, the built-in one.
 *
 * @param builtIn of softmax, MLP and CNN
 * @param torchScript of TorchScript models
 */
record ModelEngines(EngineFactory builtIn, EngineFactory torchScript) implements EngineFactory {
  /** The best engine of this machine, and what there is beside it. */
  static ModelEngines best() {
    return beside(Engines.best());
  }

  /** The built-in engine and what {@link ServiceLoader} finds beside it. */
  static ModelEngines beside(EngineFactory builtIn) {
    return new ModelEngines(
        builtIn, ServiceLoader.load(EngineFactory.class).findFirst().orElse(builtIn));
  }

  @Override
  public TrainingEngine create(ModelSpec spec, InputShape input, Task task) {
    EngineFactory engines =
        switch (spec) {
          case ModelSpec.Softmax softmax -> builtIn;
          case ModelSpec.Mlp mlp -> builtIn;
          case ModelSpec.Cnn cnn -> builtIn;
          case ModelSpec.TorchScript script -> torchScript;
        };
    return engines.create(spec, input, task);
  }
}
