package dev.kula.benchmarks.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What was measured, in Markdown.
 *
 * @param what the fleet is, in words
 * @param devices how many
 * @param planned rounds that there were to be
 * @param connectedSeconds from the start of the first process of devices to when all were there
 * @param rounds seconds of each
 * @param moments what was read meanwhile, in their order
 */
record LoadTable(
    String what,
    int devices,
    int planned,
    double connectedSeconds,
    List<Double> rounds,
    List<Watch.Moment> moments) {
  private static final int ENDS = 50;
  private static final double MOST = 0.95;

  /** Rounds in which Java still learns, as a share of all, are left out of what a device costs. */
  private static final double WARM = 0.1;

  String markdown() {
    List<String> lines = new ArrayList<>();
    lines.add("**%s; %d of %d rounds**".formatted(what, rounds.size(), planned));
    lines.add("");
    lines.add("| figure | |");
    lines.add("|:--|--:|");
    row(lines, "all connected after, s", "%.1f", connectedSeconds);
    row(lines, "a round, median, s", "%.3f", quantile(rounds, 0.5));
    row(lines, "a round, 95th percentile, s", "%.3f", quantile(rounds, MOST));
    int ends = Math.min(ENDS, rounds.size() / 2);
    row(
        lines,
        "median of the first %d rounds, s".formatted(ends),
        "%.3f",
        quantile(rounds.subList(0, ends), 0.5));
    row(
        lines,
        "median of the last %d, s".formatted(ends),
        "%.3f",
        quantile(rounds.subList(rounds.size() - ends, rounds.size()), 0.5));
    row(lines, "a round, median, by device, ms", "%.3f", 1000 * quantile(rounds, 0.5) / devices);
    costs(lines);
    lines.add("");
    moments(lines);
    return String.join("\n", lines) + "\n";
  }

  /** From the first reading that is warm to the last, as far as there are two. */
  private void costs(List<String> lines) {
    List<Watch.Moment> warm =
        moments.stream().filter(moment -> moment.round() >= WARM * planned).toList();
    List<Watch.Moment> read = warm.size() < 2 ? moments : warm;
    perPart(
        lines,
        "processor time of the orchestrator a device and round, ms",
        read,
        moment -> 1000 * moment.orchestrator().cpuSeconds());
    perPart(
        lines,
        "processor time of device processes a device and round, ms",
        read,
        moment -> 1000 * moment.deviceCpuSeconds());
    perPart(
        lines,
        "time within jobs a device and round, ms",
        read,
        moment -> 1000 * moment.jobSeconds());
    perPart(lines, "jobs a device and round", read, Watch.Moment::jobs);
    row(
        lines,
        "memory of device processes a device, MB",
        "%.2f",
        moments.isEmpty() ? Double.NaN : moments.getLast().deviceResidentBytes() / 1e6 / devices);
  }

  private void perPart(
      List<String> lines, String name, List<Watch.Moment> read, ToDoubleFunction<Watch.Moment> of) {
    double grown = Double.NaN;
    if (!read.isEmpty()) {
      Watch.Moment from = read.getFirst();
      Watch.Moment to = read.getLast();
      double parts = (double) (to.round() - from.round()) * devices;
      grown = (of.applyAsDouble(to) - of.applyAsDouble(from)) / parts; // no number if 0 / 0
    }
    row(lines, name, "%.3f", grown);
  }

  private void moments(List<String> lines) {
    lines.add(
        "| after round | s | orchestrator, resident MB | live heap, MB | threads | open files |");
    lines.add("|--:|--:|--:|--:|--:|--:|");
    for (Watch.Moment moment : moments) {
      Reading reading = moment.orchestrator();
      lines.add(
          "| %d | %s | %s | %s | %s | %s |"
              .formatted(
                  moment.round(),
                  number("%.0f", moment.seconds()),
                  number("%.0f", reading.residentBytes() / 1e6),
                  number("%.1f", moment.liveBytes() / 1e6),
                  number("%.0f", reading.threads()),
                  number("%.0f", reading.files())));
    }
  }

  private static void row(List<String> lines, String name, String format, double value) {
    lines.add("| %s | %s |".formatted(name, number(format, value)));
  }

  private static String number(String format, double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "–";
  }

  private static double quantile(List<Double> values, double share) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.isEmpty()
        ? Double.NaN
        : sorted.get(Math.min(sorted.size() - 1, (int) (share * sorted.size())));
  }
}
