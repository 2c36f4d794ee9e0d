package dev.kula.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.model.ParameterLayout.Tensor;
import dev.kula.model.TrainingEngine;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What engines that define their models themselves must do as well. */
abstract class BuiltInEngineContract extends EngineContract {

  BuiltInEngineContract(EngineCase of) {
    super(of);
  }

  @Test
  void startsWithHeUniformWeightsAndZeroBiases() {
    TrainingEngine engine = factory().create(of.spec(), of.input(), of.task());
    float[] fresh = engine.initialParameters(new Seed(5).generator());
    assertFalse(Arrays.equals(fresh, engine.initialParameters(new Seed(6).generator())));
    for (Tensor tensor : engine.layout().tensors()) {
      boolean weight = tensor.name().endsWith(".weight");
      double bound = weight ? Math.sqrt(6.0 * EngineCase.outputs(tensor) / tensor.size()) : 0;
      double squares = 0;
      for (int i = tensor.offset(); i < tensor.offset() + tensor.size(); i++) {
        assertTrue(Math.abs(fresh[i]) <= bound + 1e-7, tensor.name());
        squares += fresh[i] * fresh[i];
      }
      if (weight && tensor.size() > 500) {
        // The variance of U(-b, b) is b²/3; that of the estimate 4b⁴/45n: five of its deviations.
        double tolerance = 5 * Math.sqrt(4 / 45.0 / tensor.size()) * bound * bound;
        assertEquals(bound * bound / 3, squares / tensor.size(), tolerance, tensor.name());
      }
    }
  }
}
