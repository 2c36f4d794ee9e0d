package dev.kula.swap;

import dev.kula.monitor.Portraits;
import dev.kula.monitor.Profile;
import dev.kula.monitor.Similarity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Every device is offered samples of the devices most like it, gated, for its personal model. Of
 * fleets of up to {@value #SMALL} devices all pairs are compared; in larger ones the most similar
 * are looked for among a device's {@link Neighbours}.
 */
final class SimilarSwaps implements SwapPolicy {
  /** Devices up to which all pairs are compared. */
  static final int SMALL = 1024;

  /** Neighbours that are considered in a larger fleet. */
  private static final int KEPT = 16;

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
    Portraits portraits = request.portraits();
    List<List<Candidate>> candidates = candidates(request, portraits);
    Map<Object, Integer> given = new HashMap<>();
    List<PlannedSwap> plan = new ArrayList<>();
    for (int i = 0; i < portraits.size(); i++) {
      Profile receiver = request.profiles().get(i);
      int received = 0;
      for (Candidate candidate : candidates.get(i)) {
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

  /** Of each device, the most similar first. */
  private static List<List<Candidate>> candidates(PlanRequest request, Portraits portraits) {
    int size = portraits.size();
    Optional<Neighbours> neighbours =
        size > SMALL
            ? Optional.of(new Neighbours(portraits, request.seed().derive("peers")))
            : Optional.empty();
    return IntStream.range(0, size)
        .parallel()
        .mapToObj(
            i -> {
              IntStream others =
                  neighbours
                      .map(near -> Arrays.stream(near.of(i)).limit(KEPT))
                      .orElseGet(() -> IntStream.range(0, size).filter(other -> other != i));
              return others
                  .mapToObj(
                      other ->
                          new Candidate(
                              request.profiles().get(other), portraits.similarity(i, other)))
                  .sorted(
                      Comparator.<Candidate>comparingDouble(
                              candidate -> -candidate.similarity().value())
                          .thenComparing(candidate -> candidate.source().device()))
                  .toList();
            })
        .toList();
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
