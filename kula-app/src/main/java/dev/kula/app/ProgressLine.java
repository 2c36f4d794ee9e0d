package dev.kula.app;

import dev.kula.round.RoundRecord;
import org.jspecify.annotations.Nullable;

/** How far a run has come, in one line that fits the terminal. */
final class ProgressLine {
  private static final int WIDEST_BAR = 30;
  private static final int NARROWEST_BAR = 6;
  private static final String EIGHTHS = " ▏▎▍▌▋▊▉";

  private ProgressLine() {}

  /**
   * The line, with as much in it as there is room for: first the rounds, then the time, which of
   * the runs it is, how well it does, what runs, and a bar.
   *
   * @param last round that has ended; null before the first has
   */
  static String of(Stretch stretch, @Nullable RoundRecord last, int width) {
    int done = last == null ? 0 : last.round();
    String line = "%d/%d  %s".formatted(done, stretch.rounds(), stretch.time(done));
    if (stretch.place().isPresent()) {
      line = fitting("%d of %d  %s".formatted(stretch.run(), stretch.runs(), line), line, width);
    }
    if (last != null) {
      String accuracy = Figures.percent(last.personalAccuracy()) + " %";
      line = fitting(line + "  " + accuracy, line, width);
    }
    line = fitting(stretch.task() + "  " + line, line, width);
    if (last != null) {
      String swaps = "  " + Figures.accepted(last.swaps()) + " swaps";
      line = fitting(line + swaps, line, width - NARROWEST_BAR - 3);
    }
    int room = Math.min(WIDEST_BAR, width - line.length() - 3);
    String drawn =
        room < NARROWEST_BAR
            ? line.substring(0, Math.min(width, line.length()))
            : "▕" + bar((double) done / stretch.rounds(), room) + "▏ " + line;
    return drawn + " ".repeat(width - drawn.length()); // over what stood there
  }

  private static String fitting(String longer, String line, int width) {
    return longer.length() <= width ? longer : line;
  }

  private static String bar(double share, int width) {
    int eighths = (int) Math.floor(share * width * 8);
    int full = eighths / 8;
    StringBuilder bar = new StringBuilder("█".repeat(full));
    if (full < width) {
      bar.append(EIGHTHS.charAt(eighths % 8)).append(" ".repeat(width - full - 1));
    }
    return bar.toString();
  }
}
