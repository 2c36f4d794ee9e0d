package dev.kula.aggregate;

/**
 * Federated averaging: the next global model is the current one plus the mean of the updates,
 * weighted by training samples (McMahan et al. 2017, algorithm 1).
 */
public record FederatedAveraging() implements AggregationStrategy {
  static final String NAME = "fedavg";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public double proximalMu() {
    return 0;
  }

  @Override
  public PartialSum init(int parameters) {
    return new FixedPointSum(parameters);
  }
}
