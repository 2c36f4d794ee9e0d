package dev.kula.aggregate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A partial sum that keeps every update until the cohort is complete, for strategies that need all
 * of them at once: memory for a whole cohort. Updates with a number that is not finite are left
 * out. Where {@link #suffices} says that a cohort is too small, because devices were away, the
 * round changes nothing and counts no update. One thread at a time.
 */
public abstract class CollectedUpdates implements PartialSum {
  private final int parameters;
  private final List<float[]> deltas = new ArrayList<>();
  private final List<Double> losses = new ArrayList<>();
  private float @Nullable [] root;

  /** Nothing collected yet, for a model of {@code parameters} numbers. */
  protected CollectedUpdates(int parameters) {
    this.parameters = parameters;
  }

  /** Whether a cohort of that many updates, 0 or more, is one to work with. */
  protected abstract boolean suffices(int cohort);

  /**
   * What is added to the global model.
   *
   * @param currentGlobal the model that the updates started from; not changed
   * @param updates those of a cohort that {@link #suffices}, in the order of their contents
   */
  protected abstract float[] change(float[] currentGlobal, List<float[]> updates);

  /** What {@link #takeRoot} took. */
  protected final Optional<float[]> root() {
    return Optional.ofNullable(root);
  }

  @Override
  public final void accumulate(Update update) {
    requireSize(update.delta().length);
    if (Float.isFinite(update.largest())) {
      deltas.add(update.delta().clone()); // it may lie in memory that its device uses again
      losses.add(update.trainingLoss());
    }
  }

  @Override
  public final void takeRoot(Update update) {
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
  public final void merge(PartialSum other) {
    if (!(other instanceof CollectedUpdates more)
        || more.getClass() != getClass()
        || more.parameters != parameters) {
      throw new IllegalArgumentException("only sums of the same strategy and size merge");
    }
    deltas.addAll(more.deltas);
    losses.addAll(more.losses);
    root = root == null ? more.root : root;
  }

  @Override
  public final float[] finish(float[] currentGlobal) {
    float[] next = currentGlobal.clone();
    if (!suffices(deltas.size())) {
      deltas.clear();
      losses.clear();
      return next;
    }
    deltas.sort(Arrays::compare);
    float[] change = change(currentGlobal, deltas);
    for (int i = 0; i < next.length; i++) {
      next[i] += change[i];
    }
    return next;
  }

  @Override
  public final int updates() {
    return deltas.size();
  }

  /** Updates count alike. */
  @Override
  public final double weight() {
    return deltas.size();
  }

  @Override
  public double trainingLoss() {
    // Sorted, so that the order in which updates came shows in no bit.
    return losses.stream().sorted().mapToDouble(loss -> loss).average().orElse(0);
  }
}
