package dev.kula.server;

import dev.kula.KulaException;
import dev.kula.aggregate.AggregationStrategy;
import dev.kula.aggregate.Broadcast;
import dev.kula.aggregate.PartialSum;
import dev.kula.aggregate.Update;
import dev.kula.data.DeviceId;
import dev.kula.fleet.Fleet;
import dev.kula.wire.Result;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The sum of what a cohort sends. One device's numbers end no run: the sum is as it was before what
 * it refuses, and a line says so.
 *
 * <p>Thread safe: which thread folds an update, and when, shows in no bit of the sum.
 */
final class Folding {
  private final Fleet.TrainingTask task;
  private final Broadcast broadcast;
  private final PartialSum sum;
  private final Consumer<String> refusals;
  private final Optional<Summing> elsewhere;

  /**
   * Of no updates yet.
   *
   * @param elsewhere where devices' updates come to; empty for here
   */
  Folding(
      Fleet.TrainingTask task,
      AggregationStrategy strategy,
      Consumer<String> refusals,
      Optional<Summing> elsewhere) {
    this.task = task;
    this.broadcast = strategy.broadcast();
    this.sum = strategy.init(task.global().length);
    this.refusals = refusals;
    this.elsewhere = elsewhere;
    elsewhere.ifPresent(
        to -> {
          String name = "round %d, model %d".formatted(task.round(), task.group());
          to.begin(name, strategy.init(task.global().length));
        });
  }

  /** Takes in what has been folded elsewhere. */
  void gather() {
    elsewhere.map(from -> from.sum(refusals)).ifPresent(this::merge);
  }

  private void merge(PartialSum other) {
    synchronized (sum) {
      sum.merge(other);
    }
  }

  /**
   * Adds what a device sends.
   *
   * @return forward passes that it worked; empty if it was not asked to train
   */
  Optional<Double> take(DeviceId id, Result result) {
    if (!(result instanceof Result.Trained trained)) {
      return Optional.empty();
    }
    fitting(id, trained).ifPresent(update -> add(id, update));
    return Optional.of(trained.passes());
  }

  /** An update of other parameters, or of another model, than those asked for is none. */
  Optional<Update> fitting(DeviceId id, Result.Trained trained) {
    Optional<Update> update = trained.update();
    if (update.isPresent() && !fits(update.get())) {
      refusals.accept(
          "%s: an update has %d numbers of model %d, must be of the model that was sent"
              .formatted(id, update.get().delta().length, update.get().cluster()));
      return Optional.empty();
    }
    return update;
  }

  private boolean fits(Update update) {
    int sent = task.global().length;
    int length = update.delta().length;
    return (length == sent || length == broadcast.modelSize(sent))
        && update.cluster() < broadcast.models();
  }

  /** Adds an update. */
  void add(DeviceId id, Update update) {
    synchronized (sum) {
      try {
        sum.accumulate(update);
      } catch (KulaException refused) {
        refusals.accept("%s: %s".formatted(id, refused.getMessage()));
      }
    }
  }

  /** What it is compared with that devices send. */
  Optional<Double> takeRoot(Result result) {
    if (result instanceof Result.Trained trained) {
      synchronized (sum) {
        trained.update().ifPresent(sum::takeRoot);
      }
    }
    return Optional.empty();
  }

  /** How many updates are in it. */
  int updates() {
    synchronized (sum) {
      return sum.updates();
    }
  }

  /**
   * The next model.
   *
   * @param bytes of the updates, unless the sum knows them itself
   */
  Fleet.Folded finish(long bytes) {
    synchronized (sum) {
      float[] next = sum.finish(task.global());
      return new Fleet.Folded(
          next, sum.updates(), sum.weight(), sum.trainingLoss(), sum.bytes().orElse(bytes));
    }
  }
}
