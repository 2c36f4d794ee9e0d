package dev.kula.app.advice;

/** What an interval of a difference says of it. */
public enum Verdict {
  /** It lies above zero. */
  YES("yes"),
  /** It lies below what matters. */
  NO("no"),
  /** Neither. */
  CANNOT_TELL("cannot tell from this much data");

  /** A difference that matters: one point, as a fraction of 1. */
  public static final double MATTERS = 0.01;

  private final String words;

  Verdict(String words) {
    this.words = words;
  }

  /** As it is printed. */
  public String words() {
    return words;
  }

  /** In a list. */
  String shortly() {
    return this == CANNOT_TELL ? "cannot tell" : words;
  }

  /** Of an interval; one that is above zero is a yes, however little it may be. */
  static Verdict of(double low, double high) {
    return low > 0 ? YES : high < MATTERS ? NO : CANNOT_TELL;
  }
}
