package dev.kula.round;

/** One run, wherever its devices live. One thread drives it. */
public interface Run extends AutoCloseable {
  /** Goes on after a checkpoint of a run with the same data and settings. */
  void restore(RunState state);

  /** Runs to the end. */
  RunResult run();

  /**
   * Lets go whoever took part. To be called once what came of the run is kept: who has gone does
   * not come back to a run that is resumed. Does nothing where nobody waits.
   */
  default void dismiss() {}

  @Override
  void close();
}
