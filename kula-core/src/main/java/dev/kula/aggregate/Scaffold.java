package dev.kula.aggregate;

/**
 * SCAFFOLD: control variates say how a device's gradient differs from the fleet's, and local steps
 * make up for it (Karimireddy et al. 2020, Algorithm 1, with η_g = 1 and option II for the control
 * variate). The server's c travels with the model, and Δc with the update, so that both ways take
 * twice the bytes. Devices count alike, as in the paper, whatever their number of samples: c is to
 * be the mean of all devices' control variates, and with weights in the one mean and not in the
 * other the corrections would not cancel out.
 *
 * <p>The fold is that of {@link FederatedAveraging} on both halves; {@link
 * ServerOptimizer.ControlledAdoption} takes the step.
 */
public record Scaffold() implements AggregationStrategy {
  static final String NAME = "scaffold";

  private static final Broadcast CONTROLLED = new Broadcast(1, true);

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public double proximalMu() {
    return 0;
  }

  @Override
  public Broadcast broadcast() {
    return CONTROLLED;
  }

  @Override
  public ServerOptimizer optimizer() {
    return new ServerOptimizer.ControlledAdoption();
  }

  @Override
  public PartialSum init(int parameters) {
    return new FixedPointSum(parameters);
  }
}
