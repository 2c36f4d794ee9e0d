package dev.kula.aggregate;

import java.io.Serializable;
import java.util.Arrays;

/**
 * FedNova: an update counts by its direction alone, whatever the number of steps it took (Wang et
 * al. 2020, <i>Tackling the Objective Inconsistency Problem</i>, equation 9 for plain SGD steps,
 * where ‖aᵢ‖₁ = τᵢ): x ← x + τ_eff Σ pᵢ Δᵢ/τᵢ with τᵢ the steps of a device, pᵢ its share of the
 * cohort's training samples, and τ_eff = Σ pᵢ τᵢ. Where all take the same number of steps, this is
 * {@link FederatedAveraging}.
 */
public record FederatedNova() implements AggregationStrategy {
  static final String NAME = "fednova";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public double proximalMu() {
    return 0;
  }

  /** An update and how many steps it took. */
  @Override
  public long updateBytes(int parameters) {
    return AggregationStrategy.super.updateBytes(parameters) + Integer.BYTES;
  }

  @Override
  public PartialSum init(int parameters) {
    return new NormalizedSum(parameters);
  }

  /** The sum of the directions, with that of the steps behind it. */
  private static final class NormalizedSum implements PartialSum, Serializable {
    private static final long serialVersionUID = 1L;

    private final int parameters;
    private final FixedPointSum sum;

    NormalizedSum(int parameters) {
      this.parameters = parameters;
      this.sum = new FixedPointSum(parameters + 1);
    }

    @Override
    public void accumulate(Update update) {
      if (update.delta().length != parameters) {
        throw new IllegalArgumentException(
            "an update has %d parameters, must have %d"
                .formatted(update.delta().length, parameters));
      }
      float[] direction = Arrays.copyOf(update.delta(), parameters + 1);
      for (int i = 0; i < parameters; i++) {
        direction[i] /= update.steps();
      }
      direction[parameters] = update.steps();
      sum.accumulate(new Update(direction, update.weight(), update.trainingLoss()));
    }

    @Override
    public void merge(PartialSum other) {
      if (!(other instanceof NormalizedSum that)) {
        throw new IllegalArgumentException("cannot merge sums of different strategies");
      }
      sum.merge(that.sum);
    }

    @Override
    public float[] finish(float[] currentGlobal) {
      float[] next = currentGlobal.clone();
      float[] mean = sum.finish(new float[parameters + 1]);
      double effectiveSteps = mean[parameters];
      for (int i = 0; i < next.length; i++) {
        next[i] = (float) (next[i] + effectiveSteps * mean[i]);
      }
      return next;
    }

    @Override
    public int updates() {
      return sum.updates();
    }

    @Override
    public double weight() {
      return sum.weight();
    }

    @Override
    public double trainingLoss() {
      return sum.trainingLoss();
    }
  }
}
