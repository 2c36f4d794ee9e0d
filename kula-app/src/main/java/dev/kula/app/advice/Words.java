package dev.kula.app.advice;

import dev.kula.round.FleetGain;
import java.util.Locale;

/**
 * Numbers in sentences.
 *
 * @param regression whether scores are shares of variance explained, not accuracies
 */
record Words(boolean regression) {
  /** A gain in points, with its interval. */
  String gain(FleetGain gain) {
    return gain(gain.mean(), gain.low(), gain.high());
  }

  String gain(double mean, double low, double high) {
    return "%s points [%s, %s]".formatted(points(mean), points(low), points(high));
  }

  String points(double difference) {
    String size = number(Math.abs(100 * difference));
    return size.equals("0.0") ? size : (difference < 0 ? "−" : "+") + size;
  }

  String percent(double fraction) {
    return number(100 * fraction) + (regression ? " % of the variance" : " %");
  }

  String share(double fraction) {
    return number(100 * fraction) + " %";
  }

  String epsilon(double epsilon) {
    return Double.isInfinite(epsilon) ? "∞" : String.format(Locale.ROOT, "%.2f", epsilon);
  }

  /** How much more would tell. */
  String needed(FleetGain gain) {
    double needed = gain.needed(Verdict.MATTERS);
    return needed > 1e6
        ? " Nothing short of a much larger fleet would tell."
        : gain.bySeeds()
            ? " About %.0f seeds would tell, not %d.".formatted(needed, gain.seeds())
            : " About %.0f devices like these would tell, not %d."
                .formatted(needed, gain.devices());
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
