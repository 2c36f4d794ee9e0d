package dev.kula.device;

import dev.kula.Seed;
import dev.kula.data.SampleSet;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingPlan;

/**
 * Trains epoch by epoch on samples weighted towards the target, and keeps the epoch that validates
 * best, the start included; without a fold to validate on, the last.
 */
final class Personalizer {
  private final TrainingPlan plan;

  Personalizer(TrainingPlan plan) {
    this.plan = plan;
  }

  /** The best parameters met; {@code start} is not changed. */
  float[] personalize(
      TrainingEngine engine, float[] start, SampleSet samples, SampleSet fold, Seed seed) {
    float[] current = start.clone();
    float[] best = start.clone();
    double bestLoss =
        fold.size() == 0 ? Double.POSITIVE_INFINITY : engine.evaluate(start, fold).loss();
    for (int epoch = 0; epoch < plan.epochs(); epoch++) {
      engine.train(current, samples, plan.withEpochs(1), seed.derive(epoch).generator());
      double loss = fold.size() == 0 ? -epoch : engine.evaluate(current, fold).loss();
      if (loss < bestLoss) {
        bestLoss = loss;
        System.arraycopy(current, 0, best, 0, best.length);
      }
    }
    return best;
  }
}
