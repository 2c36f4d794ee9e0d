package dev.kula.engine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kula.engine.blas.BlasLibrary;
import dev.kula.model.EngineFactory;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("dev.kula.engine.EngineCase#all")
final class OneDnnEngineTest extends BuiltInEngineContract {
  OneDnnEngineTest(EngineCase of) {
    super(of);
  }

  @Override
  protected EngineFactory factory() {
    assumeTrue(BlasLibrary.ONEDNN.isLoaded(), BlasLibrary.ONEDNN.status());
    return Engines.on(BlasLibrary.ONEDNN).orElseThrow();
  }
}
