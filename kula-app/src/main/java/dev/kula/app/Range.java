package dev.kula.app;

/** Ranges of numbers that several flags have. */
final class Range {
  private Range() {}

  static boolean positive(double x) {
    return x > 0 && Double.isFinite(x);
  }

  static boolean notNegative(double x) {
    return x >= 0 && Double.isFinite(x);
  }

  static boolean inside(double x) {
    return 0 < x && x < 1;
  }

  static boolean share(double x) {
    return 0 <= x && x <= 1;
  }
}
