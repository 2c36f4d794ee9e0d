package dev.kula.data.scenario;

import dev.kula.Seed;
import java.util.random.RandomGenerator;

/**
 * In which regime a device is, round by round: it begins in one, and moves on to the next at the
 * first round of each of its switches.
 *
 * @param first regime at the beginning
 * @param cycle how many regimes it goes through before it is back in the first
 * @param regimes of the fleet
 * @param switches rounds, ascending
 * @param width rounds that a move takes; 0 if it is at once
 */
record RegimePath(int first, int cycle, int regimes, int[] switches, int width) {
  private static final int MOVES = 3;

  /** A device that stays where it is. */
  static RegimePath staying(int regime, int regimes) {
    return new RegimePath(regime, 1, regimes, new int[0], 0);
  }

  /**
   * A device that drifts: three moves in a run, each in a third of its own, at the same place in
   * each.
   */
  static RegimePath drifting(Course course, int first, int regimes, int rounds, Seed seed) {
    RandomGenerator random = seed.generator();
    int part = Math.max(2, rounds / (MOVES + 1));
    int offset = course == Course.TOGETHER ? part / 2 : random.nextInt(part);
    int[] switches = new int[MOVES];
    for (int i = 0; i < MOVES; i++) {
      switches[i] = (i + 1) * part - part / 2 + offset;
    }
    return new RegimePath(
        course == Course.TOGETHER ? 0 : first,
        course == Course.RECURRING ? 2 : regimes,
        regimes,
        switches,
        course == Course.GRADUAL ? part / 2 : 0);
  }

  /** The regime that it is in, or moving to. */
  int regime(int round) {
    return regimeAfter(moves(round));
  }

  /** The regime that it comes from. */
  int regimeBefore(int round) {
    return regimeAfter(Math.max(0, moves(round) - 1));
  }

  /** Share of what it meets that is of {@link #regime}; the rest is of {@link #regimeBefore}. */
  double arrived(int round) {
    int moves = moves(round);
    return moves == 0 || width == 0
        ? 1
        : Math.min(1, (round - switches[moves - 1] + 1.0) / (width + 1));
  }

  boolean switchesIn(int round) {
    for (int at : switches) {
      if (at == round) {
        return true;
      }
    }
    return false;
  }

  private int moves(int round) {
    int moves = 0;
    while (moves < switches.length && switches[moves] <= round) {
      moves++;
    }
    return moves;
  }

  private int regimeAfter(int moves) {
    return (first + moves % cycle) % regimes;
  }
}
