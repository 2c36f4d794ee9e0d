package dev.kula.round;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.device.ChangeProtection;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.device.PrivacySettings;
import dev.kula.device.Protection;
import dev.kula.device.Rating;
import dev.kula.device.SumProtection;
import dev.kula.model.PrivateSteps;
import dev.kula.monitor.Ballots;
import dev.kula.privacy.accounting.RenyiFilter;
import dev.kula.swap.Admission;
import dev.kula.swap.Selection;
import dev.kula.swap.SwapOrder;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class OrchestratorTest {
  private static final List<DeviceId> DEVICES =
      IntStream.range(0, 20).mapToObj(i -> new DeviceId("device-%02d".formatted(i))).toList();
  private static final DeviceId SOURCE = DEVICES.getFirst();

  /** With one order: noise of standard deviation √2/√(2ρ) = ½. */
  private static final double RHO = 4;

  private static final ChangeProtection.EachSample UPDATE =
      new ChangeProtection.EachSample(
          1,
          new PrivateSteps(0.1, 10, 2, 5),
          3,
          Optional.of(new ChangeProtection.ClipSearch(0.25, 1)));

  private static final PrivacySettings PRIVACY =
      new PrivacySettings(
          RenyiFilter.of(8, 1e-5),
          Protection.ALL,
          1,
          RHO,
          new ChangeProtection.WholeChange(1, 1),
          new SumProtection(1, 1),
          UPDATE);

  private final Orchestrator orchestrator = new Orchestrator(new Seed(1), 0.25, PRIVACY);

  @Test
  void aCohortIsTheStatedShareOfThoseWhoAreThere() {
    assertEquals(5, orchestrator.cohort(1, DEVICES).size());
    assertEquals(3, orchestrator.cohort(1, DEVICES.subList(0, 10)).size(), "2.5, rounded");
    assertEquals(1, orchestrator.cohort(1, DEVICES.subList(0, 1)).size());
    assertEquals(List.of(), orchestrator.cohort(1, List.of()));
    assertEquals(DEVICES, new Orchestrator(new Seed(1), 1, PRIVACY).cohort(3, DEVICES));
    List<DeviceId> cohort = orchestrator.cohort(2, DEVICES);
    assertEquals(cohort, orchestrator.cohort(2, DEVICES));
    assertEquals(cohort.stream().sorted().distinct().toList(), cohort);
  }

  @Test
  void aShareIsExaminedAndInTheEndAll() {
    Message.Occasion inside = Message.Occasion.ROUND;
    List<DeviceId> some = orchestrator.examined(1, inside, 0.3, DEVICES);
    assertEquals(6, some.size());
    assertEquals(some.stream().sorted().distinct().toList(), some);
    assertEquals(some, orchestrator.examined(1, inside, 0.3, DEVICES));
    assertNotEquals(some, orchestrator.examined(2, inside, 0.3, DEVICES));
    assertEquals(DEVICES, orchestrator.examined(1, inside, 1, DEVICES));
    assertEquals(DEVICES, orchestrator.examined(1, Message.Occasion.FINAL, 0.3, DEVICES));
  }

  /** Every device is as likely as any: chi-square over 2000 rounds, at 0.1 %. */
  @Test
  void cohortsAreUniform() {
    int rounds = 2000;
    int[] counts = new int[DEVICES.size()];
    for (int round = 0; round < rounds; round++) {
      orchestrator.cohort(round, DEVICES).forEach(device -> counts[DEVICES.indexOf(device)]++);
    }
    double expected = rounds * 5 / 20.0;
    double statistic = 0;
    for (int count : counts) {
      statistic += (count - expected) * (count - expected) / expected;
    }
    // Without replacement: variances are smaller by (20 − 5)/(20 − 1).
    double pValue = ChiSquaredDistribution.of(19).survivalProbability(statistic * 19 / 15);
    assertTrue(pValue > 0.001 && pValue < 0.999, "p is " + pValue);
  }

  private static SwapOrder order(DeviceId receiver, DeviceId source) {
    return new SwapOrder(
        1,
        1,
        source,
        receiver,
        5,
        List.of(),
        Exchange.VISIT,
        Admission.GATED_PERSONAL,
        Selection.UNIFORM,
        0,
        false,
        Duration.ofHours(1),
        1);
  }

  /** Everybody but the source is to receive from it, with noise of standard deviation ½. */
  @BeforeEach
  void orders() {
    orchestrator.ordered(
        DEVICES.stream().skip(1).map(receiver -> order(receiver, SOURCE)).toList(), Set.of());
  }

  private static Rating rating(double useful, double neutral, double harmful) {
    return new Rating(SOURCE, useful, neutral, harmful, true, 1, 1);
  }

  private Orchestrator.Counted rate(int rater, double useful, double neutral, double harmful) {
    return rate(rater, rating(useful, neutral, harmful), 0.5);
  }

  private Orchestrator.Counted rate(int rater, Rating rating, double noise) {
    return orchestrator.outcomes(
        DEVICES.get(rater), new Message.Outcomes(1, List.of(rating), noise));
  }

  private static Ballots.Sum sum(Orchestrator.Counted counted) {
    assertEquals(1, counted.sums().size());
    return counted.sums().getFirst().sum();
  }

  /** Taken in, and nothing for the monitor yet but that the source answered. */
  private static void assertHeld(Orchestrator.Counted counted) {
    assertEquals(
        new Orchestrator.Counted(List.of(new Message.Reliability(SOURCE, 1, 1)), List.of(), 0),
        counted);
  }

  private static void assertVoid(Orchestrator.Counted counted) {
    assertEquals(new Orchestrator.Counted(List.of(), List.of(), 1), counted);
  }

  @Test
  void outcomesAreHeldBackUntilThreeHaveSpoken() {
    assertHeld(rate(1, 1, 0, 0));
    assertHeld(rate(2, 0, 1, 0));
    Ballots.Sum sum = sum(rate(3, 0, 0, 1));
    assertEquals(List.of(DEVICES.get(1), DEVICES.get(2), DEVICES.get(3)), sum.raters());
    assertEquals(new Ballots.Verdicts(1, 1, 1, Math.sqrt(3 * 0.25)), sum.verdicts());
    assertHeld(rate(4, 1, 0, 0));
  }

  /** Else the sum over three would be the outcome of one. */
  @Test
  void whoJudgedNothingHasNotSpoken() {
    Rating silent = new Rating(SOURCE, 0, 0, 0, false, 0, 1);
    for (int rater = 1; rater <= 5; rater++) {
      assertEquals(
          List.of(new Message.Reliability(SOURCE, 0, 1)), rate(rater, silent, 0).answers());
    }
    assertHeld(rate(6, 1, 0, 0));
  }

  @Test
  void aRestoredOneStillHoldsThemBack() {
    rate(1, 1, 0, 0);
    rate(2, 1, 0, 0);
    Orchestrator restored = new Orchestrator(new Seed(1), 0.25, PRIVACY);
    restored.restore(orchestrator.state());
    Message.Outcomes outcomes = new Message.Outcomes(2, List.of(rating(1, 0, 0)), 0.5);
    assertVoid(restored.outcomes(DEVICES.get(3), outcomes)); // orders are of one planning
    restored.ordered(List.of(order(DEVICES.get(3), SOURCE)), Set.of());
    Ballots.Sum sum = sum(restored.outcomes(DEVICES.get(3), outcomes));
    assertEquals(3, sum.verdicts().useful());
    assertEquals(3, new HashSet<>(sum.raters()).size());
  }

  @Test
  void onlyAReceiverWithAnOrderRatesAndOnlyOnce() {
    assertHeld(rate(1, 1, 0, 0));
    assertVoid(rate(1, 1, 0, 0));
    assertVoid(rate(0, 1, 0, 0)); // itself
    orchestrator.ordered(List.of(order(DEVICES.get(2), SOURCE)), Set.of());
    assertVoid(rate(3, 1, 0, 0));
    assertHeld(rate(2, 1, 0, 0));
  }

  @Test
  void whoIsNotKnownItselfIsNotHeard() {
    List<SwapOrder> orders = List.of(order(DEVICES.get(1), SOURCE), order(DEVICES.get(2), SOURCE));
    orchestrator.ordered(orders, Set.of(DEVICES.get(1)));
    assertEquals(new Orchestrator.Counted(List.of(), List.of(), 0), rate(1, 1, 0, 0));
    assertHeld(rate(2, 1, 0, 0));
  }

  @Test
  void countsBeyondTheOrdersAreVoid() {
    assertVoid(rate(1, new Rating(SOURCE, 1, 0, 0, true, 2, 2), 0));
    assertVoid(rate(2, new Rating(SOURCE, 1, 0, 0, true, 1, 0), 0));
    assertVoid(rate(3, new Rating(SOURCE, 1, 0, 0, true, -1, 1), 0));
    assertHeld(rate(4, rating(Double.NaN, 0, 0), 0));
    assertHeld(rate(5, rating(1, 0, 0), Double.POSITIVE_INFINITY));
    assertHeld(rate(6, 1, 0, 0));
    assertHeld(rate(7, 1, 0, 0));
    Ballots.Sum sum = sum(rate(8, 1, 0, 0));
    assertEquals(List.of(DEVICES.get(6), DEVICES.get(7), DEVICES.get(8)), sum.raters());
  }

  /** A liar weighs what an honest one could have said: 1 and four standard deviations. */
  @Test
  void liesAreBoundedByOrdersAndNoise() {
    rate(1, rating(1e9, -1e9, 0), 1e6);
    rate(2, 0, 0, 0);
    Ballots.Verdicts sums = sum(rate(3, 0, 0, 0)).verdicts();
    double most = 0.5 * 1.01;
    assertEquals(1 + 4 * most, sums.useful(), 1e-9);
    assertEquals(-4 * most, sums.neutral(), 1e-9);
    assertEquals(Math.sqrt(most * most + 2 * 0.25), sums.noiseStddev(), 1e-9);
  }

  private float nextClip() {
    List<Envelope> queries = orchestrator.clipQueries(1, DEVICES.subList(0, 2));
    assertEquals(2, queries.size());
    return assertInstanceOf(Message.ClipQuery.class, queries.get(1).message()).clip();
  }

  @Test
  void theClipFollowsTheMedianOfTheDevices() {
    assertEquals(2, nextClip());
    orchestrator.moveClip();
    assertEquals(2, nextClip(), "nobody counted");
    // Shares 0.1, 0.5 and 0.6; a fourth is all noise, and a fifth no number.
    assertTrue(orchestrator.counted(DEVICES.get(0), new Message.ClipCounts(1, 10, 90)));
    assertTrue(orchestrator.counted(DEVICES.get(1), new Message.ClipCounts(1, 50, 50)));
    assertTrue(orchestrator.counted(DEVICES.get(2), new Message.ClipCounts(1, 6, 4)));
    assertTrue(orchestrator.counted(DEVICES.get(3), new Message.ClipCounts(1, -3, 2)));
    assertFalse(orchestrator.counted(DEVICES.get(4), new Message.ClipCounts(1, Double.NaN, 1)));
    orchestrator.moveClip();
    float moved = (float) (2 * Math.exp(0.25 - 0.5));
    assertEquals(moved, nextClip());
    // A liar can put itself at an end of the shares, and no further.
    orchestrator.counted(DEVICES.get(0), new Message.ClipCounts(2, 25, 75));
    orchestrator.counted(DEVICES.get(1), new Message.ClipCounts(2, 25, 75));
    orchestrator.counted(DEVICES.get(2), new Message.ClipCounts(2, 1e300, 0));
    orchestrator.moveClip();
    assertEquals(moved, nextClip());
    Orchestrator restored = new Orchestrator(new Seed(1), 0.25, PRIVACY);
    restored.restore(orchestrator.state());
    assertEquals(orchestrator.clipQueries(3, DEVICES), restored.clipQueries(3, DEVICES));
  }

  @Test
  void aFixedClipAsksNobody() {
    Orchestrator fixed =
        new Orchestrator(
            new Seed(1),
            1,
            new PrivacySettings(
                RenyiFilter.of(8, 1e-5),
                Protection.ALL,
                1,
                RHO,
                new ChangeProtection.WholeChange(1, 1),
                new SumProtection(1, 1),
                new ChangeProtection.WholeChange(1, 1)));
    assertEquals(List.of(), fixed.clipQueries(1, DEVICES));
    assertFalse(fixed.counted(DEVICES.get(0), new Message.ClipCounts(1, 1, 1)));
  }

  @Test
  void everyDeviceGetsTheBaseSetUnderALeaseOfItsOwn() {
    List<Envelope> orders = orchestrator.distributeBase(DEVICES, 7);
    assertEquals(2 * DEVICES.size(), orders.size());
    HashSet<Long> numbers = new HashSet<>();
    for (Envelope envelope : orders) {
      var order = assertInstanceOf(Message.Ordered.class, envelope.message()).order();
      assertEquals(Envelope.BASE, order.source());
      assertEquals(7, order.samples());
      assertEquals(1, order.uses());
      numbers.add(order.number());
    }
    assertEquals(DEVICES.size(), numbers.size());
  }
}
