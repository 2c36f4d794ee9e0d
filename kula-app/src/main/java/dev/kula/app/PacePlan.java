package dev.kula.app;

import dev.kula.app.Rule.Form;
import dev.kula.fleet.Pace;

/** Whose updates a round waits for, as {@code --pace} says. */
final class PacePlan {
  private static final String ALL = "all";
  private static final String FIRST = "first";
  private static final String BUFFER = "buffer";

  private PacePlan() {}

  /** What {@code --pace} may be. */
  static Rule<String> rule() {
    return Rule.forms(
        Form.word(ALL),
        Form.number(FIRST, "SHARE", "above 0 and at most 1", x -> 0 < x && x <= 1),
        Form.wholeNumber(BUFFER, "K", 1, 1_000_000));
  }

  static Pace of(RunSettings settings) {
    String[] parts = settings.pace().split(":", 2);
    return switch (parts[0]) {
      case FIRST -> new Pace.First(Double.parseDouble(parts[1]));
      case BUFFER -> new Pace.Buffer(Integer.parseInt(parts[1]));
      default -> Pace.ALL;
    };
  }
}
