package dev.kula.monitor;

import dev.kula.data.DeviceId;
import java.util.List;

/**
 * What the tests say about a fleet.
 *
 * @param groups devices that the tests cannot tell from the leader of their group, largest group
 *     first; every profiled device is in exactly one
 * @param outliers devices that differ from the rest of the fleet, by device and component
 * @param errorRate probability, at most, of any false outlier or any false second group in a fleet
 *     whose devices are all alike
 * @param tests number of tests that the error rate was divided over
 */
public record Findings(
    List<List<DeviceId>> groups, List<Outlier> outliers, double errorRate, int tests) {
  public Findings {
    groups = groups.stream().map(List::copyOf).toList();
    outliers = List.copyOf(outliers);
  }
}
