package dev.kula.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.data.DeviceId;
import dev.kula.monitor.Deficit;
import dev.kula.monitor.FleetStatistics;
import dev.kula.monitor.Profile;
import dev.kula.monitor.Reputation;
import dev.kula.monitor.Similarity;
import dev.kula.monitor.Sums;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Section 3 of the formulas. */
final class DeficitSwapsTest {
  private static List<PlannedSwap> plan(PlanRequest request) {
    return Profiles.plan("deficit", request);
  }

  private static Profile profile(List<Profile> fleet, DeviceId device) {
    return fleet.stream()
        .filter(profile -> profile.device().equals(device))
        .findFirst()
        .orElseThrow();
  }

  private static double[] deficit(Profile profile) {
    double[] own = profile.labelDistribution();
    return Deficit.of(Profiles.ALL_LABELS.apply(own), own, Math.min(0.05, 0.25 / own.length));
  }

  @Property(tries = 40)
  void ordersKeepTheRules(
      @ForAll long seed,
      @ForAll @IntRange(min = 2, max = 25) int devices,
      @ForAll @IntRange(min = 1, max = 3) int inDegree,
      @ForAll @IntRange(min = 1, max = 3) int outDegree,
      @ForAll @DoubleRange(min = 0.01, max = 1) double budget) {
    List<Profile> fleet = Profiles.random(devices, 8, seed);
    SwapSettings settings = Profiles.settings(budget, 0.7, inDegree, outDegree);
    Map<DeviceId, Integer> in = new HashMap<>();
    Map<DeviceId, Integer> out = new HashMap<>();
    Set<String> pairs = new HashSet<>();
    long number = 100;
    for (PlannedSwap swap : plan(Profiles.request(fleet, settings))) {
      SwapOrder order = swap.order();
      assertEquals(number++, order.number());
      assertTrue(pairs.add(order.receiver() + "<" + order.source()), "twice the same pair");
      assertTrue(in.merge(order.receiver(), 1, Integer::sum) <= inDegree);
      assertTrue(out.merge(order.source(), 1, Integer::sum) <= outDegree);
      assertEquals(Admission.GATED_PERSONAL, order.admission());

      Profile receiver = profile(fleet, order.receiver());
      Profile source = profile(fleet, order.source());
      double[] lacking = deficit(receiver);
      double total = Deficit.sum(lacking);
      double quota = Math.floor(budget * receiver.samples()) * 0.25;
      for (int label : order.labels()) {
        assertTrue(lacking[label] > 0, "asks for a label it does not lack");
        assertTrue(source.labelCounts()[label] >= 3, "asks who does not hold it");
      }
      if (order.labels().isEmpty()) {
        assertTrue(total <= 0.1, "explores though it lacks something");
        assertEquals((int) Math.floor(quota * 0.1), order.samples());
      } else {
        assertTrue(total > 0.1);
        assertEquals((int) Math.floor(quota * Math.min(1, total / 0.3)), order.samples());
        assertEquals(total, swap.deficit(), 1e-9);
      }
    }
  }

  @Test
  void asksWhoHoldsWhatIsLacking() {
    List<Profile> fleet =
        List.of(
            Profiles.of("has-all", 0.8, 0, 100, 100, 100, 100),
            Profiles.of("lacks-three", 0.8, 0, 200, 200, 200, 0),
            Profiles.of("only-three", 0.8, 0, 0, 0, 0, 500),
            Profiles.of("only-zero", 0.8, 0, 500, 0, 0, 0));
    List<PlannedSwap> plan = plan(Profiles.request(fleet, Profiles.settings(0.5, 0.7)));
    List<PlannedSwap> forLacking =
        plan.stream().filter(s -> s.order().receiver().name().equals("lacks-three")).toList();
    assertEquals("only-three", forLacking.getFirst().order().source().name());
    assertEquals(List.of(3), forLacking.getFirst().order().labels());
    assertEquals(1, forLacking.getFirst().coverage(), 1e-9);
    for (PlannedSwap swap : forLacking) {
      assertTrue(!swap.order().source().name().equals("only-zero"));
    }
    List<PlannedSwap> forComplete =
        plan.stream().filter(s -> s.order().receiver().name().equals("has-all")).toList();
    assertEquals(1, forComplete.size());
    assertEquals(List.of(), forComplete.getFirst().order().labels());
  }

