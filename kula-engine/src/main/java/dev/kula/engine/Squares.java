package dev.kula.engine;

/** Squared L2 norms. */
final class Squares {
  private Squares() {}

  /** Of {@code values[from..from + count)}, added up in doubles. */
  static double sum(float[] values, int from, int count) {
    double even = 0;
    double odd = 0;
    int to = from + count;
    int i = from;
    for (; i + 1 < to; i += 2) {
      even += (double) values[i] * values[i];
      odd += (double) values[i + 1] * values[i + 1];
    }
    return i < to ? even + odd + (double) values[i] * values[i] : even + odd;
  }
}
