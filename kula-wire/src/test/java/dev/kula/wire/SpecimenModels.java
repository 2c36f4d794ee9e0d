package dev.kula.wire;

import dev.kula.model.EngineFactory;
import dev.kula.model.ModelProvider;
import java.util.Optional;

/** Has a model of the user's own, for settings that name one. */
public final class SpecimenModels implements ModelProvider {
  @Override
  public String name() {
    return "specimen";
  }

  @Override
  public EngineFactory create(Optional<String> argument) {
    throw new IllegalArgumentException("nobody trains it");
  }
}
