package dev.kula.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.data.DeviceId;
import dev.kula.monitor.Profile;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Plans for fleets of which not all pairs are looked at. */
final class DeficitMarketTest {
  private static final int DEVICES = 1500;

  private static List<PlannedSwap> plan(String policy, int threads) throws Exception {
    PlanRequest request =
        Profiles.request(Profiles.random(DEVICES, 8, 3), Profiles.settings(0.5, 0.7));
    try (ForkJoinPool pool = new ForkJoinPool(threads)) {
      // Parallel streams run in the pool that they are started from.
      return pool.submit(() -> Profiles.plan(policy, request)).get();
    }
  }

  @ParameterizedTest
  @Tag("slow")
  @ValueSource(strings = {"deficit", "similar", "dissimilar", "random"})
  void threadsDoNotMatter(String policy) throws Exception {
    assertEquals(plan(policy, 1), plan(policy, 4));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "3, 1", "1, 3"})
  void nobodyTakesOrGivesMoreThanItMay(int inDegree, int outDegree) {
    List<Profile> fleet = Profiles.random(DEVICES, 8, 5);
    SwapSettings settings = Profiles.settings(0.5, 0.7, inDegree, outDegree);
    Map<DeviceId, Integer> in = new HashMap<>();
    Map<DeviceId, Integer> out = new HashMap<>();
    Set<String> pairs = new HashSet<>();
    long number = 100;
    for (PlannedSwap swap : Profiles.plan("deficit", Profiles.request(fleet, settings))) {
      SwapOrder order = swap.order();
      assertEquals(number++, order.number());
      assertTrue(pairs.add(order.receiver() + "<" + order.source()), "twice the same pair");
      assertTrue(in.merge(order.receiver(), 1, Integer::sum) <= inDegree);
      assertTrue(out.merge(order.source(), 1, Integer::sum) <= outDegree);
      assertEquals(order.labels().isEmpty(), swap.deficit() <= 0.1, "explores if nothing lacks");
    }
    assertTrue(pairs.size() > 0.9 * DEVICES, "nearly all are served: " + pairs.size());
  }

  @Test
  void partsMakeOnePlan() {
    PlanRequest request =
        Profiles.request(Profiles.random(DEVICES, 8, 5), Profiles.settings(0.5, 0.7));
    List<PlannedSwap> whole = DeficitMarket.plan(request);
    List<PlannedSwap> parts = DeficitMarket.plan(request, 400);
    Map<DeviceId, Integer> in = new HashMap<>();
    Map<DeviceId, Integer> out = new HashMap<>();
    long number = request.firstOrder();
    for (PlannedSwap swap : parts) {
      assertEquals(number++, swap.order().number());
      assertTrue(
          in.merge(swap.order().receiver(), 1, Integer::sum) <= request.settings().inDegree());
      assertTrue(
          out.merge(swap.order().source(), 1, Integer::sum) <= request.settings().outDegree());
    }
    assertTrue(in.size() > 0.9 * DEVICES, in.size() + " are served");
    assertTrue(score(parts) > 0.9 * score(whole), score(parts) + " of " + score(whole));
  }

  private static double score(List<PlannedSwap> plan) {
    return plan.stream().mapToDouble(PlannedSwap::score).sum();
  }

  /** 32 holders of each label served all, once: more than 8 · 32 sources must serve a fleet. */
  @Test
  void allWhoHoldSomethingServe() {
    List<Profile> fleet = Profiles.random(DEVICES, 8, 6);
    Set<DeviceId> sources = new HashSet<>();
    Profiles.plan("deficit", Profiles.request(fleet, Profiles.settings(0.5, 0.7)))
        .forEach(swap -> sources.add(swap.order().source()));
    assertTrue(sources.size() > DEVICES / 2, sources.size() + " sources");
  }

  /** To single precision, sources all at once say what they say one by one. */
  @Test
  void sourcesAtOnceScoreAsTheyDoOneByOne() {
    PlanRequest request = Profiles.request(Profiles.random(60, 8, 4), Profiles.settings(0.5, 0.7));
    Traders traders = new Traders(request, request.profiles(), request.portraits());
    int[] sources = IntStream.range(10, 60).toArray();
    Vicinity vicinity = new Vicinity(traders, sources);
    double most = 0;
    for (int receiver = 0; receiver < 60; receiver++) {
      float[] scores = vicinity.scores(receiver);
      for (int i = 0; i < sources.length; i++) {
        assertEquals(traders.score(receiver, sources[i]), scores[i], 1e-4);
        most = Math.max(most, scores[i]);
      }
    }
    assertTrue(most > 0.01, "scores up to " + most);
  }

  /** A bound that too few sources reach would lose offers. */
  @Test
  void asManySourcesAsAskedReachTheBound() {
    PlanRequest request = Profiles.request(Profiles.random(260, 8, 4), Profiles.settings(0.5, 0.7));
    Traders traders = new Traders(request, request.profiles(), request.portraits());
    Vicinity vicinity = new Vicinity(traders, IntStream.range(9, 260).toArray());
    boolean bounds = false;
    for (int receiver = 0; receiver < 260; receiver++) {
      float[] scores = vicinity.scores(receiver).clone();
      for (int asked = 1; asked <= 125; asked += 4) {
        float bound = vicinity.reachedBy(asked);
        int reach = 0;
        for (float score : scores) {
          reach += score >= bound ? 1 : 0;
        }
        assertTrue(reach >= asked, reach + " of " + asked);
        bounds |= reach < 2 * asked;
      }
      assertEquals(0, vicinity.reachedBy(126), "too few to say");
    }
    assertTrue(bounds, "it tells the best from the rest");
  }

  @Test
  void eachReceiverMeetsACellOnce() {
    PlanRequest request = Profiles.request(Profiles.random(400, 8, 4), Profiles.settings(0.5, 0.7));
    Traders traders = new Traders(request, request.profiles(), request.portraits());
    int[] sources = IntStream.range(0, 300).toArray();
    int[] receivers = IntStream.range(100, 400).toArray();
    Map<Integer, Integer> met = new ConcurrentHashMap<>();
    new Meetings(traders, sources, receivers, 32, new Seed(1))
        .hold(
            (asking, offering) -> {
              assertTrue(offering.length <= 32 && offering.length >= 16, offering.length + "");
              Arrays.stream(asking).forEach(receiver -> met.merge(receiver, 1, Integer::sum));
            });
    assertEquals(
        Arrays.stream(receivers).boxed().collect(Collectors.toMap(r -> r, r -> 1)),
        Map.copyOf(met));
  }
}