  @Test
  void reputationLowersTheScoreAndTheSize() {
    List<Profile> fleet = pairOfSources(0, 0);
    Reputation reputation = new Reputation();
    reputation.outcomes(Sums.by(3, "good", 30, 0, 0));
    reputation.outcomes(Sums.by(3, "bad", 0, 0, 30));
    List<PlannedSwap> plan =
        plan(Profiles.request(fleet, Profiles.settings(0.5, 0.7), reputation, 1));
    PlannedSwap good = of(plan, "good");
    PlannedSwap bad = of(plan, "bad");
    assertTrue(good.score() > bad.score());
    assertTrue(good.order().samples() > bad.order().samples());
    assertTrue(good.order().trusted());
    assertTrue(!bad.order().trusted());
    // Both cover the same; the second order is scored on half the deficit.
    double ratio = reputation.value(new DeviceId("good")) / reputation.value(new DeviceId("bad"));
    assertEquals(2 * ratio, good.score() / bad.score(), 1e-6);
  }

  @Test
  void featureDistanceLowersTheScore() {
    List<Profile> fleet = pairOfSources(0, 0.4);
    List<PlannedSwap> plan = plan(Profiles.request(fleet, Profiles.settings(0.5, 0.7)));
    PlannedSwap near = of(plan, "good");
    PlannedSwap far = of(plan, "bad");
    FleetStatistics statistics = FleetStatistics.of(fleet);
    double nearDistance =
        Similarity.between(
                profile(fleet, new DeviceId("receiver")),
                profile(fleet, new DeviceId("good")),
                statistics)
            .featureDistance();
    double farDistance =
        Similarity.between(
                profile(fleet, new DeviceId("receiver")),
                profile(fleet, new DeviceId("bad")),
                statistics)
            .featureDistance();
    assertTrue(farDistance > nearDistance + 0.2);
    assertEquals(
        2 * Math.exp(-2 * nearDistance) / Math.exp(-2 * farDistance),
        near.score() / far.score(),
        1e-6);
  }

  /** A receiver that lacks label 1, and two sources alike but for their features. */
  private static List<Profile> pairOfSources(double goodShift, double badShift) {
    return List.of(
        Profiles.of("bad", 0.8, badShift, 150, 150),
        Profiles.of("good", 0.8, goodShift, 150, 150),
        Profiles.of("receiver", 0.8, 0, 300, 0));
  }

  private static PlannedSwap of(List<PlannedSwap> plan, String source) {
    return plan.stream()
        .filter(s -> s.order().receiver().name().equals("receiver"))
        .filter(s -> s.order().source().name().equals(source))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void sourcesThatServedOftenComeLater() {
    List<Profile> fleet = pairOfSources(0, 0);
    PlanRequest fresh = Profiles.request(fleet, Profiles.settings(0.5, 0.7));
    PlanRequest used =
        new PlanRequest(
            2,
            fleet,
            fresh.target(),
            Map.of(),
            Map.of(new DeviceId("good"), 4),
            fresh.reputation(),
            fresh.settings(),
            1,
            fresh.seed());
    double before = of(plan(fresh), "bad").score();
    PlannedSwap after = of(plan(used), "good");
    assertEquals(1.0 / 3, after.score() / before / 0.5, 1e-6);
  }

  /** Samples granted before make the deficit smaller, down to nothing. */
  @Test
  void whatWasGrantedIsNotAskedForAgain() {
    List<Profile> fleet = pairOfSources(0, 0);
    PlanRequest fresh = Profiles.request(fleet, Profiles.settings(0.5, 0.7));
    PlanRequest served =
        new PlanRequest(
            2,
            fleet,
            fresh.target(),
            Map.of(new DeviceId("receiver"), new double[] {0, 300}),
            Map.of(),
            fresh.reputation(),
            fresh.settings(),
            1,
            fresh.seed());
    assertTrue(of(plan(fresh), "good").deficit() > 0.4);
    assertTrue(
        plan(served).stream().allMatch(swap -> swap.order().labels().isEmpty()),
        "nobody lacks anything now");
  }

  @Test
  void noBudgetMeansNoOrders() {
    assertEquals(
        List.of(), plan(Profiles.request(Profiles.random(10, 5, 1), Profiles.settings(0, 0.7))));
  }
}
