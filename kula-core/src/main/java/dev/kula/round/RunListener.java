package dev.kula.round;

import java.util.List;

/** Whoever wants to know how a run goes: the store, the progress bar. Called by one thread. */
public interface RunListener {
  /** A round is complete. */
  void round(RoundRecord round, List<RunEvent> events);

  /** The state after that round; cheap to keep, not to be changed. */
  void checkpoint(RunState state);
}
