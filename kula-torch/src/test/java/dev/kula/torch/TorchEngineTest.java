package dev.kula.torch;

import dev.kula.engine.EngineCase;
import dev.kula.engine.EngineContract;
import dev.kula.model.EngineFactory;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("dev.kula.engine.EngineCase#all")
final class TorchEngineTest extends EngineContract {
  TorchEngineTest(EngineCase of) {
    super(of);
  }

  @Override
  protected EngineFactory factory() {
    return TestModules.twins();
  }
}
