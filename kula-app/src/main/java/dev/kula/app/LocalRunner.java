package dev.kula.app;

import dev.kula.KulaException;
import java.nio.file.Path;
import java.util.Map;

/** Runs everything in this process. */
final class LocalRunner implements Runner {
  @Override
  public Finished simulate(RunSettings settings, Terminal terminal) {
    throw absent("simulate");
  }

  @Override
  public Finished compare(RunSettings settings, Terminal terminal) {
    throw absent("compare");
  }

  @Override
  public void describe(RunSettings settings, Terminal terminal) {
    throw absent("data");
  }

  @Override
  public Map<String, Object> recorded(Path directory) {
    throw absent("resume");
  }

  private static KulaException absent(String what) {
    return KulaException.internal(what + " is not part of this build");
  }
}
