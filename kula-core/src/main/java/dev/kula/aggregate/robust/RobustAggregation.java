package dev.kula.aggregate.robust;

import dev.kula.Seed;
import dev.kula.aggregate.AggregationStrategy;
import dev.kula.aggregate.CollectedUpdates;
import dev.kula.aggregate.PartialSum;
import dev.kula.aggregate.ServerOptimizer;
import java.util.Arrays;
import java.util.List;

/**
 * Aggregation by a {@link RobustRule}: the next global model is the current one plus what the rule
 * makes of all updates. Every update is kept until the round ends, so a server needs memory for a
 * whole cohort. All count alike, because how many samples a device has is what the device says.
 * Updates with a number that is not finite are left out. A round with fewer updates than the rule
 * can work with, because devices were away, changes nothing and counts no update.
 *
 * @param local what devices are told of their local training, and what is made of what the rule
 *     says; its fold is not used
 * @param rule what is made of the updates
 * @param seed of what the rule leaves to chance, together with the global model
 */
public record RobustAggregation(AggregationStrategy local, RobustRule rule, Seed seed)
    implements AggregationStrategy {
  @Override
  public String name() {
    return local.name() + " by " + rule.name();
  }

  @Override
  public double proximalMu() {
    return local.proximalMu();
  }

  @Override
  public ServerOptimizer optimizer() {
    return local.optimizer();
  }

  @Override
  public boolean needsRoot() {
    return rule.needsRoot();
  }

  @Override
  public PartialSum init(int parameters) {
    return new Collected(parameters);
  }

  private final class Collected extends CollectedUpdates {
    Collected(int parameters) {
      super(parameters);
    }

    @Override
    protected boolean suffices(int cohort) {
      return rule.accepts(cohort);
    }

    @Override
    protected float[] change(float[] currentGlobal, List<float[]> updates) {
      double[] alike = new double[updates.size()];
      Arrays.fill(alike, 1);
      Cohort cohort = Cohort.of(updates, alike);
      // The model differs from round to round, and so do the draws.
      Seed round = seed.derive(Arrays.hashCode(currentGlobal));
      return rule.combine(root().map(cohort::withRoot).orElse(cohort), round.generator());
    }
  }
}
