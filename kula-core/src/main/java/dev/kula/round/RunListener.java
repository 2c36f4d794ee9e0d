package dev.kula.round;

import java.util.List;
import java.util.function.Supplier;

/**
 * Whoever wants to know how a run goes, and may have something to say to it: the store, the
 * progress bar, the operator. Called by one thread.
 */
public interface RunListener {
  /** A round is complete. */
  void round(RoundRecord round, List<RunEvent> events);

  /**
   * Offers the state after that round, which {@code state} collects when it is asked to, before
   * this call returns. Cheap to keep, not to be changed. A run can go on from any of them.
   */
  void checkpoint(Supplier<RunState> state);

  /**
   * Leases that are to be taken back, each named once. The loop asks when a round begins and before
   * it offers a state.
   *
   * @return empty if there are none, as by default
   */
  default List<Revocation> revocations() {
    return List.of();
  }
}
