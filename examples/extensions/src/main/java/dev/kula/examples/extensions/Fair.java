package dev.kula.examples.extensions;

import dev.kula.aggregate.AggregationStrategy;
import dev.kula.aggregate.PartialSum;
import dev.kula.aggregate.StrategyProvider;
import dev.kula.aggregate.Update;
import java.io.Serializable;
import java.util.Optional;

/**
 * {@code --strategy fair[:Q]}: federated averaging in which an update also counts by the loss of
 * its device to the power of Q (1 if left out), so that those whom the model serves badly pull
 * more. After q-FFL (Li et al. 2020, <i>Fair Resource Allocation in Federated Learning</i>,
 * equation 2), without the step size that its algorithm 2 estimates.
 */
public final class Fair implements StrategyProvider {
  @Override
  public String name() {
    return "fair";
  }

  @Override
  public AggregationStrategy create(Optional<String> argument) {
    String power = argument.orElse("1");
    if (!power.matches("[0-9](\\.[0-9]{1,3})?")) {
      throw new IllegalArgumentException("Q must be a number from 0 to 9.999; try fair:1");
    }
    return new Strategy(Double.parseDouble(power));
  }

  private record Strategy(double power) implements AggregationStrategy {
    @Override
    public String name() {
      return "fair:" + power;
    }

    @Override
    public double proximalMu() {
      return 0;
    }

    @Override
    public PartialSum init(int parameters) {
      return new Sum(power, AggregationStrategy.parse("fedavg").init(parameters));
    }
  }

  /** Adds up in the exact sum of federated averaging, so that no order or tree shows. */
  private record Sum(double power, PartialSum mean) implements PartialSum, Serializable {
    /** A device whose loss is as small as this still counts. */
    private static final double LEAST = 1e-3;

    private static final double MOST = 1e3;

    @Override
    public void accumulate(Update update) {
      double loss = Math.clamp(update.trainingLoss(), LEAST, MOST);
      double weight = Math.clamp(update.weight() * Math.pow(loss, power), 0x1p-20, 0x1p40);
      mean.accumulate(new Update(update.delta(), weight, update.trainingLoss()));
    }

    @Override
    public void merge(PartialSum other) {
      if (!(other instanceof Sum that)) {
        throw new IllegalArgumentException("cannot merge sums of different strategies");
      }
      mean.merge(that.mean);
    }

    @Override
    public float[] finish(float[] currentGlobal) {
      return mean.finish(currentGlobal);
    }

    @Override
    public int updates() {
      return mean.updates();
    }

    @Override
    public double weight() {
      return mean.weight();
    }

    @Override
    public double trainingLoss() {
      return mean.trainingLoss();
    }
  }
}
