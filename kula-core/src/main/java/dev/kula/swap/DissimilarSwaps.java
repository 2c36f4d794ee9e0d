package dev.kula.swap;

import dev.kula.data.Exchange;
import dev.kula.monitor.FleetStatistics;
import dev.kula.monitor.Profile;
import dev.kula.monitor.Similarity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The specification's rule, literally: every ordered pair is considered; a pair whose similarity is
 * below the threshold swaps; size and diversity grow with dissimilarity; both sides give, by
 * importance and diversity, into both ledgers, ungated. The one thing added is the quota, which
 * every policy has: the most dissimilar pairs go first, until the devices' budgets are used up.
 */
final class DissimilarSwaps implements SwapPolicy {
  /** A pair below the threshold. */
  private record Pair(Profile a, Profile b, Similarity similarity) {}

  @Override
  public String notation() {
    return "dissimilar";
  }

  @Override
  public boolean isGated() {
    return false;
  }

  @Override
  public List<PlannedSwap> plan(PlanRequest request) {
    FleetStatistics statistics = request.statistics();
    List<Pair> pairs = new ArrayList<>();
    for (Profile a : request.profiles()) {
      for (Profile b : request.profiles()) {
        if (!a.device().equals(b.device())) {
          Similarity similarity = request.similarity(a, b, statistics);
          if (similarity.value() < request.settings().similarityThreshold()) {
            pairs.add(new Pair(a, b, similarity));
          }
        }
      }
    }
    pairs.sort(
        Comparator.<Pair>comparingDouble(pair -> pair.similarity().value())
            .thenComparing(pair -> pair.a().device())
            .thenComparing(pair -> pair.b().device()));
    Map<Object, Integer> left = new HashMap<>();
    request.profiles().forEach(profile -> left.put(profile.device(), request.quota(profile)));
    List<PlannedSwap> plan = new ArrayList<>();
    for (Pair pair : pairs) {
      int size = Math.min(size(request, pair), left.getOrDefault(pair.a().device(), 0));
      size = Math.min(size, left.getOrDefault(pair.b().device(), 0));
      if (size >= 1) {
        plan.add(order(request, pair, pair.b(), pair.a(), size, plan.size()));
        plan.add(order(request, pair, pair.a(), pair.b(), size, plan.size()));
        left.merge(pair.a().device(), -size, Integer::sum);
        left.merge(pair.b().device(), -size, Integer::sum);
      }
    }
    return plan;
  }

  /** Half the smaller quota for a pair that has nothing in common, less in proportion. */
  private static int size(PlanRequest request, Pair pair) {
    int quota = Math.min(request.quota(pair.a()), request.quota(pair.b()));
    return (int) Math.ceil(0.5 * quota * (1 - pair.similarity().value()));
  }

  private static PlannedSwap order(
      PlanRequest request, Pair pair, Profile receiver, Profile source, int size, int index) {
    double dissimilarity = 1 - pair.similarity().value();
    Exchange exchange = request.settings().exchangeFor(size);
    return new OrderForm(request, receiver, source, size)
        .via(exchange, Admission.UNGATED_BOTH, Selection.MIXED, dissimilarity)
        .because(
            pair.similarity(),
            dissimilarity,
            "similarity %.2f is below %.2f"
                .formatted(pair.similarity().value(), request.settings().similarityThreshold()))
        .numbered(index);
  }
}
