package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.engine.Engines;
import dev.kula.model.EngineFactory;
import dev.kula.model.InputShape;
import dev.kula.model.ModelProvider;
import dev.kula.model.ModelSpec;
import dev.kula.model.Task;
import dev.kula.model.TrainingEngine;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The engine that suits a model: for a TorchScript one that which is on the class path, for one of
 * the user's own that of its {@link ModelProvider}, for all others, and to say what is missing, the
 * built-in one.
 */
final class ModelEngines implements EngineFactory {
  private final EngineFactory builtIn;
  private final EngineFactory torchScript;

  /** Kept, for engines are also made in threads that do not see what a program has at hand. */
  private final Map<ModelSpec.Own, EngineFactory> own = new ConcurrentHashMap<>();

  private ModelEngines(EngineFactory builtIn, EngineFactory torchScript) {
    this.builtIn = builtIn;
    this.torchScript = torchScript;
  }

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
          case ModelSpec.Own model -> factory(model);
        };
    return engines.create(spec, input, task);
  }

  /** A head is as its model, or, of what is not the user's own, a built-in one. */
  @Override
  public TrainingEngine createHead(ModelSpec spec, TrainingEngine whole) {
    return spec instanceof ModelSpec.Own model
        ? factory(model).createHead(spec, whole)
        : builtIn.createHead(spec, whole);
  }

  private EngineFactory factory(ModelSpec.Own model) {
    return own.computeIfAbsent(
        model,
        each ->
            ModelProvider.FOUND
                .create(each.notation())
                .orElseThrow(
                    () ->
                        KulaException.user(
                            "model is '%s', which no class of the class path has; add its jar"
                                .formatted(each.notation()))));
  }
}
