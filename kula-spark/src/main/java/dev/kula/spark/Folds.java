package dev.kula.spark;

import dev.kula.KulaException;
import dev.kula.aggregate.AggregationStrategy;
import dev.kula.aggregate.PartialSum;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What part of the cohorts made: sums, or the updates themselves where a sum needs them all; or the
 * first failure.
 *
 * @param sums one a task, each serializable; empty where updates travel
 * @param updates where they travel
 * @param failure the first, in the order of tasks and cohorts; null for none
 */
record Folds(List<PartialSum> sums, List<Sent> updates, @Nullable Failure failure)
    implements Serializable {
  static final Folds NONE = new Folds(List.of(), List.of(), null);

  Folds {
    sums = List.copyOf(sums);
    updates = List.copyOf(updates);
  }

  /**
   * An update on its way.
   *
   * @param task index of its task
   * @param place of the device in its cohort
   * @param trained as the wire has it
   */
  record Sent(int task, int place, byte[] trained) implements Serializable {}

  /** Why an update could not be made or folded. */
  record Failure(int task, int place, RuntimeException reason) implements Serializable {
    /** The one of two that comes first. */
    static @Nullable Failure first(@Nullable Failure one, @Nullable Failure other) {
      if (one == null || other == null) {
        return one == null ? other : one;
      }
      boolean later = one.task != other.task ? one.task > other.task : one.place > other.place;
      return later ? other : one;
    }
  }

  /** Both together. Neither is changed: Spark may still have them, and give them again. */
  Folds merge(Folds other, AggregationStrategy strategy, Lessons lessons) {
    Failure first = Failure.first(failure, other.failure);
    if (first != null) {
      return new Folds(List.of(), List.of(), first);
    }
    List<PartialSum> both = sums.isEmpty() ? List.of() : none(strategy, lessons);
    try {
      for (int task = 0; task < both.size(); task++) {
        both.get(task).merge(sums.get(task));
        both.get(task).merge(other.sums.get(task));
      }
    } catch (KulaException tooLarge) {
      return new Folds(List.of(), List.of(), new Failure(Integer.MAX_VALUE, 0, tooLarge));
    }
    List<Sent> all = new ArrayList<>(updates);
    all.addAll(other.updates);
    return new Folds(both, all, null);
  }

  /** Empty sums, one a task. */
  static List<PartialSum> none(AggregationStrategy strategy, Lessons lessons) {
    List<PartialSum> sums = new ArrayList<>();
    for (int task = 0; task < lessons.tasks(); task++) {
      sums.add(strategy.init(lessons.start(task).length));
    }
    return sums;
  }
}
