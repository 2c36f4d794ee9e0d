package dev.kula.app.report;

import dev.kula.round.RunEvent;
import dev.kula.round.RunSummary;
import dev.kula.store.RunReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that a report shows, small enough to lie in the page: curves are means over the seeds,
 * details are those of each method's first seed.
 *
 * @param summary as in {@code summary.json}
 * @param curves one a method that wrote rounds
 * @param details one a method of the summary
 */
public record ReportData(RunSummary summary, List<Curve> curves, List<Details> details) {
  /**
   * Orders kept a method; a page with all orders of a long comparison would be too heavy to open.
   */
  static final int MOST_ORDERS = 1000;

  /** Pairs drawn in the swap graph of a method. */
  static final int MOST_EDGES = 400;

  public ReportData {
    curves = List.copyOf(curves);
    details = List.copyOf(details);
  }

  /**
   * Learning curves of a method: means over its seeds, as far as the shortest of them ran.
   *
   * @param seeds how many seeds went into the mean
   * @param bytes moved since the start
   */
  public record Curve(
      String method,
      int seeds,
      int[] rounds,
      double[] simulatedSeconds,
      double[] bytes,
      double[] personalAccuracy,
      double[] worstDecile,
      double[] globalAccuracy) {}

  /**
   * What happened in the first seed of a method.
   *
   * @param edges swaps by source, receiver and outcome, most samples first
   * @param edgesLeftOut how many more there are
   * @param orders the first {@link #MOST_ORDERS}
   * @param ordersLeftOut how many more there are
   * @param compared the last comparison of profiles; null if there was none
   * @param spent accounts that were spent
   * @param reputations the last standings; null if there were none
   */
  public record Details(
      String method,
      long seed,
      List<Edge> edges,
      int edgesLeftOut,
      List<Order> orders,
      int ordersLeftOut,
      RunEvent.@Nullable Compared compared,
      List<RunEvent.AccountSpent> spent,
      RunEvent.@Nullable Reputations reputations) {
    public Details {
      edges = List.copyOf(edges);
      orders = List.copyOf(orders);
      spent = List.copyOf(spent);
    }
  }

  /**
   * Swaps between two devices that ended alike.
   *
   * @param outcome {@code accepted}, {@code rejected}, {@code expired} or {@code open}
   * @param samples ordered
   */
  public record Edge(String source, String receiver, String outcome, int orders, long samples) {}

  /**
   * An order and what came of it.
   *
   * @param settled null while it is open
   * @param revoked round in which its lease was taken back; null if it was not
   */
  public record Order(
      RunEvent.Ordered ordered, RunEvent.@Nullable Settled settled, @Nullable Integer revoked) {}

  /** Gathers what a run that has ended left behind. */
  public static ReportData of(RunReader run) {
    RunSummary summary = run.summary();
    CurveMeans curves = new CurveMeans();
    run.forEachRound(curves::add);
    Map<String, DetailsOfSeed> details = new LinkedHashMap<>();
    for (RunSummary.MethodSummary method : summary.methods()) {
      details.put(method.name(), new DetailsOfSeed(method.name(), method.seeds().getFirst()));
    }
    run.forEachEvent(
        event -> {
          DetailsOfSeed of = details.get(event.method());
          if (of != null && of.seed() == event.seed()) {
            of.add(event.event());
          }
        });
    return new ReportData(
        summary, curves.means(), details.values().stream().map(DetailsOfSeed::details).toList());
  }
}
