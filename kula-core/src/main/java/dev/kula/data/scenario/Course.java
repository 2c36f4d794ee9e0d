package dev.kula.data.scenario;

import dev.kula.KulaException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What becomes of devices' data while a run goes on.
 *
 * <p>Where data drift, a third of a device's training rows are there at the beginning and the rest
 * come in evenly. Devices begin in different regimes and move on to the next one, each at a time of
 * its own, so that whenever one moves there are others that have been where it is going.
 */
public enum Course {
  /** All is there from the beginning. */
  STILL,
  /**
   * A quarter of the devices join late, each in a round of its own between a quarter and a half of
   * the run, with 5 to 20 training rows.
   */
  JOIN,
  /** Devices move to the next regime at once. */
  SUDDEN,
  /** Devices move to the next regime little by little: over half the time until they move again. */
  GRADUAL,
  /** Devices move to and fro between two regimes. */
  RECURRING,
  /**
   * The control: all devices are in the same regime and move at the same time, so that nobody has
   * been where they are going.
   */
  TOGETHER,
  /**
   * Rows come in by their times, evenly, and a model is examined on what comes in next: test, then
   * train.
   */
  STREAM;

  /** In command-line notation; {@link #parse} reads it back. */
  public String notation() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether devices move between regimes. */
  public boolean drifts() {
    return this == SUDDEN || this == GRADUAL || this == RECURRING || this == TOGETHER;
  }

  /**
   * Reads one of the words.
   *
   * @throws KulaException (USER) for anything else
   */
  public static Course parse(String text) {
    return Arrays.stream(values())
        .filter(course -> course.notation().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                KulaException.user(
                    "course is '%s', must be one of %s; try sudden"
                        .formatted(
                            text,
                            Arrays.stream(values())
                                .map(Course::notation)
                                .collect(Collectors.joining(", ")))));
  }
}
