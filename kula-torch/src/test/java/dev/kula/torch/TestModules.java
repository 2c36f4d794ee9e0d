package dev.kula.torch;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.kula.engine.EngineCase;
import dev.kula.model.EngineFactory;
import dev.kula.model.InputShape;
import dev.kula.model.ModelSpec;
import dev.kula.model.Task;
import dev.kula.model.TrainingEngine;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;

/** The TorchScript files that {@code src/test/python/modules.py} wrote. */
final class TestModules {
  static final InputShape SIX = InputShape.vector(6);
  static final InputShape IMAGES = new InputShape(1, 28, 28);
  static final Task THREE_CLASSES = new Task.Classification(3);
  static final Task TEN_CLASSES = new Task.Classification(10);

  private TestModules() {}

  static Path path(String name) {
    URL found = TestModules.class.getResource(name + ".pt");
    assertNotNull(found, name);
    try {
      return Path.of(found.toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  static ModelSpec spec(String name) {
    return new ModelSpec.TorchScript(path(name).toString());
  }

  /** An engine for a module that takes six numbers and tells three classes apart. */
  static TrainingEngine engine(String name) {
    return new TorchEngines().create(spec(name), SIX, THREE_CLASSES);
  }

  /** Engines for the architectures of the built-in engine, written down in PyTorch once more. */
  static EngineFactory twins() {
    TorchEngines engines = new TorchEngines();
    return (spec, input, task) -> engines.create(twin(spec, task), input, task);
  }

  private static ModelSpec twin(ModelSpec spec, Task task) {
    String name = spec.notation().replace(':', '-').replace(',', '-');
    return switch (task) {
      case Task.Classification classification -> spec(name + "-classification");
      case Task.Regression regression -> spec(name + "-regression");
    };
  }

  static TrainingEngine twin(EngineCase of) {
    return twins().create(of.spec(), of.input(), of.task());
  }
}
