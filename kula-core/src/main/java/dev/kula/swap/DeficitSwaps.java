package dev.kula.swap;

import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.monitor.Deficit;
import dev.kula.monitor.FleetStatistics;
import dev.kula.monitor.Profile;
import dev.kula.monitor.Similarity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The default: a device whose target needs labels that its ledger lacks is offered samples of these
 * labels by a device that has them, whose features are near, and whose reputation is good. Gated
 * for the personal model; raw samples enter the shared ledger as well.
 *
 * <p>score = (deficit · p_source) · exp(−2 D_x) · reputation / (1 + 0.5 · used); greedy b-matching,
 * one swap a receiver a pass; between the passes the deficits that were served are halved.
 * Candidates come from an inverted index by label, at most 32 a receiver: O(n k log nk), at least
 * half the optimum of each pass. Devices without a deficit explore similar peers with a tenth of
 * the budget.
 */
final class DeficitSwaps implements SwapPolicy {
  private static final int CANDIDATES = 32;
  private static final double ORDER_FROM = 0.1;
  private static final double FULL_SIZE_AT = 0.3;
  private static final double EXPLORATION_SHARE = 0.1;

  /** Samples of a label that a source must seem to have, in standard deviations of its noise. */
  private static final double SIGNIFICANT = 2;

  private static final double LEAST_SAMPLES = 3;

  /** A receiver's state while the plan grows. */
  private static final class Receiver {
    final Profile profile;
    final double[] deficit;
    final double total;

    Receiver(Profile profile, double[] deficit) {
      this.profile = profile;
      this.deficit = deficit;
      this.total = Deficit.sum(deficit);
    }
  }

