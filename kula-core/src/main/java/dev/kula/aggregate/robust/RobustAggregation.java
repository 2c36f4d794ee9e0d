package dev.kula.aggregate.robust;

import dev.kula.Seed;
import dev.kula.aggregate.AggregationStrategy;
import dev.kula.aggregate.PartialSum;
import dev.kula.aggregate.Update;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Aggregation by a {@link RobustRule}: the next global model is the current one plus what the rule
 * makes of all updates. Every update is kept until the round ends, so a server needs memory for a
 * whole cohort. All count alike, because how many samples a device has is what the device says.
 * Updates with a number that is not finite are left out. A round with fewer updates than the rule
 * can work with, because devices were away, changes nothing and counts no update.
 *
 * @param local what devices are told of their local training; its fold is not used
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
  public boolean needsRoot() {
    return rule.needsRoot();
  }

  @Override
  public PartialSum init(int parameters) {
    return new Collected(parameters);
  }

  /** Updates, as they came. */
  private final class Collected implements PartialSum {
    private final int parameters;
    private final List<float[]> deltas = new ArrayList<>();
    private final List<Double> losses = new ArrayList<>();
    private float @Nullable [] root;

    Collected(int parameters) {
      this.parameters = parameters;
    }

    @Override
    public void accumulate(Update update) {
      requireSize(update.delta().length);
      if (Cohort.isFinite(update.delta())) {
        deltas.add(update.delta().clone()); // it may lie in memory that its device uses again
        losses.add(update.trainingLoss());
      }
    }

    @Override
    public void takeRoot(Update update) {
      requireSize(update.delta().length);
      root = update.delta().clone();
    }

    private void requireSize(int size) {
      if (size != parameters) {
        throw new IllegalArgumentException(
            "an update has %d parameters, must have %d".formatted(size, parameters));
      }
    }

    @Override
    public void merge(PartialSum other) {
      if (!(other instanceof Collected more) || more.parameters != parameters) {
        throw new IllegalArgumentException("only sums of the same strategy and size merge");
      }
      deltas.addAll(more.deltas);
      losses.addAll(more.losses);
      root = root == null ? more.root : root;
    }

    @Override
    public float[] finish(float[] currentGlobal) {
      float[] next = currentGlobal.clone();
      if (!rule.accepts(deltas.size())) {
        deltas.clear();
        losses.clear();
        return next;
      }
      double[] alike = new double[deltas.size()];
      Arrays.fill(alike, 1);
      Cohort cohort = Cohort.of(deltas, alike);
      // The model differs from round to round, and so do the draws.
      Seed round = seed.derive(Arrays.hashCode(currentGlobal));
      float[] change =
          rule.combine(root == null ? cohort : cohort.withRoot(root), round.generator());
      for (int i = 0; i < next.length; i++) {
        next[i] += change[i];
      }
      return next;
    }

    @Override
    public int updates() {
      return deltas.size();
    }

    @Override
    public double weight() {
      return deltas.size();
    }

    @Override
    public double trainingLoss() {
      // Sorted, so that the order in which updates came shows in no bit.
      return losses.stream().sorted().mapToDouble(loss -> loss).average().orElse(0);
    }
  }
}
