package dev.kula.swap;

import dev.kula.data.Exchange;
import dev.kula.monitor.Portraits;
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
    Portraits portraits = request.portraits();
    RandomGenerator random = request.seed().generator();
    List<PlannedSwap> plan = new ArrayList<>();
    for (int i = 0; i < profiles.size(); i++) {
      Profile receiver = profiles.get(i);
      int degree = Math.min(request.settings().inDegree(), profiles.size() - 1);
      List<Integer> taken = new ArrayList<>(List.of(i));
      for (int k = 0; k < degree; k++) {
        int source = free(random.nextInt(profiles.size() - taken.size()), taken);
        int samples = request.quota(receiver) / degree;
        if (samples >= 1) {
          Exchange exchange = request.settings().exchangeFor(samples);
          plan.add(
              new OrderForm(request, receiver, profiles.get(source), samples)
                  .via(exchange, Admission.UNGATED_BOTH, Selection.UNIFORM, 0)
                  .because(
                      portraits.similarity(i, source),
                      0,
                      "drawn at random among %d devices".formatted(profiles.size() - 1))
                  .numbered(plan.size()));
        }
      }
    }
    return plan;
  }

  /** The {@code rank}-th that is not taken, which it then is; those taken are in order. */
  private static int free(int rank, List<Integer> taken) {
    int free = rank;
    int at = 0;
    while (at < taken.size() && taken.get(at) <= free) {
      free++;
      at++;
    }
    taken.add(at, free);
    return free;
  }
}
