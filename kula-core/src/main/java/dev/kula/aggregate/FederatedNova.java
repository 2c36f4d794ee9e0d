package dev.kula.aggregate;

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

  /** The sum of the directions, and beside it that of the steps. */
  private static final class NormalizedSum implements PartialSum {
    private final int parameters;
    private final FixedPointSum directions;
    private final FixedPointSum steps = new FixedPointSum(1);

    NormalizedSum(int parameters) {
      this.parameters = parameters;
      this.directions = new FixedPointSum(parameters);
    }

    @Override
    public void accumulate(Update update) {
      float[] direction = update.delta().clone();
      for (int i = 0; i < direction.length; i++) {
        direction[i] /= update.steps();
      }
      directions.accumulate(new Update(direction, update.weight(), update.trainingLoss()));
      steps.accumulate(new Update(new float[] {update.steps()}, update.weight(), 0));
    }

    @Override
    public void merge(PartialSum other) {
      if (!(other instanceof NormalizedSum that)) {
        throw new IllegalArgumentException("cannot merge sums of different strategies");
      }
      directions.merge(that.directions);
      steps.merge(that.steps);
    }

    @Override
    public float[] finish(float[] currentGlobal) {
      float[] next = currentGlobal.clone();
      float[] direction = directions.finish(new float[parameters]);
      double effectiveSteps = steps.finish(new float[1])[0];
      for (int i = 0; i < next.length; i++) {
        next[i] = (float) (next[i] + effectiveSteps * direction[i]);
      }
      return next;
    }

    @Override
    public int updates() {
      return directions.updates();
    }

    @Override
    public double weight() {
      return directions.weight();
    }

    @Override
    public double trainingLoss() {
      return directions.trainingLoss();
    }
  }
}
