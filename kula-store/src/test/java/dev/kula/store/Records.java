package dev.kula.store;

import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunSummary;
import dev.kula.round.RunSummary.Comparison;
import dev.kula.round.RunSummary.DataSummary;
import dev.kula.round.RunSummary.DetectedChanges;
import dev.kula.round.RunSummary.DeviceResult;
import dev.kula.round.RunSummary.Difference;
import dev.kula.round.RunSummary.Epsilon;
import dev.kula.round.RunSummary.GroupTrials;
import dev.kula.round.RunSummary.IgnoredMessages;
import dev.kula.round.RunSummary.MethodSummary;
import dev.kula.round.RunSummary.PersonalAccuracy;
import dev.kula.round.RunSummary.SeedResult;
import dev.kula.round.SwapCounts;
import dev.kula.round.Traffic;
import java.util.List;
import java.util.Map;

/** One of each record that a run directory holds, with every odd value that they may have. */
public final class Records {
  public static final Traffic TRAFFIC = new Traffic(1, 2, 3, 4, 5, 6, 7);
  public static final SwapCounts SWAPS = new SwapCounts(4, 3, 2, 1);

  private Records() {}

  public static RoundRecord round(int round) {
    return new RoundRecord(
        "deficit swaps",
        7,
        round,
        50,
        0.25,
        0.75,
        0.5,
        0.625,
        0.8,
        12.5,
        TRAFFIC,
        SWAPS,
        Double.POSITIVE_INFINITY,
        1.5);
  }

  public static List<RunEvent> events() {
    return List.of(
        new RunEvent.Profiled(1, "a", 38.5, List.of(41.0, -2.5), 30, 6.25, 0.001, 3, 2.5),
        new RunEvent.Compared(
            1,
            0.05,
            List.of(List.of("a", "b"), List.of("c")),
            List.of(new RunEvent.Outlier("c", "labels", 0.5, 0.001, "lacks labels 3, 7"))),
        new RunEvent.Ordered(
            2,
            11,
            "a",
            "b",
            "visit",
            20,
            List.of("3"),
            0.3,
            0.9,
            0.4,
            0.6,
            0.1,
            0.2,
            0.5,
            0.27,
            300,
            2,
            "a lacks \"3\"\nand b has it"),
        new RunEvent.Settled(2, 11, "a", "b", "accepted", 0.9, 0.8, 20, 1600, "loss fell"),
        new RunEvent.Settled(3, 12, "a", "b", "expired", null, null, 0, 0, "no answer"),
        new RunEvent.Revoked(4, 11, "a", "b"),
        new RunEvent.AccountSpent(4, "c", "profile", 8),
        new RunEvent.Ignored(4, "c", "2 ratings of sources that it was not ordered to swap with"),
        new RunEvent.Grouped(
            6, List.of(List.of("a"), List.of("b", "c")), List.of(new RunEvent.Gain(2, 0.2, 0.01))),
        new RunEvent.Changed(5, "b", 3, 0.9, 0.7),
        new RunEvent.Reputations(4, List.of(new RunEvent.Standing("a", 0.4, 1))),
        new RunEvent.Stopped(40, "round limit"));
  }

  public static RunSummary summary() {
    return new RunSummary(
        RunSummary.SCHEMA_VERSION,
        "simulate",
        Map.of("rounds", 40, "policy", "deficit", "base", 0.02),
        new DataSummary(
            "fashion-mnist", "classification", 12_000, 240, 2, List.of("shirt", "bag"), true),
        0.8,
        "given",
        List.of(
            new MethodSummary(
                "deficit swaps",
                List.of(7L),
                40,
                "round limit",
                new PersonalAccuracy(0.75, 0.5, 0.1, List.of(0.5, 1.0)),
                0.7,
                List.of(0.6, 0.65),
                0.76,
                38,
                0.8,
                null,
                null,
                500,
                TRAFFIC,
                new Epsilon(
                    Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, 1.5, List.of("update")),
                SWAPS,
                20,
                List.of(
                    new SeedResult(
                        7,
                        0.75,
                        0.5,
                        0.7,
                        List.of(0.6, 0.65),
                        0.76,
                        0.8,
                        null,
                        null,
                        TRAFFIC,
                        Double.POSITIVE_INFINITY,
                        SWAPS,
                        20,
                        new GroupTrials(
                            6,
                            List.of(2, 1),
                            new RunEvent.Gain(2, 0.2, 0.01),
                            List.of(new RunEvent.Gain(2, 0.2, 0.01))),
                        List.of(new IgnoredMessages("a profile that is not its own", 3)),
                        new DetectedChanges(4, 3, 0.8, List.of(0.6, 0.7), 2, 5))),
                List.of(
                    new DeviceResult(
                        "a",
                        40,
                        0.7,
                        0.75,
                        List.of(40.0, 0.0),
                        List.of(40.0, 20.0),
                        1.5,
                        null,
                        0.5,
                        0,
                        20)))),
        List.of(
            new Comparison(
                "deficit swaps",
                "FedAvg + fine-tune",
                0.01,
                null,
                null,
                0.02,
                new Difference(0.01, null, null),
                new Difference(0.03, 0.01, 0.05))));
  }
}
