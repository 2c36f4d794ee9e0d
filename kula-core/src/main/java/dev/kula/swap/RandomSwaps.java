package dev.kula.swap;

import dev.kula.data.Exchange;
import dev.kula.monitor.FleetStatistics;
import dev.kula.monitor.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The control: every device receives from {@code inDegree} others chosen uniformly, any samples,
 * ungated, into both ledgers.
 */
final class RandomSwaps implements SwapPolicy {
  @Override
  public String notation() {
    return "random";
  }

  @Override
  public boolean isGated() {
    return false;
  }

  @Override
  public List<PlannedSwap> plan(PlanRequest request) {
    List<Profile> profiles = request.profiles();
    FleetStatistics statistics = request.statistics();
    RandomGenerator random = request.seed().generator();
    List<PlannedSwap> plan = new ArrayList<>();
    for (Profile receiver : profiles) {
      List<Profile> others = new ArrayList<>(profiles);
      others.remove(receiver);
      int degree = Math.min(request.settings().inDegree(), others.size());
      for (int k = 0; k < degree; k++) {
        Profile source = others.remove(random.nextInt(others.size()));
        int samples = request.quota(receiver) / degree;
        if (samples >= 1) {
          Exchange exchange = request.settings().exchangeFor(samples);
          plan.add(
              new OrderForm(request, receiver, source, samples)
                  .via(exchange, Admission.UNGATED_BOTH, Selection.UNIFORM, 0)
                  .because(
                      request.similarity(receiver, source, statistics),
                      0,
                      "drawn at random among %d devices".formatted(profiles.size() - 1))
                  .numbered(plan.size()));
        }
      }
    }
    return plan;
  }
}
