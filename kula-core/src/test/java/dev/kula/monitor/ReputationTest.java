package dev.kula.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.data.DeviceId;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ReputationTest {
  private static final DeviceId SOURCE = new DeviceId("source");

  @Test
  void newcomersCanTradeALittle() {
    Reputation reputation = new Reputation();
    assertTrue(reputation.isNewcomer(SOURCE));
    assertEquals(0.45, reputation.value(SOURCE), 1e-12);
    assertEquals(0.25, reputation.quota(SOURCE));
    reputation.outcomes(Sums.by(2, "source", 50, 0, 0));
    reputation.outcomes(Sums.by(2, "source", 50, 0, 0));
    assertTrue(reputation.isNewcomer(SOURCE), "two raters twice are two");
    assertEquals(0.25, reputation.quota(SOURCE));
  }

  @Test
  void qualityIsTheLowerQuantileOfTheBetaDistribution() {
    Reputation reputation = new Reputation();
    reputation.outcomes(Sums.by(3, "source", 3, 0, 0));
    // P(Beta(4, 1) ≤ x) = x⁴
    assertEquals(Math.pow(0.1, 0.25), reputation.quality(SOURCE), 1e-9);
    reputation.outcomes(Sums.by(3, "bad", 0, 0, 3));
    // P(Beta(1, 4) ≤ x) = 1 − (1 − x)⁴
    assertEquals(1 - Math.pow(0.9, 0.25), reputation.quality(new DeviceId("bad")), 1e-9);
    assertEquals(reputation.value(SOURCE), reputation.quota(SOURCE));
  }

  @Test
  void neutralIsBetweenUsefulAndHarmful() {
    double useful = quality(4, 0, 0);
    double neutral = quality(0, 4, 0);
    double harmful = quality(0, 0, 4);
    assertTrue(useful > neutral && neutral > harmful);
  }

  private static double quality(double useful, double neutral, double harmful) {
    Reputation reputation = new Reputation();
    reputation.outcomes(Sums.by(4, "source", useful, neutral, harmful));
    return reputation.quality(SOURCE);
  }

  @Test
  void aRaterCountsUpToItsCap() {
    assertEquals(quality(8, 0, 0), quality(1000, 0, 0), 1e-12);
    assertTrue(quality(8, 0, 0) > quality(7, 0, 0));
  }

  @Test
  void namedRatersAddUpAndNobodyRatesItself() {
    Reputation reputation = new Reputation();
    reputation.outcomes(Sums.by(List.of("a", "b"), "source", 2, 0, 0, 0));
    reputation.outcomes(Sums.by(List.of("a", "b"), "source", 2, 0, 0, 0));
    assertTrue(reputation.isNewcomer(SOURCE));
    reputation.outcomes(Sums.by(List.of("c"), "source", 1, 0, 0, 0));
    assertFalse(reputation.isNewcomer(SOURCE));
    double before = reputation.quality(SOURCE);
    assertThrows(
        IllegalArgumentException.class,
        () -> reputation.outcomes(Sums.by(List.of("a", "source"), "source", 9, 0, 0, 0)));
    assertEquals(before, reputation.quality(SOURCE));
  }

  @Test
  void pureNoiseMovesLittle() {
    double stddev = 5;
    double reach = 0;
    for (int run = 0; run < 200; run++) {
      RandomGenerator random = new Seed(run).generator();
      Reputation reputation = new Reputation();
      reputation.outcomes(Sums.by(3, "source", 0, 1e-9, 0));
      double before = reputation.quality(SOURCE);
      reputation.outcomes(
          Sums.by(
              List.of("a", "b", "c"),
              "source",
              stddev * random.nextGaussian(),
              stddev * random.nextGaussian(),
              stddev * random.nextGaussian(),
              stddev));
      reach += Math.abs(reputation.quality(SOURCE) - before) / 200;
    }
    assertTrue(reach < 0.15, "noise alone moved quality by " + reach);
  }

  @Test
  void evidenceFadesByTheRound() {
    Reputation reputation = new Reputation();
    reputation.outcomes(Sums.by(4, "source", 8, 0, 0));
    reputation.answered(SOURCE, 0, 10);
    assertEquals(0.45, reputation.reliability(SOURCE), 1e-12);
    double quality = reputation.quality(SOURCE);
    reputation.decay();
    assertEquals(Math.pow(0.1, 1 / (1 + 8 * 0.95)), reputation.quality(SOURCE), 1e-9);
    assertEquals(9 / 19.5, reputation.reliability(SOURCE), 1e-12);
    assertTrue(reputation.quality(SOURCE) < quality);
    for (int round = 0; round < 1000; round++) {
      reputation.decay();
    }
    assertEquals(0.9, reputation.reliability(SOURCE), 1e-12);
  }

  @Test
  void survivesACheckpoint() {
    Reputation reputation = new Reputation();
    reputation.outcomes(Sums.by(List.of("b", "a"), "source", 2.5, 0.25, -0.5, 1));
    reputation.outcomes(Sums.by(5, "other", 1, 2, 3));
    reputation.answered(SOURCE, 3, 4);
    reputation.decay();
    Reputation restored = Reputation.restore(reputation.state());
    assertEquals(reputation.state(), restored.state());
    assertEquals(reputation.value(SOURCE), restored.value(SOURCE));
  }

  private static List<DeviceId> devices(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(i -> new DeviceId(prefix + i)).toList();
  }

  /** Of 40 founders 0.05 are two: so much quota have all who come later, however many. */
  @Test
  void lateNewcomersShareWhatAFewMayTrade() {
    Reputation reputation = new Reputation();
    List<DeviceId> founders = devices("rater-", 40);
    List<DeviceId> fleet = new ArrayList<>(founders);
    reputation.enrol(fleet);
    assertEquals(0.25, reputation.quota(founders.getFirst()));
    fleet.add(SOURCE);
    reputation.enrol(fleet);
    assertEquals(0.25, reputation.quota(SOURCE), "one alone is a newcomer like others");
    List<DeviceId> late = devices("late-", 7);
    fleet.addAll(late);
    reputation.enrol(fleet);
    assertEquals(0.25 * 2 / 8, reputation.quota(SOURCE), 1e-12);
    assertEquals(0.25, reputation.quota(founders.getFirst()));
    assertTrue(reputation.mayRate(founders.getFirst()));
    assertFalse(reputation.mayRate(SOURCE));

    Reputation restored = Reputation.restore(reputation.state());
    assertEquals(reputation.quota(SOURCE), restored.quota(SOURCE));

    reputation.outcomes(Sums.by(3, "source", 3, 0, 0));
    reputation.decay();
    assertTrue(reputation.mayRate(SOURCE), "three founders have rated it");
    assertEquals(reputation.value(SOURCE), reputation.quota(SOURCE));
    assertEquals(0.25 * 2 / 7, reputation.quota(late.getFirst()), 1e-12);
  }

  @Test
  void refusesNonsense() {
    Reputation reputation = new Reputation();
    assertThrows(IllegalArgumentException.class, () -> reputation.answered(SOURCE, 2, 1));
  }
}
