package dev.kula.monitor;

import dev.kula.data.DeviceId;
import java.util.List;
import java.util.stream.IntStream;

/** Sums of outcomes, as the orchestrator passes them on. */
public final class Sums {
  private Sums() {}

  /** By raters of these names. */
  public static Ballots.Sum by(
      List<String> raters,
      String source,
      double useful,
      double neutral,
      double harmful,
      double noise) {
    return new Ballots.Sum(
        new DeviceId(source),
        new Ballots.Verdicts(useful, neutral, harmful, noise),
        raters.stream().map(DeviceId::new).toList());
  }

  /** By so many raters, the same ones each time. */
  public static Ballots.Sum by(
      int raters, String source, double useful, double neutral, double harmful) {
    List<String> names = IntStream.range(0, raters).mapToObj(i -> "rater-" + i).toList();
    return by(names, source, useful, neutral, harmful, 0);
  }
}