  private record Edge(
      Receiver receiver,
      Profile source,
      List<Integer> labels,
      double coverage,
      Similarity similarity,
      double score) {}

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
    FleetStatistics statistics = request.statistics();
    List<List<Profile>> holders = holders(request.profiles());
    List<Receiver> receivers = new ArrayList<>();
    for (Profile profile : request.profiles()) {
      receivers.add(new Receiver(profile, deficit(request, profile)));
    }
    Map<DeviceId, Integer> given = new HashMap<>();
    Set<String> pairs = new TreeSet<>();
    List<PlannedSwap> plan = new ArrayList<>();
    for (int pass = 0; pass < request.settings().inDegree(); pass++) {
      List<Edge> edges = new ArrayList<>();
      for (Receiver receiver : receivers) {
        if (receiver.total > ORDER_FROM) {
          edges.addAll(edges(request, receiver, holders, statistics));
        } else if (pass == 0) {
          Edge edge = exploration(request, receiver, statistics);
          if (edge != null) {
            edges.add(edge);
          }
        }
      }
      match(request, edges, given, pairs, plan);
    }
    return plan;
  }

  /** Takes the best edges first, one a receiver, as long as sources have room. */
  private static void match(
      PlanRequest request,
      List<Edge> edges,
      Map<DeviceId, Integer> given,
      Set<String> pairs,
      List<PlannedSwap> plan) {
    edges.sort(
        Comparator.<Edge>comparingDouble(edge -> -edge.score())
            .thenComparing(edge -> edge.receiver().profile.device())
            .thenComparing(edge -> edge.source().device()));
    Set<DeviceId> served = new TreeSet<>();
    for (Edge edge : edges) {
      DeviceId receiver = edge.receiver().profile.device();
      DeviceId source = edge.source().device();
      boolean free = given.getOrDefault(source, 0) < request.settings().outDegree();
      int samples = size(request, edge);
      String pair = receiver.name() + '\n' + source.name();
      if (free && samples >= 1 && !served.contains(receiver) && pairs.add(pair)) {
        plan.add(order(request, edge, samples, plan.size()));
        served.add(receiver);
        given.merge(source, 1, Integer::sum);
        for (int label : edge.labels()) {
          edge.receiver().deficit[label] *= 0.5;
        }
      }
    }
  }

  private static double[] deficit(PlanRequest request, Profile profile) {
    double[] own = profile.labelDistribution();
    double[] target = request.target().apply(own);
    double[] held = new double[own.length];
    double[] granted = request.granted().getOrDefault(profile.device(), new double[own.length]);
    double total = profile.samples();
    for (double samples : granted) {
      total += samples;
    }
    for (int bin = 0; bin < own.length; bin++) {
      held[bin] = (own[bin] * profile.samples() + granted[bin]) / total;
    }
    return Deficit.of(target, held, Math.min(Deficit.THRESHOLD, 0.25 / own.length));
  }

  /** For each label, the devices that seem to hold it, those with most first. */
  private static List<List<Profile>> holders(List<Profile> profiles) {
    int bins = profiles.isEmpty() ? 0 : profiles.getFirst().bins();
    List<List<Profile>> holders = new ArrayList<>();
    for (int bin = 0; bin < bins; bin++) {
      int label = bin;
      holders.add(
          profiles.stream()
              .filter(profile -> holds(profile, label))
              .sorted(
                  Comparator.<Profile>comparingDouble(
                          profile -> -profile.labelDistribution()[label] * profile.samples())
                      .thenComparing(Profile::device))
              .limit(CANDIDATES)
              .toList());
    }
    return holders;
  }

  private static boolean holds(Profile profile, int label) {
    double count = profile.labelDistribution()[label] * profile.samples();
    return count >= Math.max(LEAST_SAMPLES, SIGNIFICANT * profile.noise().labelStddev());
  }

  private static List<Edge> edges(
      PlanRequest request,
      Receiver receiver,
      List<List<Profile>> holders,
      FleetStatistics statistics) {
    Map<DeviceId, Profile> candidates = new HashMap<>();
    for (int label = 0; label < receiver.deficit.length; label++) {
      if (receiver.deficit[label] > 0) {
        holders.get(label).forEach(source -> candidates.put(source.device(), source));
      }
    }
    candidates.remove(receiver.profile.device());
    List<Edge> edges = new ArrayList<>();
    for (Profile source : candidates.values()) {
      edges.add(edge(request, receiver, source, statistics));
    }
    edges.sort(
        Comparator.<Edge>comparingDouble(edge -> -edge.score())
            .thenComparing(edge -> edge.source().device()));
    return edges.subList(0, Math.min(CANDIDATES, edges.size()));
  }

  private static Edge edge(
      PlanRequest request, Receiver receiver, Profile source, FleetStatistics statistics) {
    double[] shares = source.labelDistribution();
    List<Integer> labels = new ArrayList<>();
    double overlap = 0;
    double covered = 0;
    for (int label = 0; label < shares.length; label++) {
      if (receiver.deficit[label] > 0 && holds(source, label)) {
        labels.add(label);
        overlap += receiver.deficit[label] * shares[label];
        covered += receiver.deficit[label];
      }
    }
    Similarity similarity = request.similarity(receiver.profile, source, statistics);
    double score =
        overlap
            * Math.exp(-2 * similarity.featureDistance())
            * request.reputation().value(source.device())
            / (1 + 0.5 * request.used().getOrDefault(source.device(), 0));
    double coverage = covered / Deficit.sum(receiver.deficit);
    return new Edge(receiver, source, labels, coverage, similarity, score);
  }

  /** The most similar peer, for a device that lacks nothing. */
  private static @Nullable Edge exploration(
      PlanRequest request, Receiver receiver, FleetStatistics statistics) {
    Edge best = null;
    for (Profile source : request.profiles()) {
      if (!source.device().equals(receiver.profile.device())) {
        Similarity similarity = request.similarity(receiver.profile, source, statistics);
        double score = 1e-6 * similarity.value() * request.reputation().value(source.device());
        if (best == null || score > best.score()) {
          best = new Edge(receiver, source, List.of(), 0, similarity, score);
        }
      }
    }
    return best;
  }

  private static int size(PlanRequest request, Edge edge) {
    double quota =
        request.quota(edge.receiver().profile) * request.reputation().quota(edge.source().device());
    boolean explores = edge.labels().isEmpty();
    double part = explores ? EXPLORATION_SHARE : Math.min(1, edge.receiver().total / FULL_SIZE_AT);
    return (int) Math.floor(quota * part);
  }

  private static PlannedSwap order(PlanRequest request, Edge edge, int samples, int index) {
    boolean explores = edge.labels().isEmpty();
    String why =
        explores
            ? "no deficit; explores the most similar peer, similarity %.2f"
                .formatted(edge.similarity().value())
            : "own data lack %.0f %% of the target, of which the source covers %.0f %%"
                .formatted(100 * edge.receiver().total, 100 * edge.coverage());
    Exchange exchange = request.settings().exchangeFor(samples);
    Admission admission =
        switch (exchange) {
          case VISIT, WHOLE_VISIT, SYNTHETIC -> Admission.GATED_PERSONAL;
          case RAW -> Admission.SHARED_AND_GATED_PERSONAL;
        };
    return new OrderForm(request, edge.receiver().profile, edge.source(), samples)
        .asking(edge.labels())
        .via(exchange, admission, request.settings().selection(), 1)
        .covering(edge.receiver().total, edge.coverage())
        .because(edge.similarity(), edge.score(), why)
        .numbered(index);
  }
}
