package dev.kula.app;

import java.util.Optional;

/**
 * One run among those of a command, as its progress is told.
 *
 * @param task what runs
 * @param run its number, from 1
 * @param runs how many there are
 * @param rounds of this run, at the most
 * @param before rounds of the runs before it
 * @param all rounds of all runs, at the most
 * @param stopsEarly whether there may be fewer rounds
 * @param watch goes since the command began its first run
 */
record Stretch(
    String task,
    int run,
    int runs,
    int rounds,
    int before,
    int all,
    boolean stopsEarly,
    Stopwatch watch) {
  /** A run by itself. */
  static Stretch alone(String task, int rounds) {
    return new Stretch(task, 1, 1, rounds, 0, rounds, false, new Stopwatch());
  }

  /** Which of how many it is; empty of one by itself. */
  Optional<String> place() {
    return runs == 1 ? Optional.empty() : Optional.of("run %d of %d".formatted(run, runs));
  }

  /** Time that has gone by, and what is left as far as can be told. */
  String time(int round) {
    return watch.time(all - before - round, stopsEarly ? "at most" : "about");
  }
}
