package dev.kula.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.monitor.FleetStatistics;
import dev.kula.monitor.Profile;
import dev.kula.monitor.Reputation;
import dev.kula.monitor.Similarity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What all policies promise, and the ones without a test of their own. */
final class SwapPoliciesTest {
  private static final SwapSettings SETTINGS = Profiles.settings(0.2, 0.9);

  @ParameterizedTest
  @ValueSource(strings = {"none", "static:0.05", "random", "dissimilar", "similar", "deficit"})
  void plansAreDeterministicAndSane(String policy) {
    List<Profile> fleet = Profiles.random(15, 6, 4);
    List<PlannedSwap> plan = Profiles.plan(policy, Profiles.request(fleet, SETTINGS));
    assertEquals(plan, Profiles.plan(policy, Profiles.request(fleet, SETTINGS)));
    assertEquals(policy.equals("none"), plan.isEmpty());
    assertEquals(policy, SwapPolicy.parse(policy).notation());
    long number = 100;
    for (PlannedSwap swap : plan) {
      assertEquals(number++, swap.order().number());
      assertEquals(2, swap.order().round());
      assertTrue(swap.order().samples() >= 1);
      assertTrue(swap.why().length() > 10, "a plan explains itself");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "static:0.05", "random", "dissimilar", "similar", "deficit"})
  void oneAloneSwapsNothing(String policy) {
    List<Profile> alone = List.of(Profiles.of("a", 0.5, 0, 100, 0));
    assertEquals(List.of(), Profiles.plan(policy, Profiles.request(alone, SETTINGS)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"random", "dissimilar", "similar", "deficit"})
  void noBudgetMeansNoOrders(String policy) {
    PlanRequest request = Profiles.request(Profiles.random(10, 5, 1), Profiles.settings(0, 0.9));
    assertEquals(List.of(), Profiles.plan(policy, request));
  }

  @Test
  void staticGivesAShareOfEverybodyToEverybodyOnce() {
    List<Profile> fleet = Profiles.random(7, 5, 2);
    SwapPolicy policy = SwapPolicy.parse("static:0.05");
    assertTrue(policy.plansIn(0), "at enrolment");
    assertTrue(!policy.plansIn(1));
    assertTrue(policy.movesRawSamples());
    List<PlannedSwap> plan = policy.plan(Profiles.request(fleet, SETTINGS));
    assertEquals(7 * 6, new HashSet<>(Profiles.pairs(plan)).size());
    assertEquals(7 * 6, plan.size());
    for (PlannedSwap swap : plan) {
      SwapOrder order = swap.order();
      Profile source =
          fleet.stream().filter(p -> p.device().equals(order.source())).findFirst().orElseThrow();
      assertEquals(Math.round(0.05 * source.samples()), order.samples());
      assertEquals(Exchange.RAW, order.exchange());
      assertEquals(Admission.UNGATED_BOTH, order.admission());
      assertEquals(Selection.UNIFORM, order.selection());
    }
  }

  /** Each of the others is as likely a source as any: chi-square over 400 seeds, at 0.1 %. */
  @Test
  void randomIsUniformOverTheOthers() {
    int devices = 6;
    List<Profile> fleet = Profiles.random(devices, 5, 2);
    int seeds = 400;
    Map<String, Integer> counts = new HashMap<>();
    for (int seed = 0; seed < seeds; seed++) {
      PlanRequest request = Profiles.request(fleet, SETTINGS, new Reputation(), seed);
      List<String> pairs = Profiles.pairs(Profiles.plan("random", request));
      assertEquals(2 * devices, pairs.size());
      assertEquals(2 * devices, new HashSet<>(pairs).size());
      pairs.forEach(pair -> counts.merge(pair, 1, Integer::sum));
    }
    // Of each receiver's 5 possible sources 2 are drawn without replacement: the counts' variance
    // is p(1 − p) with p = 2/5, and their covariance takes one degree of freedom a receiver.
    double expected = seeds * 2.0 / (devices - 1);
    double statistic = 0;
    for (int count : counts.values()) {
      statistic += (count - expected) * (count - expected) / expected;
    }
    assertEquals(devices * (devices - 1), counts.size());
    double scale = (devices - 2.0) / (devices - 1 - 2.0);
    double freedom = devices * (devices - 2.0);
    double pValue = ChiSquaredDistribution.of(freedom).survivalProbability(statistic * scale);
    assertTrue(pValue > 0.001 && pValue < 0.999, "p is " + pValue);
  }

  @Test
  void randomSplitsTheReceiversQuota() {
    List<Profile> fleet = Profiles.random(6, 5, 2);
    for (PlannedSwap swap : Profiles.plan("random", Profiles.request(fleet, SETTINGS))) {
      Profile receiver =
          fleet.stream()
              .filter(p -> p.device().equals(swap.order().receiver()))
              .findFirst()
              .orElseThrow();
      assertEquals((int) Math.floor(0.2 * receiver.samples()) / 2, swap.order().samples());
      assertEquals(Selection.UNIFORM, swap.order().selection());
    }
  }

  @Test
  void similarTakesTheMostSimilarThatHaveRoom() {
    List<Profile> fleet = Profiles.random(9, 6, 8);
    SwapSettings roomy = Profiles.settings(0.2, 0.9, 1, 9);
    FleetStatistics statistics = FleetStatistics.of(fleet);
    for (PlannedSwap swap : Profiles.plan("similar", Profiles.request(fleet, roomy))) {
      Profile receiver =
          fleet.stream()
              .filter(p -> p.device().equals(swap.order().receiver()))
              .findFirst()
              .orElseThrow();
      double best = 0;
      for (Profile other : fleet) {
        if (!other.device().equals(receiver.device())) {
          best = Math.max(best, Similarity.between(receiver, other, statistics).value());
        }
      }
      assertEquals(best, swap.similarity().value(), 1e-12);
    }
    Set<String> pairs =
        new HashSet<>(Profiles.pairs(Profiles.plan("similar", Profiles.request(fleet, SETTINGS))));
    for (Profile profile : fleet) {
      String name = profile.device().name();
      assertTrue(pairs.stream().filter(pair -> pair.endsWith("<" + name)).count() <= 2);
      assertTrue(pairs.stream().filter(pair -> pair.startsWith(name + "<")).count() <= 2);
    }
  }

  @Test
  void theCheapestExchangeIsTheOneOfFewerBytes() {
    SwapSettings either =
        new SwapSettings(
            0.1,
            Optional.empty(),
            Selection.DIVERSITY,
            100,
            500,
            2,
            2,
            0.7,
            Duration.ofHours(1),
            0.25,
            1000,
            Long.MAX_VALUE);
    assertEquals(Exchange.RAW, either.exchangeFor(10), "1000 bytes against twice 500");
    assertEquals(Exchange.VISIT, either.exchangeFor(11));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Deficit", "static", "static:", "static:0", "static:1.1", "static:x"})
  void otherPoliciesAreTheUsersMistake(String text) {
    KulaException mistake = assertThrows(KulaException.class, () -> SwapPolicy.parse(text));
    assertEquals(KulaException.Blame.USER, mistake.blame());
    assertTrue(String.valueOf(mistake.getMessage()).contains("'" + text + "'"));
  }

  @Test
  void budgetsAreShares() {
    assertThrows(KulaException.class, () -> Profiles.settings(1.01, 0.7));
    assertThrows(KulaException.class, () -> Profiles.settings(Double.NaN, 0.7));
  }

  @Test
  void aPlanStopsWhereItsBytesEnd() {
    SwapSettings narrow =
        new SwapSettings(
            0.1,
            Optional.of(Exchange.VISIT),
            Selection.DIVERSITY,
            100,
            500,
            2,
            2,
            0.7,
            Duration.ofHours(1),
            0.25,
            4000,
            2999);
    List<PlannedSwap> plan = new ArrayList<>();
    for (int number = 1; number <= 4; number++) {
      SwapOrder order =
          new SwapOrder(
              number,
              1,
              new DeviceId("a"),
              new DeviceId("b"),
              5,
              List.of(),
              number == 2 ? Exchange.RAW : Exchange.VISIT,
              Admission.GATED_PERSONAL,
              Selection.DIVERSITY,
              1,
              false,
              Duration.ofHours(1),
              1);
      plan.add(new PlannedSwap(order, 0, 0, new Similarity(0, 0, 0), 0.5, 1, "for a test"));
    }
    assertEquals(8000, narrow.bytes(withExchange(plan.getFirst().order(), Exchange.WHOLE_VISIT)));
    assertEquals(plan.subList(0, 3), narrow.withinBytes(plan), "1000 + 500 + 1000 of 2999");
  }

  private static SwapOrder withExchange(SwapOrder order, Exchange exchange) {
    return new SwapOrder(
        order.number(),
        order.round(),
        order.source(),
        order.receiver(),
        order.samples(),
        order.labels(),
        exchange,
        order.admission(),
        order.selection(),
        order.diversity(),
        order.trusted(),
        order.lease(),
        order.uses());
  }
}
