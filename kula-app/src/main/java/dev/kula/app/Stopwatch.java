package dev.kula.app;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Takes the time that rounds take, from one run to the next. Thread safe: a line on a terminal is
 * drawn by another thread than rounds end in.
 */
final class Stopwatch {
  private final LongSupplier nanoseconds;
  private final long start;
  private long lastRound;
  private int rounds;

  Stopwatch() {
    this(System::nanoTime);
  }

  Stopwatch(LongSupplier nanoseconds) {
    this.nanoseconds = nanoseconds;
    this.start = nanoseconds.getAsLong();
    this.lastRound = start;
  }

  /** A round has ended. */
  synchronized void ended() {
    rounds++;
    lastRound = nanoseconds.getAsLong();
  }

  Duration elapsed() {
    return Duration.ofNanos(nanoseconds.getAsLong() - start);
  }

  /**
   * What so many rounds more take, if they take as long as those that have ended on average; empty
   * before the first has, and where none are left.
   */
  synchronized Optional<Duration> left(int more) {
    if (rounds == 0 || more <= 0) {
      return Optional.empty();
    }
    double expected = (double) (lastRound - start) / rounds * more;
    double since = (double) (nanoseconds.getAsLong() - lastRound);
    return Optional.of(Duration.ofNanos(Math.round(Math.max(0, expected - since))));
  }

  /**
   * Time that has gone by, and what is left as far as can be told.
   *
   * @param how sure that is, such as "about"
   */
  String time(int more, String how) {
    String gone = text(elapsed());
    return left(more).map(left -> "%s, %s %s left".formatted(gone, how, text(left))).orElse(gone);
  }

  /** Such as {@code 1:05} or {@code 2:03:09}. */
  static String text(Duration time) {
    long seconds = Math.round(time.toMillis() / 1000.0);
    return seconds < 3600
        ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
        : String.format(
            Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }
}
