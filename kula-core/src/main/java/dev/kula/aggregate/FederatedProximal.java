package dev.kula.aggregate;

/**
 * FedProx: federated averaging of updates whose local loss had the term μ/2 ‖w − w₀‖², w₀ being the
 * global model (Li et al. 2020, algorithm 2). The fold is that of {@link FederatedAveraging}.
 *
 * @param proximalMu μ, 0 or more and finite
 */
public record FederatedProximal(double proximalMu) implements AggregationStrategy {
  static final String NAME = "fedprox";

  /** μ where none is given. */
  public static final double DEFAULT_MU = 0.01;

  public FederatedProximal {
    if (!(proximalMu >= 0) || Double.isInfinite(proximalMu)) {
      throw new IllegalArgumentException(
          "proximalMu is " + proximalMu + ", must be 0 or more and finite");
    }
  }

  @Override
  public String name() {
    return NAME + ":" + proximalMu;
  }

  @Override
  public PartialSum init(int parameters) {
    return new FixedPointSum(parameters);
  }
}
