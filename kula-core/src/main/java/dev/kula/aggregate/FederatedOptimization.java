package dev.kula.aggregate;

import java.util.Locale;

/**
 * Federated averaging whose mean update is the pseudo-gradient of a {@link ServerOptimizer}:
 * FedAvgM (Hsu et al. 2019), FedAdam and FedYogi (Reddi et al. 2021, Algorithm 2). The fold is that
 * of {@link FederatedAveraging}.
 *
 * @param optimizer {@link ServerOptimizer.Momentum} or {@link ServerOptimizer.Adaptive}
 */
public record FederatedOptimization(ServerOptimizer optimizer) implements AggregationStrategy {
  static final String MOMENTUM = "fedavgm";
  static final String ADAM = "fedadam";
  static final String YOGI = "fedyogi";

  /** β of FedAvgM where none is given. */
  public static final double DEFAULT_BETA = 0.9;

  /** η of FedAdam and FedYogi where none is given. */
  public static final double DEFAULT_ETA = 0.01;

  public FederatedOptimization {
    named(optimizer);
  }

  @Override
  public String name() {
    return named(optimizer);
  }

  private static String named(ServerOptimizer optimizer) {
    return switch (optimizer) {
      case ServerOptimizer.Momentum momentum -> MOMENTUM + ":" + momentum.beta();
      case ServerOptimizer.Adaptive step ->
          "fed" + step.variance().name().toLowerCase(Locale.ROOT) + ":" + step.eta();
      case ServerOptimizer.Adoption none -> throw refused(none);
      case ServerOptimizer.ControlledAdoption control -> throw refused(control);
    };
  }

  private static IllegalArgumentException refused(ServerOptimizer optimizer) {
    return new IllegalArgumentException(
        "optimizer is %s, must be momentum or an adaptive step".formatted(optimizer));
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
