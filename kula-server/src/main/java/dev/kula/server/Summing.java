package dev.kula.server;

import dev.kula.aggregate.PartialSum;
import java.util.function.Consumer;

/**
 * Folds what cohorts send in other processes than the fleet's, one cohort after another. Devices'
 * results come to the fleet without their updates.
 *
 * <p>Not thread safe: one round loop drives it.
 */
public interface Summing {
  /**
   * A cohort is about to be asked to train.
   *
   * @param task what for people tells this cohort from others
   * @param empty sum of its updates, which is {@link java.io.Serializable}
   */
  void begin(String task, PartialSum empty);

  /**
   * The cohort has been waited for: the sum of all updates that came, each counted once. What comes
   * later counts nowhere.
   *
   * @param refusals is told in a line of updates that could not be folded
   * @throws dev.kula.KulaException REMOTE, if there is no sum in time
   */
  PartialSum sum(Consumer<String> refusals);
}
