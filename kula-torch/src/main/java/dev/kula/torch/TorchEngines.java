package dev.kula.torch;

import dev.kula.KulaException;
import dev.kula.model.EngineFactory;
import dev.kula.model.InputShape;
import dev.kula.model.ModelSpec;
import dev.kula.model.Task;
import dev.kula.model.TrainingEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes engines for TorchScript models. Each file is read once, so that all engines of a factory
 * have the same model, whatever becomes of the file. Engines hold native memory: close them. Thread
 * safe.
 */
public final class TorchEngines implements EngineFactory {
  private final Map<String, byte[]> files = new ConcurrentHashMap<>();

  /**
   * An engine on libtorch.
   *
   * @throws KulaException (USER) if the file of {@code spec} is no TorchScript model that fits
   *     {@code input} and {@code task}, see the package page; (RESOURCE) if libtorch cannot be
   *     loaded
   * @throws IllegalArgumentException if {@code spec} is no TorchScript model
   */
  @Override
  public TrainingEngine create(ModelSpec spec, InputShape input, Task task) {
    if (!(spec instanceof ModelSpec.TorchScript model)) {
      throw new IllegalArgumentException(spec.notation() + " is no TorchScript model");
    }
    String file = model.file();
    byte[] content = files.computeIfAbsent(file, TorchEngines::read);
    String version = TorchLibrary.load();
    return new TorchEngine(
        TorchModule.load(file, content, input, task.outputs()), task, "libtorch " + version);
  }

  private static byte[] read(String file) {
    Path path = Path.of(file);
    if (!Files.isRegularFile(path)) {
      throw KulaException.user(
          "model file '%s' %s, must be a TorchScript model; name one that torch.jit.save wrote"
              .formatted(file, Files.exists(path) ? "is not a file" : "does not exist"));
    }
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw KulaException.user(
          "model file '%s' cannot be read: %s; check who may read it"
              .formatted(file, e.getMessage()),
          e);
    }
  }
}
