package dev.kula.data;

import dev.kula.KulaException;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoublePredicate;

/**
 * An alternative as it is written on the command line: {@code name} or {@code name:argument}.
 * Immutable and thread safe.
 *
 * @param option what is being chosen, for messages, such as {@code partition}
 * @param text as the user wrote it
 * @param name part before the first colon, without blanks around it
 * @param argument part behind the first colon, if there is a colon, without blanks around it
 */
public record Notation(String option, String text, String name, Optional<String> argument) {
  /** Splits {@code text} at its first colon. */
  public static Notation of(String option, String text) {
    int colon = text.indexOf(':');
    return colon < 0
        ? new Notation(option, text, text.strip(), Optional.empty())
        : new Notation(
            option,
            text,
            text.substring(0, colon).strip(),
            Optional.of(text.substring(colon + 1).strip()));
  }

  /** Whether it is {@code expected} without an argument. */
  public boolean isPlain(String expected) {
    return name.equals(expected) && argument.isEmpty();
  }

  /**
   * The argument as a number.
   *
   * @param rule what the number must be, for the message
   * @param remedy a good example, for the message
   * @throws KulaException (USER) if it is absent, not a number or not {@code allowed}
   */
  public double number(DoublePredicate allowed, String rule, String remedy) {
    OptionalDouble number = Decimal.parse(argument.orElse(""));
    if (number.isEmpty() || !allowed.test(number.getAsDouble())) {
      throw mistake(rule, remedy);
    }
    return number.getAsDouble();
  }

  /** A user error: option, text, {@code rule}; {@code remedy}. */
  public KulaException mistake(String rule, String remedy) {
    return KulaException.user("%s is '%s', %s; %s".formatted(option, text, rule, remedy));
  }
}
