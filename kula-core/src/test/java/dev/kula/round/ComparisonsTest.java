package dev.kula.round;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.round.Comparisons.SeedRun;
import dev.kula.round.Comparisons.Spread;
import dev.kula.round.RunSummary.Comparison;
import dev.kula.round.RunSummary.DeviceResult;
import dev.kula.round.RunSummary.Epsilon;
import dev.kula.round.RunSummary.MethodSummary;
import dev.kula.round.RunSummary.SeedResult;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ComparisonsTest {
  @Test
  void spreadIsMeanAndSampleDeviation() {
    // Sum 40, squares about 5: 9 1 1 1 0 0 4 16 = 32, 32 / 7.
    Spread spread = Spread.of(2, 4, 4, 4, 5, 5, 7, 9);
    assertEquals(5, spread.mean());
    assertEquals(Math.sqrt(32.0 / 7), spread.sd(), 1e-15);
    assertEquals(new Spread(3, 0), Spread.of(3));
    assertThrows(IllegalArgumentException.class, Spread::of);
  }

  @Test
  void theIntervalIsStudents() {
    MethodSummary reference = method("r", 0.80, 0.81, 0.79, 0.82, 0.80);
    MethodSummary better = method("b", 0.82, 0.82, 0.82, 0.83, 0.83);
    Comparison comparison = Comparisons.against(better, reference);
    // Differences 2 1 3 1 3 points: mean 2, squares 0 1 1 1 1, s = 1, s / √5 = 0.4472136;
    // t(0.975, 4) = 2.776445 from printed tables, half width 1.241664.
    assertEquals(0.02, comparison.meanDifference(), 1e-12);
    assertEquals(0.02 - 0.01241664, value(comparison.low()), 1e-8);
    assertEquals(0.02 + 0.01241664, value(comparison.high()), 1e-8);
    assertEquals(0.02, comparison.worstDecileDifference(), 1e-12);
    assertEquals("b", comparison.method());
    assertEquals("r", comparison.reference());
  }

  @Test
  void twoSeedsHaveTheWidestInterval() {
    // t(0.975, 1) = 12.7062: differences 0 and 2 points, mean 1, s / √2 = 1.
    Comparison comparison = Comparisons.against(method("b", 0.80, 0.82), method("r", 0.80, 0.80));
    assertEquals(0.01 - 0.127062, value(comparison.low()), 1e-6);
    assertEquals(0.01 + 0.127062, value(comparison.high()), 1e-6);
  }

  @Test
  void oneSeedHasNoInterval() {
    Comparison comparison = Comparisons.against(method("b", 0.9), method("r", 0.8));
    assertEquals(0.1, comparison.meanDifference(), 1e-12);
    assertNull(comparison.low());
    assertNull(comparison.high());
  }

  @Test
  void pairingNeedsTheSameSeeds() {
    MethodSummary shorter = method("b", 0.9);
    MethodSummary reference = method("r", 0.8, 0.8);
    assertThrows(IllegalArgumentException.class, () -> Comparisons.against(shorter, reference));
  }

  @Test
  void everyMethodIsComparedWithTheReferenceButItself() {
    List<MethodSummary> methods = List.of(method("a", 0.7), method("r", 0.8), method("b", 0.9));
    assertEquals(
        List.of("a", "b"),
        Comparisons.against(methods, "r").stream().map(Comparison::method).toList());
    assertTrue(Comparisons.against(methods, "absent").isEmpty());
  }

  @Test
  void aMethodIsTheMeanOfItsSeeds() {
    MethodSummary method =
        Comparisons.summarise(
            "m",
            List.of(
                run(4, 0.6, 20, 100, 2.0, List.of(), 0.5, 0.7),
                run(5, 0.8, null, 103, 3.0, List.of("updates"), 0.7, 0.9)));
    assertEquals(List.of(4L, 5L), method.seeds());
    assertEquals(0.7, method.personalAccuracy().mean(), 1e-12);
    assertEquals(0.6, method.personalAccuracy().worstDecile(), 1e-12);
    // Each seed's two devices lie 0.1 off their mean: s = √(0.02 / 1).
    assertEquals(Math.sqrt(0.02), method.personalAccuracy().sd(), 1e-12);
    assertEquals(List.of(0.5, 0.7, 0.7, 0.9), method.personalAccuracy().perDevice());
    assertEquals(10, method.rounds());
    assertEquals(7, method.bestRound());
    assertEquals(102, method.bytes().model(), "101.5 is rounded");
    assertEquals(Double.POSITIVE_INFINITY, method.epsilon().max());
    assertEquals(3.0, method.epsilon().noised());
    assertEquals(2.5, method.epsilon().mean());
    assertEquals(List.of("updates"), method.epsilon().withoutNoise());
    assertEquals(new SwapCounts(8, 4, 2, 1), method.swaps());
    assertNull(method.roundsToTarget(), "one seed misses it, and the others alone would flatter");
    assertNull(method.simulatedSecondsToTarget());
    assertEquals(2, method.perSeed().size());
    assertEquals(2, method.devices().size());
  }

  @Test
  void aTargetThatEverySeedReachesIsReachedOnAverage() {
    MethodSummary method =
        Comparisons.summarise(
            "m",
            List.of(
                run(1, 0.6, 20, 1, 1, List.of(), 0.6),
                run(2, 0.6, 30, 1, 1, List.of(), 0.6),
                run(3, 0.6, 40, 1, 1, List.of(), 0.6)));
    assertEquals(30.0, method.roundsToTarget());
    assertEquals(60.0, method.simulatedSecondsToTarget());
  }

  private static double value(@Nullable Double value) {
    return value == null ? Double.NaN : value;
  }

  private static MethodSummary method(String name, double... accuracies) {
    List<SeedRun> runs = new ArrayList<>();
    for (double accuracy : accuracies) {
      runs.add(run(runs.size() + 1L, accuracy, 20, 1, 1, List.of(), accuracy));
    }
    return Comparisons.summarise(name, runs);
  }

  private static SeedRun run(
      long seed,
      double accuracy,
      @Nullable Integer toTarget,
      long modelBytes,
      double epsilon,
      List<String> withoutNoise,
      double... devices) {
    double max = withoutNoise.isEmpty() ? epsilon : Double.POSITIVE_INFINITY;
    List<DeviceResult> results = new ArrayList<>();
    for (double device : devices) {
      results.add(
          new DeviceResult(
              "d" + results.size(),
              9,
              device,
              device,
              List.of(),
              List.of(),
              epsilon,
              null,
              1,
              0,
              0));
    }
    return new SeedRun(
        new SeedResult(
            seed,
            accuracy,
            accuracy - 0.1,
            accuracy - 0.2,
            List.of(accuracy - 0.3, accuracy - 0.1),
            accuracy + 0.1,
            accuracy,
            toTarget,
            toTarget == null ? null : 2.0 * toTarget,
            new Traffic(modelBytes, 0, 0, 0, 0, 0, 0),
            max,
            new SwapCounts(8, 4, 2, 1),
            1,
            null,
            null,
            null),
        10,
        "round limit",
        7,
        20,
        new Epsilon(max, epsilon, epsilon, withoutNoise),
        results);
  }
}
