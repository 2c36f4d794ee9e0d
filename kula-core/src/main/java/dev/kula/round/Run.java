package dev.kula.round;

/** One run, wherever its devices live. One thread drives it. */
public interface Run extends AutoCloseable {
  /** Goes on after a checkpoint of a run with the same data and settings. */
  void restore(RunState state);

  /** Runs to the end. */
  RunResult run();

  @Override
  void close();
}
