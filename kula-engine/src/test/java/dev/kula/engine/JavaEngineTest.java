package dev.kula.engine;

import dev.kula.engine.blas.BlasLibrary;
import dev.kula.model.EngineFactory;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("dev.kula.engine.EngineCase#all")
final class JavaEngineTest extends BuiltInEngineContract {
  JavaEngineTest(EngineCase of) {
    super(of);
  }

  @Override
  protected EngineFactory factory() {
    return Engines.on(BlasLibrary.JAVA).orElseThrow();
  }
}
