package dev.kula.app;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Whether and how colour helps: red is what is wrong, yellow what wants a look, green what is well.
 * No meaning is in colour alone.
 */
enum Colour {
  OFF,
  ON;

  /** A difference with its interval, as tables have them. */
  private static final Pattern DIFFERENCE =
      Pattern.compile("([+−]?[0-9.]+) \\[([+−]?)([0-9.]+), ([+−]?)([0-9.]+)\\]");

  private static final Pattern ZERO = Pattern.compile("[0.]+");

  /**
   * By custom: {@code NO_COLOR} and {@code CLICOLOR=0} turn it off, {@code CLICOLOR_FORCE} on, else
   * a terminal has it.
   */
  static Colour usual(Map<String, String> environment, boolean terminal) {
    String force = environment.getOrDefault("CLICOLOR_FORCE", "");
    if (!environment.getOrDefault("NO_COLOR", "").isEmpty()) {
      return OFF;
    }
    if (!force.isEmpty() && !force.equals("0")) {
      return ON;
    }
    return terminal && !"0".equals(environment.get("CLICOLOR")) ? ON : OFF;
  }

  /** What {@code --color} asks for; empty for what is usual. */
  static Optional<Colour> asked(List<String> arguments) {
    Optional<When> when = Optional.empty();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (argument.startsWith("--color=")) {
        when = When.of(argument.substring("--color=".length()));
      } else if (argument.equals("--color") && i + 1 < arguments.size()) {
        when = When.of(arguments.get(i + 1));
      }
    }
    return when.flatMap(
        one ->
            switch (one) {
              case auto -> Optional.empty();
              case always -> Optional.of(ON);
              case never -> Optional.of(OFF);
            });
  }

  /** Values of {@code --color}, named as they are typed. */
  enum When {
    auto,
    always,
    never;

    private static Optional<When> of(String text) {
      return Arrays.stream(values()).filter(one -> one.name().equals(text)).findFirst();
    }
  }

  String red(String text) {
    return in(31, text);
  }

  String green(String text) {
    return in(32, text);
  }

  String yellow(String text) {
    return in(33, text);
  }

  private String in(int code, String text) {
    return this == ON ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }

  /**
   * A table in which differences stand out whose interval leaves zero out: those above are green,
   * those below red.
   */
  String differences(String table) {
    return this == OFF ? table : DIFFERENCE.matcher(table).replaceAll(this::difference);
  }

  private String difference(MatchResult found) {
    boolean touchesZero =
        ZERO.matcher(found.group(3)).matches() || ZERO.matcher(found.group(5)).matches();
    boolean low = found.group(2).equals("−");
    boolean high = found.group(4).equals("−");
    if (touchesZero || low != high) {
      return found.group();
    }
    return low ? red(found.group()) : green(found.group());
  }
}
