package dev.kula.app;

import dev.kula.round.RoundRecord;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** Shows how far a run has come. Not thread safe. */
sealed interface RoundProgress extends AutoCloseable {
  /** A round has ended. */
  void ended(RoundRecord round);

  @Override
  void close();

  /** A line that is drawn over as rounds end. */
  final class Bar implements RoundProgress {
    private final Stretch stretch;
    private final ProgressBar bar;
    private volatile @Nullable RoundRecord last;

    Bar(Stretch stretch, PrintStream stream, int columns) {
      this.stretch = stretch;
      bar =
          new ProgressBarBuilder()
              .setInitialMax(stretch.rounds())
              .setRenderer((state, width) -> ProgressLine.of(stretch, last, width))
              .setUpdateIntervalMillis(500)
              // Given a width, the library does not go looking for a terminal of its own.
              .setConsumer(new ConsoleProgressBarConsumer(stream, columns - 1))
              .build();
    }

    @Override
    public void ended(RoundRecord round) {
      stretch.watch().ended();
      last = round;
      bar.stepTo(round.round());
    }

    @Override
    public void close() {
      bar.close();
    }
  }

  /** A line every few rounds, for a log. */
  final class Lines implements RoundProgress {
    /** Lines of a run, at the most, but for the last one. */
    private static final int MOST = 20;

    private final Stretch stretch;
    private final int every;
    private final PrintStream stream;
    private @Nullable RoundRecord unprinted;

    Lines(Stretch stretch, int every, PrintStream stream) {
      this.stretch = stretch;
      this.every = every;
      this.stream = stream;
    }

    /** Rounds from one line to the next, unless something else is said. */
    static int every(int rounds) {
      return Math.max(10, Math.ceilDiv(rounds, MOST));
    }

    @Override
    public void ended(RoundRecord round) {
      stretch.watch().ended();
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
      List<String> parts = new ArrayList<>(List.of(stretch.task()));
      stretch.place().ifPresent(parts::add);
      stream.printf(
          Locale.ROOT,
          "%s: round %d of %d, personal accuracy %s %%, swaps %s; %s%n",
          String.join(", ", parts),
          round.round(),
          stretch.rounds(),
          Figures.percent(round.personalAccuracy()),
          Figures.accepted(round.swaps()),
          stretch.time(round.round()));
    }
  }
}
