package dev.kula.examples.extensions;

import dev.kula.engine.EngineCase;
import dev.kula.engine.EngineContract;
import dev.kula.model.EngineFactory;
import dev.kula.model.InputShape;
import dev.kula.model.ModelSpec;
import dev.kula.model.Task;
import java.util.Optional;

/** All that holds for engines, for the Brier score. */
final class BrierEngineTest extends EngineContract {
  BrierEngineTest() {
    // An affine layer, as softmax is.
    super(
        new EngineCase(new ModelSpec.Softmax(), InputShape.vector(6), new Task.Classification(3)));
  }

  @Override
  protected EngineFactory factory() {
    return new BrierModels().create(Optional.empty());
  }

  @Override
  protected double loss(double[] outputs, float target) {
    double sum = 0;
    for (int k = 0; k < outputs.length; k++) {
      double error = outputs[k] - (k == target ? 1 : 0);
      sum += error * error / 2;
    }
    return sum;
  }
}
