package dev.kula.device;

import dev.kula.aggregate.Broadcast;
import dev.kula.data.SampleSet;
import dev.kula.model.TrainingEngine;

/**
 * Which of several global models a device works with: the one with the lowest loss on its training
 * samples (Ghosh et al. 2020, Algorithm 1, cluster identity estimate); of equal ones the first.
 */
final class ModelChoice {
  private ModelChoice() {}

  /** Index of the best model in {@code sent}. */
  static int best(Broadcast broadcast, float[] sent, SampleSet samples, TrainingEngine engine) {
    int best = 0;
    double lowest = Double.POSITIVE_INFINITY;
    for (int model = 0; model < broadcast.models(); model++) {
      double loss = engine.evaluate(broadcast.model(sent, model), samples).loss();
      if (loss < lowest) {
        best = model;
        lowest = loss;
      }
    }
    return best;
  }
}
