package dev.kula.swap;

import dev.kula.Seed;
import dev.kula.data.DeviceId;
import dev.kula.monitor.FleetStatistics;
import dev.kula.monitor.Portraits;
import dev.kula.monitor.Profile;
import dev.kula.monitor.Reputation;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * All that a policy may look at: what devices let the monitor know, and what the monitor remembers.
 *
 * @param round in which the orders go out
 * @param profiles of the devices that reported, in the order of their names, at least one
 * @param target from a device's label shares to the shares that its model must serve
 * @param granted samples that earlier orders gave each receiver, by label bin; absent for none
 * @param used how many orders each source has served; absent for none
 * @param reputation of all sources
 * @param settings bounds
 * @param firstOrder number of the first order of this plan
 * @param seed of the plan's random choices
 */
public record PlanRequest(
    int round,
    List<Profile> profiles,
    UnaryOperator<double[]> target,
    Map<DeviceId, double[]> granted,
    Map<DeviceId, Integer> used,
    Reputation reputation,
    SwapSettings settings,
    long firstOrder,
    Seed seed) {
  public PlanRequest {
    profiles = List.copyOf(profiles);
  }

  /**
   * A device's swap budget in samples. Policies bound by it what the device receives; dissimilar
   * swaps bound what it gives as well.
   */
  public int quota(Profile profile) {
    return (int) Math.floor(settings.budget() * profile.samples());
  }

  /** Means and spreads of the whole fleet. */
  public FleetStatistics statistics() {
    return FleetStatistics.of(profiles);
  }

  /** What comparing needs of the profiles, in their order. */
  public Portraits portraits() {
    return Portraits.of(profiles, statistics());
  }

  /** Whether a source has served, and its reputation earns the gate's lower tolerance. */
  public boolean trusts(DeviceId source) {
    return !reputation.isNewcomer(source)
        && reputation.value(source) >= settings.trustedReputation();
  }
}
