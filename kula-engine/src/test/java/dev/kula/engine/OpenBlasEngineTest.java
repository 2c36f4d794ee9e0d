package dev.kula.engine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kula.engine.blas.BlasLibrary;
import dev.kula.model.EngineFactory;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("dev.kula.engine.EngineCase#all")
final class OpenBlasEngineTest extends BuiltInEngineContract {
  OpenBlasEngineTest(EngineCase of) {
    super(of);
  }

  @Override
  protected EngineFactory factory() {
    assumeTrue(BlasLibrary.OPENBLAS.isLoaded(), BlasLibrary.OPENBLAS.status());
    return Engines.on(BlasLibrary.OPENBLAS).orElseThrow();
  }
}
