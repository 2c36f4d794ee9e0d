package dev.kula.swap;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The default: a device whose target needs labels that its ledger lacks is offered samples of these
 * labels by a device that has them, whose features are near, and whose reputation is good. Gated
 * for the personal model; raw samples enter the shared ledger as well.
 *
 * <p>score = (deficit · p_source) · exp(−2 D_x) · reputation / (1 + 0.5 · used); b-matching, one
 * swap a receiver a pass; between the passes the deficits that were served are halved. Devices
 * without a deficit explore similar peers with a tenth of the budget.
 *
 * <p>Fleets of up to {@value #SMALL} devices are matched greedily, each receiver with at most 32 of
 * the sources that hold most of what it lacks. Larger ones go to a {@link DeficitMarket}.
 */
final class DeficitSwaps implements SwapPolicy {
  /** Devices up to which all that matters is among a few dozen sources a label. */
  static final int SMALL = 128;

  private static final int CANDIDATES = 32;

  private record Edge(int receiver, int source, double score) {}

  @Override
  public String notation() {
    return "deficit";
  }

  @Override
  public boolean isGated() {
    return true;
  }

  @Override
  public List<PlannedSwap> plan(PlanRequest request) {
    return request.profiles().size() > SMALL ? DeficitMarket.plan(request) : greedy(request);
  }

  private static List<PlannedSwap> greedy(PlanRequest request) {
    SwapSettings settings = request.settings();
    Traders traders = new Traders(request, request.profiles(), request.portraits());
    List<List<Integer>> holders = holders(traders);
    int[] given = new int[traders.size()];
    Set<List<Integer>> pairs = new HashSet<>();
    List<PlannedSwap> plan = new ArrayList<>();
    for (int pass = 0; pass < settings.inDegree(); pass++) {
      List<Edge> edges = new ArrayList<>();
      for (int receiver = 0; receiver < traders.size(); receiver++) {
        if (traders.lacks(receiver)) {
          edges.addAll(edges(traders, receiver, holders));
        } else if (pass == 0) {
          edges.addAll(exploration(traders, receiver));
        }
      }
      match(settings, traders, edges, given, pairs, plan);
    }
    return plan;
  }

  /** Takes the best edges first, one a receiver, as long as sources have room. */
  private static void match(
      SwapSettings settings,
      Traders traders,
      List<Edge> edges,
      int[] given,
      Set<List<Integer>> pairs,
      List<PlannedSwap> plan) {
    edges.sort(
        bestFirst()
            .thenComparing(edge -> traders.device(edge.receiver()))
            .thenComparing(edge -> traders.device(edge.source())));
    boolean[] served = new boolean[traders.size()];
    for (Edge edge : edges) {
      int receiver = edge.receiver();
      int source = edge.source();
      if (given[source] < settings.outDegree()
          && traders.orderSize(receiver, source) >= 1
          && !served[receiver]
          && pairs.add(List.of(receiver, source))) {
        PlannedSwap planned = traders.order(receiver, source, plan.size());
        plan.add(planned);
        served[receiver] = true;
        given[source]++;
        traders.meet(receiver, planned);
      }
    }
  }

  private static Comparator<Edge> bestFirst() {
    return Comparator.comparingDouble(edge -> -edge.score());
  }

  /** For each label, the devices that seem to hold it, those with most first. */
  private static List<List<Integer>> holders(Traders traders) {
    List<List<Integer>> holders = new ArrayList<>();
    for (int bin = 0; bin < traders.labels(); bin++) {
      int label = bin;
      holders.add(
          IntStream.range(0, traders.size())
              .filter(i -> traders.held(i, label) > 0)
              .boxed()
              .sorted(
                  Comparator.<Integer>comparingDouble(i -> -traders.count(i, label))
                      .thenComparing(i -> traders.device(i)))
              .limit(CANDIDATES)
              .toList());
    }
    return holders;
  }

  private static List<Edge> edges(Traders traders, int receiver, List<List<Integer>> holders) {
    return IntStream.range(0, traders.labels())
        .filter(label -> traders.deficit(receiver, label) > 0)
        .boxed()
        .flatMap(label -> holders.get(label).stream())
        .distinct()
        .filter(source -> source != receiver)
        .map(source -> new Edge(receiver, source, traders.score(receiver, source)))
        .sorted(bestFirst().thenComparing(edge -> traders.device(edge.source())))
        .limit(CANDIDATES)
        .toList();
  }

  /** The most similar peer, for a device that lacks nothing. */
  private static List<Edge> exploration(Traders traders, int receiver) {
    return IntStream.range(0, traders.size())
        .filter(source -> source != receiver)
        .mapToObj(source -> new Edge(receiver, source, traders.curiosity(receiver, source)))
        .min(bestFirst())
        .stream()
        .toList();
  }
}
