package dev.kula.model;

import java.util.Optional;

/**
 * How to train: mini-batch SGD on the weighted mean loss of each batch, reshuffled every epoch, the
 * last batch possibly smaller.
 *
 * @param epochs passes over the samples, 0 or more
 * @param batchSize samples a step, at least 1
 * @param learningRate step size, positive
 * @param momentum heavy-ball momentum in [0, 1); the velocity starts at zero each call
 * @param weightDecay L2 coefficient added to the gradient, 0 or more
 * @param proximalMu μ of FedProx (Li et al. 2020, eq. 2): adds μ(w − w₀) to the gradient; 0 or more
 * @param scope which layers change
 * @param anchor w₀, a whole model, read and not changed; empty for the parameters at the start of
 *     the call
 */
public record TrainingPlan(
    int epochs,
    int batchSize,
    float learningRate,
    float momentum,
    float weightDecay,
    float proximalMu,
    Scope scope,
    Optional<float[]> anchor) {
  public TrainingPlan {
    require(epochs >= 0, "epochs", epochs, "0 or more");
    require(batchSize >= 1, "batchSize", batchSize, "at least 1");
    require(learningRate > 0 && Float.isFinite(learningRate), "learningRate", learningRate, "> 0");
    require(momentum >= 0 && momentum < 1, "momentum", momentum, "in [0, 1)");
    require(weightDecay >= 0, "weightDecay", weightDecay, "0 or more");
    require(proximalMu >= 0, "proximalMu", proximalMu, "0 or more");
  }

  /** With the start of the call as its anchor. */
  public TrainingPlan(
      int epochs,
      int batchSize,
      float learningRate,
      float momentum,
      float weightDecay,
      float proximalMu,
      Scope scope) {
    this(
        epochs,
        batchSize,
        learningRate,
        momentum,
        weightDecay,
        proximalMu,
        scope,
        Optional.empty());
  }

  /** Plain SGD on all layers. */
  public static TrainingPlan of(int epochs, int batchSize, float learningRate) {
    return new TrainingPlan(epochs, batchSize, learningRate, 0f, 0f, 0f, Scope.ALL);
  }

  public TrainingPlan withEpochs(int value) {
    return new TrainingPlan(
        value, batchSize, learningRate, momentum, weightDecay, proximalMu, scope, anchor);
  }

  public TrainingPlan withProximalMu(float value) {
    return new TrainingPlan(
        epochs, batchSize, learningRate, momentum, weightDecay, value, scope, anchor);
  }

  public TrainingPlan withScope(Scope value) {
    return new TrainingPlan(
        epochs, batchSize, learningRate, momentum, weightDecay, proximalMu, value, anchor);
  }

  /** Pulled to {@code model} in place of the start. */
  public TrainingPlan withAnchor(float[] model) {
    return new TrainingPlan(
        epochs,
        batchSize,
        learningRate,
        momentum,
        weightDecay,
        proximalMu,
        scope,
        Optional.of(model));
  }

  private static void require(boolean holds, String name, Number value, String rule) {
    if (!holds) {
      throw new IllegalArgumentException("%s is %s, must be %s".formatted(name, value, rule));
    }
  }
}
