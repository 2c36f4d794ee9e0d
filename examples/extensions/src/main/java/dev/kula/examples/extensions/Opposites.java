package dev.kula.examples.extensions;

import dev.kula.monitor.Portraits;
import dev.kula.monitor.Profile;
import dev.kula.swap.OrderForm;
import dev.kula.swap.PlanRequest;
import dev.kula.swap.PlannedSwap;
import dev.kula.swap.SwapPolicy;
import dev.kula.swap.SwapPolicyProvider;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * {@code --policy opposites[:K]}: every device visits the K devices (1 if left out) whose shares of
 * labels differ most from its own, by total variation. Its gate decides what it keeps.
 */
public final class Opposites implements SwapPolicyProvider {
  @Override
  public String name() {
    return "opposites";
  }

  @Override
  public SwapPolicy create(Optional<String> argument) {
    String count = argument.orElse("1");
    if (!count.matches("[1-9]")) {
      throw new IllegalArgumentException("K must be from 1 to 9; try opposites:2");
    }
    return new Policy(Integer.parseInt(count));
  }

  private record Policy(int count) implements SwapPolicy {
    @Override
    public String notation() {
      return "opposites:" + count;
    }

    @Override
    public boolean isGated() {
      return true;
    }

    @Override
    public List<PlannedSwap> plan(PlanRequest request) {
      List<Profile> profiles = request.profiles();
      Portraits portraits = request.portraits();
      List<PlannedSwap> plan = new ArrayList<>();
      for (int i = 0; i < profiles.size(); i++) {
        Profile receiver = profiles.get(i);
        int samples = request.quota(receiver) / count;
        for (int j : farthest(receiver, profiles, samples < 1 ? 0 : count)) {
          double distance = distance(receiver, profiles.get(j));
          plan.add(
              new OrderForm(request, receiver, profiles.get(j), samples)
                  .because(
                      portraits.similarity(i, j),
                      distance,
                      "%.0f %% of its labels are others".formatted(100 * distance))
                  .numbered(plan.size()));
        }
      }
      return plan;
    }

    /** Those of equal distance are in the order of their names. */
    private static int[] farthest(Profile from, List<Profile> profiles, int count) {
      return IntStream.range(0, profiles.size())
          .filter(i -> !profiles.get(i).device().equals(from.device()))
          .boxed()
          .sorted(Comparator.comparingDouble(i -> -distance(from, profiles.get(i))))
          .limit(count)
          .mapToInt(i -> i)
          .toArray();
    }

    private static double distance(Profile one, Profile other) {
      double[] shares = one.labelDistribution();
      double[] others = other.labelDistribution();
      double sum = 0;
      for (int label = 0; label < shares.length; label++) {
        sum += Math.abs(shares[label] - others[label]);
      }
      return sum / 2;
    }
  }
}
