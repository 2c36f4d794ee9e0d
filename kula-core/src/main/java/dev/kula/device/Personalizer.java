package dev.kula.device;

import dev.kula.Seed;
import dev.kula.data.SampleSet;
import dev.kula.model.ParameterLayout;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingPlan;

/**
 * Makes a personal model out of a start and a ledger: trains epoch by epoch on samples weighted
 * towards the target, and keeps the epoch that validates best, the start included.
 */
final class Personalizer {
  private final TrainingData data;
  private final TrainingPlan plan;

  Personalizer(TrainingData data, TrainingPlan plan) {
    this.data = data;
    this.plan = plan;
  }

  /**
   * The personal model.
   *
   * @param parameters the model
   * @param forwardPasses work done, one forward pass of one sample being 1
   */
  record Personal(float[] parameters, double forwardPasses) {}

  /**
   * Fine-tunes.
   *
   * @param start not changed
   * @param samples weighted towards the target
   * @param seed of the order in which samples are met
   */
  Personal personalize(TrainingEngine engine, float[] start, SampleSet samples, Seed seed) {
    SampleSet fold = data.checkpointFold();
    float[] current = start.clone();
    float[] best = start.clone();
    double bestLoss = Double.POSITIVE_INFINITY;
    double passes = 0;
    if (fold.size() > 0) {
      bestLoss = engine.evaluate(start, fold).loss();
      passes += fold.size();
    }
    for (int epoch = 0; epoch < plan.epochs(); epoch++) {
      engine.train(current, samples, plan.withEpochs(1), seed.derive(epoch).generator());
      passes += 3.0 * samples.size();
      if (fold.size() == 0) {
        System.arraycopy(current, 0, best, 0, best.length);
        continue;
      }
      double loss = engine.evaluate(current, fold).loss();
      passes += fold.size();
      if (loss < bestLoss) {
        bestLoss = loss;
        System.arraycopy(current, 0, best, 0, best.length);
      }
    }
    return new Personal(best, passes);
  }

  /** Adds changes of the head to a copy of the parameters. */
  static float[] withHeadDelta(ParameterLayout layout, float[] parameters, float[] headDelta) {
    float[] sum = parameters.clone();
    for (int i = 0; i < headDelta.length; i++) {
      sum[layout.headOffset() + i] += headDelta[i];
    }
    return sum;
  }
}
