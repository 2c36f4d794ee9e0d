package dev.kula.swap;

import dev.kula.data.Exchange;
import dev.kula.monitor.Portraits;
import dev.kula.monitor.Profile;
import dev.kula.monitor.Similarity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The specification's rule, literally: every ordered pair is considered; a pair whose similarity is
 * below the threshold swaps; size and diversity grow with dissimilarity; both sides give, by
 * importance and diversity, into both ledgers, ungated. The one thing added is the quota, which
 * every policy has: the most dissimilar pairs go first, until the devices' budgets are used up.
 *
 * <p>All pairs are considered of fleets of up to 1,024 devices, for there are a million. Of larger
 * ones as many are drawn by chance, the same number for each device, but at least {@value #LEAST}.
 */
final class DissimilarSwaps implements SwapPolicy {
  /** Pairs that are considered, unless {@link #LEAST} for each device are more. */
  private static final int PAIRS = 1 << 20;

  private static final int LEAST = 16;

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
    List<Pair> pairs = pairs(request);
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

  private static List<Pair> pairs(PlanRequest request) {
    List<Profile> profiles = request.profiles();
    Portraits portraits = request.portraits();
    int size = profiles.size();
    int drawn = Math.max(LEAST, PAIRS / size);
    List<Pair> pairs = new ArrayList<>();
    for (int a = 0; a < size; a++) {
      int first = a;
      IntStream others =
          drawn >= size
              ? IntStream.range(0, size)
              : request.seed().derive(a).generator().ints(drawn, 0, size).distinct();
      others
          .filter(b -> b != first)
          .forEach(
              b -> {
                Similarity similarity = portraits.similarity(first, b);
                if (similarity.value() < request.settings().similarityThreshold()) {
                  pairs.add(new Pair(profiles.get(first), profiles.get(b), similarity));
                }
              });
    }
    return pairs;
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
