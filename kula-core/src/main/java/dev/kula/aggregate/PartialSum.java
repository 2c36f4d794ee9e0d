package dev.kula.aggregate;

import java.util.OptionalLong;

/**
 * The state of a fold: what has been accumulated so far. Partial sums of disjoint parts of a cohort
 * merge into the sum of the whole, and to the same bits in whatever tree they are merged. One
 * thread at a time.
 *
 * <p>One that can fold in another process is {@link java.io.Serializable}; of others, the updates
 * travel to whoever folds.
 */
public interface PartialSum {
  /**
   * Takes in one update.
   *
   * @throws dev.kula.KulaException blaming the user if it has a number that is not finite or is out
   *     of range; the sum is then as it was before
   */
  void accumulate(Update update);

  /**
   * Takes in the update that the server made from data it trusts; asked for by {@link
   * AggregationStrategy#needsRoot}, and no member of the cohort.
   */
  default void takeRoot(Update update) {
    throw new IllegalArgumentException("this strategy has no use for a root update");
  }

  /**
   * Takes in another sum of the same strategy and size, which is not used afterwards.
   *
   * @throws dev.kula.KulaException blaming the user if the result is out of range
   */
  void merge(PartialSum other);

  /**
   * The next global model.
   *
   * @param currentGlobal the model that the updates started from; not changed
   * @return a new array; a copy of the current model if there was no update
   */
  float[] finish(float[] currentGlobal);

  /**
   * Bytes that the cohort sent and received to get here, known once finished; empty if each sent
   * its update as it is.
   */
  default OptionalLong bytes() {
    return OptionalLong.empty();
  }

  /** Updates taken in. */
  int updates();

  /** Sum of their weights. */
  double weight();

  /** Weighted mean of their training losses; 0 without updates. */
  double trainingLoss();
}
