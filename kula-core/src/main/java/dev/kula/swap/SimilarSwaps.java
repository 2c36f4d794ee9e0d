package dev.kula.swap;

import dev.kula.monitor.FleetStatistics;
import dev.kula.monitor.Profile;
import dev.kula.monitor.Similarity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Every device is offered samples of the devices most like it, gated, for its personal model. */
final class SimilarSwaps implements SwapPolicy {
  private record Candidate(Profile source, Similarity similarity) {}

  @Override
  public String notation() {
    return "similar";
  }

  @Override
  public boolean isGated() {
    return true;
  }

  @Override
  public List<PlannedSwap> plan(PlanRequest request) {
    FleetStatistics statistics = request.statistics();
    Map<Object, Integer> given = new HashMap<>();
    List<PlannedSwap> plan = new ArrayList<>();
    for (Profile receiver : request.profiles()) {
      List<Candidate> candidates = new ArrayList<>();
      for (Profile source : request.profiles()) {
        if (!source.device().equals(receiver.device())) {
          candidates.add(new Candidate(source, request.similarity(receiver, source, statistics)));
        }
      }
      candidates.sort(
          Comparator.<Candidate>comparingDouble(candidate -> -candidate.similarity().value())
              .thenComparing(candidate -> candidate.source().device()));
      int received = 0;
      for (Candidate candidate : candidates) {
        Object source = candidate.source().device();
        int samples = request.quota(receiver) / request.settings().inDegree();
        boolean free = given.getOrDefault(source, 0) < request.settings().outDegree();
        if (received < request.settings().inDegree() && free && samples >= 1) {
          plan.add(order(request, receiver, candidate, samples, plan.size()));
          given.merge(source, 1, Integer::sum);
          received++;
        }
      }
    }
    return plan;
  }

  private static PlannedSwap order(
      PlanRequest request, Profile receiver, Candidate candidate, int samples, int index) {
    double similarity = candidate.similarity().value();
    return new OrderForm(request, receiver, candidate.source(), samples)
        .via(
            request.settings().exchangeFor(samples),
            Admission.GATED_PERSONAL,
            request.settings().selection(),
            1)
        .because(
            candidate.similarity(),
            similarity,
            "among the most similar devices, similarity %.2f".formatted(similarity))
        .numbered(index);
  }
}
