package dev.kula.model;

/**
 * Weighted sums over samples, so that evaluations of parts add up to one of the whole.
 *
 * @param weight sum of sample weights
 * @param lossSum weighted sum of losses: cross-entropy in nats, or half the squared error
 * @param correctSum weighted number of right classes; 0 for a regression
 */
public record Evaluation(double weight, double lossSum, double correctSum) {
  /** Nothing evaluated yet. */
  public static final Evaluation EMPTY = new Evaluation(0, 0, 0);

  /** Both together. */
  public Evaluation plus(Evaluation other) {
    return new Evaluation(
        weight + other.weight, lossSum + other.lossSum, correctSum + other.correctSum);
  }

  /** Mean loss; 0 without samples. */
  public double loss() {
    return weight == 0 ? 0 : lossSum / weight;
  }

  /**
   * Score in [0, 1], higher is better. Classification: accuracy. Regression: 1 − MSE on targets
   * standardised over the fleet's training data, which is the share of the fleet-wide variance that
   * the model explains; below zero counts as 0.
   */
  public double score(Task task) {
    if (weight == 0) {
      return 0;
    }
    return switch (task) {
      case Task.Classification classification -> correctSum / weight;
      case Task.Regression regression -> Math.max(0, 1 - 2 * lossSum / weight);
    };
  }
}
