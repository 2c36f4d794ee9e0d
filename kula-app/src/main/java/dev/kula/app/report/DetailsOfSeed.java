package dev.kula.app.report;

import dev.kula.app.report.ReportData.Details;
import dev.kula.app.report.ReportData.Edge;
import dev.kula.app.report.ReportData.Order;
import dev.kula.round.RunEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gathers the events of one seed of one method. */
final class DetailsOfSeed {
  private static final Comparator<Edge> MOST_SAMPLES_FIRST =
      Comparator.comparingLong(Edge::samples)
          .reversed()
          .thenComparing(Edge::source)
          .thenComparing(Edge::receiver)
          .thenComparing(Edge::outcome);

  private final String method;
  private final long seed;
  private final List<RunEvent.Ordered> orders = new ArrayList<>();
  private final Map<Long, RunEvent.Settled> settled = new HashMap<>();
  private final Map<Long, Integer> revoked = new HashMap<>();
  private final List<RunEvent.AccountSpent> spent = new ArrayList<>();
  private RunEvent.@Nullable Compared compared;
  private RunEvent.@Nullable Reputations reputations;

  DetailsOfSeed(String method, long seed) {
    this.method = method;
    this.seed = seed;
  }

  long seed() {
    return seed;
  }

  void add(RunEvent event) {
    switch (event) {
      case RunEvent.Ordered ordered -> orders.add(ordered);
      case RunEvent.Settled outcome -> settled.put(outcome.order(), outcome);
      case RunEvent.Revoked lease -> revoked.putIfAbsent(lease.order(), lease.round());
      case RunEvent.AccountSpent account -> spent.add(account);
      case RunEvent.Compared last -> compared = last;
      case RunEvent.Reputations last -> reputations = last;
      case RunEvent.Profiled ofNoSingleDevice -> {}
      case RunEvent.Ignored inTheSummary -> {}
      case RunEvent.Grouped inTheSummary -> {}
      case RunEvent.Changed inTheSummary -> {}
      case RunEvent.Stopped inTheSummary -> {}
    }
  }

  Details details() {
    List<Edge> edges = edges();
    int keptEdges = Math.min(edges.size(), ReportData.MOST_EDGES);
    int keptOrders = Math.min(orders.size(), ReportData.MOST_ORDERS);
    return new Details(
        method,
        seed,
        edges.subList(0, keptEdges),
        edges.size() - keptEdges,
        orders.subList(0, keptOrders).stream()
            .map(
                ordered ->
                    new Order(ordered, settled.get(ordered.order()), revoked.get(ordered.order())))
            .toList(),
        orders.size() - keptOrders,
        compared,
        spent,
        reputations);
  }

  private List<Edge> edges() {
    Map<List<String>, Edge> byEnds = new LinkedHashMap<>();
    for (RunEvent.Ordered ordered : orders) {
      RunEvent.Settled end = settled.get(ordered.order());
      String outcome = end == null ? "open" : end.outcome();
      Edge one = new Edge(ordered.source(), ordered.receiver(), outcome, 1, ordered.samples());
      byEnds.merge(
          List.of(one.source(), one.receiver(), outcome),
          one,
          (a, b) ->
              new Edge(
                  a.source(),
                  a.receiver(),
                  outcome,
                  a.orders() + b.orders(),
                  a.samples() + b.samples()));
    }
    return byEnds.values().stream().sorted(MOST_SAMPLES_FIRST).toList();
  }
}
