package dev.kula.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.monitor.FleetStatistics;
import dev.kula.monitor.Profile;
import dev.kula.monitor.Similarity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The specification's pseudocode, line by line:
 *
 * <pre>
 * for each device a, for each device b ≠ a:
 *   similarity = calculate_similarity(metrics a, metrics b, characteristics a, characteristics b)
 *   if similarity < threshold:
 *     size = calculate_swap_size(dissimilarity)
 *     data a = select_data(a's data, size); data b = select_data(b's data, size)
 *     exchange_data(a, b, data a, data b)
 * </pre>
 */
final class DissimilarSwapsTest {
  private static final double THRESHOLD = 0.97;

  /** Large and alike, so that no device's sizes add up to its quota, and sizes hardly round. */
  private static final List<Profile> FLEET =
      List.of(
          Profiles.of("a", 0.80, 0, 250_000, 250_000, 250_000, 250_000),
          Profiles.of("b", 0.80, 0, 260_000, 240_000, 250_000, 250_000),
          Profiles.of("c", 0.80, 0, 300_000, 200_000, 250_000, 250_000),
          Profiles.of("d", 0.80, 0, 350_000, 150_000, 250_000, 250_000),
          Profiles.of("e", 0.80, 0, 400_000, 100_000, 250_000, 250_000));

  private record Exchange(String a, String b, Similarity similarity) {}

  /** What the pseudocode does, in its own order. */
  private static List<Exchange> pseudocode(List<Profile> fleet, double threshold) {
    FleetStatistics statistics = FleetStatistics.of(fleet);
    List<Exchange> exchanges = new ArrayList<>();
    for (Profile a : fleet) {
      for (Profile b : fleet) {
        if (!b.device().equals(a.device())) {
          Similarity similarity = Similarity.between(a, b, statistics);
          if (similarity.value() < threshold) {
            exchanges.add(new Exchange(a.device().name(), b.device().name(), similarity));
          }
        }
      }
    }
    return exchanges;
  }

  private static List<PlannedSwap> plan(List<Profile> fleet, double budget, double threshold) {
    return Profiles.plan(
        "dissimilar", Profiles.request(fleet, Profiles.settings(budget, threshold)));
  }

  /** Every ordered pair below the threshold exchanges once, and no other. */
  @Test
  void exactlyThePairsBelowTheThresholdExchange() {
    List<Exchange> exchanges = pseudocode(FLEET, THRESHOLD);
    assertTrue(exchanges.size() > 4 && exchanges.size() < 20, exchanges.toString());
    Map<String, Integer> expected = new TreeMap<>();
    for (Exchange exchange : exchanges) {
      expected.merge(exchange.a() + "<" + exchange.b(), 1, Integer::sum);
      expected.merge(exchange.b() + "<" + exchange.a(), 1, Integer::sum);
    }
    Map<String, Integer> ordered = new TreeMap<>();
    Profiles.pairs(plan(FLEET, 1, THRESHOLD)).forEach(p -> ordered.merge(p, 1, Integer::sum));
    assertEquals(expected, ordered);
  }

  @Test
  void nothingIsBelowAThresholdOfZero() {
    assertEquals(List.of(), plan(FLEET, 1, 0));
  }

  /** exchange_data(a, b, data a, data b): orders come in twos, of the same size. */
  @Test
  void bothSidesGiveTheSame() {
    List<PlannedSwap> plan = plan(FLEET, 1, THRESHOLD);
    for (int i = 0; i < plan.size(); i += 2) {
      SwapOrder there = plan.get(i).order();
      SwapOrder back = plan.get(i + 1).order();
      assertEquals(there.receiver(), back.source());
      assertEquals(there.source(), back.receiver());
      assertEquals(there.samples(), back.samples());
      assertEquals(there.diversity(), back.diversity());
    }
  }

  /** calculate_swap_size(dissimilarity) and select_data by importance and diversity. */
  @Test
  void sizeAndDiversityGrowStrictlyWithDissimilarity() {
    Map<String, Similarity> similarities = new HashMap<>();
    for (Exchange exchange : pseudocode(FLEET, THRESHOLD)) {
      similarities.put(exchange.a() + exchange.b(), exchange.similarity());
    }
    TreeMap<Double, SwapOrder> byDissimilarity = new TreeMap<>();
    for (PlannedSwap swap : plan(FLEET, 1, THRESHOLD)) {
      SwapOrder order = swap.order();
      Similarity similarity =
          Optional.ofNullable(similarities.get(order.receiver().name() + order.source().name()))
              .orElseThrow();
      double dissimilarity = 1 - similarity.value();
      assertEquals(dissimilarity, order.diversity(), 1e-12);
      assertEquals(Math.ceil(0.5 * 1_000_000 * dissimilarity), order.samples(), 1);
      assertEquals(Selection.MIXED, order.selection());
      assertEquals(Admission.UNGATED_BOTH, order.admission());
      assertEquals(List.of(), order.labels(), "any of its data");
      byDissimilarity.put(dissimilarity, order);
    }
    assertTrue(byDissimilarity.size() >= 3);
    SwapOrder last = null;
    for (SwapOrder order : byDissimilarity.values()) {
      if (last != null) {
        assertTrue(order.samples() > last.samples());
        assertTrue(order.diversity() > last.diversity());
      }
      last = order;
    }
  }

  /** The one thing added: nobody gives or gets more than its quota; the least similar go first. */
  @Test
  void quotasBindTheMostDissimilarFirst() {
    List<Profile> fleet = Profiles.random(12, 6, 3);
    List<PlannedSwap> plan = plan(fleet, 0.1, 0.95);
    Map<String, Integer> received = new HashMap<>();
    Map<String, Integer> given = new HashMap<>();
    double last = 2;
    for (PlannedSwap swap : plan) {
      received.merge(swap.order().receiver().name(), swap.order().samples(), Integer::sum);
      given.merge(swap.order().source().name(), swap.order().samples(), Integer::sum);
      assertTrue(swap.score() <= last);
      last = swap.score();
    }
    assertTrue(plan.size() >= 6);
    for (Profile profile : fleet) {
      int quota = (int) Math.floor(0.1 * profile.samples());
      String name = profile.device().name();
      assertTrue(received.getOrDefault(name, 0) <= quota);
      assertTrue(given.getOrDefault(name, 0) <= quota);
    }
  }

  @Test
  void noBudgetMeansNoOrders() {
    assertEquals(List.of(), plan(FLEET, 0, THRESHOLD));
  }
}
