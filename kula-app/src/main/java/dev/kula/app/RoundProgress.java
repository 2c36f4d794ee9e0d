package dev.kula.app;

import dev.kula.round.RoundRecord;
import java.io.PrintStream;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows how far a run has come. Not thread safe. */
sealed interface RoundProgress extends AutoCloseable {
  /** A round has ended. */
  void ended(RoundRecord round);

  @Override
  void close();

  /** A bar that is drawn over as it grows. */
  final class Bar implements RoundProgress {
    private final ProgressBar bar;

    Bar(String task, int rounds, PrintStream stream, int columns) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(task)
              .setInitialMax(rounds)
              .setStyle(ProgressBarStyle.UNICODE_BLOCK)
              .setUpdateIntervalMillis(200)
              // Given a width, the library does not go looking for a terminal of its own.
              .setConsumer(new ConsoleProgressBarConsumer(stream, columns - 1))
              .build();
    }

    @Override
    public void ended(RoundRecord round) {
      // Short, for what it takes the bar lacks.
      bar.setExtraMessage(
          String.format(
              Locale.ROOT,
              " %s %% personal, %s swaps",
              Figures.percent(round.personalAccuracy()),
              Figures.accepted(round.swaps())));
      bar.stepTo(round.round());
    }

    @Override
    public void close() {
      bar.close();
    }
  }

  /** A line every few rounds, for a log. */
  final class Lines implements RoundProgress {
    /** Rounds from one line to the next, unless something else is said. */
    static final int EVERY = 10;

    private final String task;
    private final int rounds;
    private final int every;
    private final PrintStream stream;
    private @Nullable RoundRecord unprinted;

    Lines(String task, int rounds, int every, PrintStream stream) {
      this.task = task;
      this.rounds = rounds;
      this.every = every;
      this.stream = stream;
    }

    @Override
    public void ended(RoundRecord round) {
      if (round.round() % every == 0) {
        print(round);
        unprinted = null;
      } else {
        unprinted = round;
      }
    }

    @Override
    public void close() {
      if (unprinted != null) {
        print(unprinted);
        unprinted = null;
      }
    }

    private void print(RoundRecord round) {
      stream.printf(
          Locale.ROOT,
          "%s: round %d of %d, personal accuracy %s %%, swaps %s%n",
          task,
          round.round(),
          rounds,
          Figures.percent(round.personalAccuracy()),
          Figures.accepted(round.swaps()));
    }
  }
}
