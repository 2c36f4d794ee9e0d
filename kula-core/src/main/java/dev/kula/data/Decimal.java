package dev.kula.data;

import java.math.BigDecimal;
import java.util.OptionalDouble;

/**
 * Numbers as people and programs write them: decimal digits with an optional sign, point and
 * exponent. Java's own parser would also take {@code 1f}, {@code 0x1p3}, {@code NaN} and {@code
 * Infinity}, which in a data file are mistakes.
 */
public final class Decimal {
  private Decimal() {}

  /** The number, if {@code text} is one and is finite; blanks around it are ignored. */
  public static OptionalDouble parse(String text) {
    String digits = text.strip();
    for (int i = 0; i < digits.length(); i++) {
      char c = digits.charAt(i);
      if ((c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E') {
        return OptionalDouble.empty();
      }
    }
    try {
      double number = Double.parseDouble(digits);
      return Double.isFinite(number) ? OptionalDouble.of(number) : OptionalDouble.empty();
    } catch (NumberFormatException notDecimal) {
      return OptionalDouble.empty();
    }
  }

  /** The shortest plain notation of a finite number: {@code 0.1}, {@code 5}, {@code 100}. */
  public static String text(double number) {
    return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
  }
}
