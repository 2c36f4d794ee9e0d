package dev.kula.app;

import dev.kula.round.Comparisons.Spread;
import dev.kula.round.SwapCounts;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers as people read them in a table. */
public final class Figures {
  private static final String NEVER = "–";
  private static final double BYTES_PER_MEGABYTE = 1e6;

  private Figures() {}

  /** A fraction of 1 in percent: {@code 82.3}; a dash where nobody knows it. */
  public static String percent(double fraction) {
    return Double.isNaN(fraction) ? NEVER : percentOf(fraction);
  }

  /** Swaps that were accepted; a dash where devices keep that to themselves. */
  public static String accepted(SwapCounts swaps) {
    return swaps.areUntold() ? NEVER : Integer.toString(swaps.accepted());
  }

  private static String percentOf(double fraction) {
    return oneDecimal(100 * fraction);
  }

  /** A fraction of 1 in percent with its sign; a dash where there is none. */
  public static String percentOrNone(@Nullable Double fraction) {
    return fraction == null ? NEVER : percent(fraction) + " %";
  }

  /** Mean and spread of fractions of 1 in percent; the spread only where there are seeds. */
  public static String percent(Spread spread, int seeds) {
    return seeds < 2
        ? percent(spread.mean())
        : percent(spread.mean()) + " ± " + percentOf(spread.sd());
  }

  /**
   * A difference of fractions of 1 in percentage points: {@code +1.2}, {@code −0.3}, {@code 0.0}.
   */
  public static String points(double difference) {
    String size = oneDecimal(Math.abs(100 * difference));
    if (size.equals("0.0")) {
      return size;
    }
    return (difference < 0 ? "−" : "+") + size;
  }

  /** A difference with its interval; a dash for the interval of a single seed. */
  public static String points(double difference, @Nullable Double low, @Nullable Double high) {
    return low == null || high == null
        ? points(difference)
        : "%s [%s, %s]".formatted(points(difference), points(low), points(high));
  }

  /** A count that is a mean: {@code 23} or {@code 23.4}; a dash for never. */
  public static String count(@Nullable Double value) {
    if (value == null) {
      return NEVER;
    }
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%.0f", value)
        : oneDecimal(value);
  }

  /** Seconds, to a tenth below a hundred; a dash for never. */
  public static String seconds(@Nullable Double value) {
    if (value == null) {
      return NEVER;
    }
    return value < 100 ? oneDecimal(value) : String.format(Locale.ROOT, "%.0f", value);
  }

  /** Bytes in megabytes of a million bytes; never 0.0 for something. */
  public static String megabytes(long bytes) {
    String text = oneDecimal(bytes / BYTES_PER_MEGABYTE);
    if (bytes == 0) {
      return "0";
    }
    return text.equals("0.0") ? "<0.1" : text;
  }

  /** A privacy loss: {@code 7.8} or {@code ∞}. */
  public static String epsilon(double value) {
    return Double.isInfinite(value) ? "∞" : String.format(Locale.ROOT, "%.2f", value);
  }

  /** A fall of the loss with its standard error: {@code 0.360 ± 0.029}. */
  public static String gain(double gain, double standardError) {
    return "%s ± %s".formatted(loss(gain), loss(standardError));
  }

  /** A loss, or a difference of losses: {@code 0.360}, {@code −0.040}, {@code 0.000}. */
  public static String loss(double value) {
    String size = String.format(Locale.ROOT, "%.3f", Math.abs(value));
    return value < 0 && !size.equals("0.000") ? "−" + size : size;
  }

  private static String oneDecimal(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
