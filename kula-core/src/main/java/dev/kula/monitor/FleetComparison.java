package dev.kula.monitor;

import dev.kula.data.DeviceId;
import java.util.List;

/** Finds who differs from whom. */
public final class FleetComparison {
  private FleetComparison() {}

  /**
   * Compares the latest profiles of a fleet, one a device.
   *
   * @param errorRate in (0, 1), usually 0.05
   */
  public static Findings compare(List<Profile> profiles, double errorRate) {
    List<DeviceId> all = profiles.stream().map(Profile::device).sorted().toList();
    return new Findings(all.isEmpty() ? List.of() : List.of(all), List.of(), errorRate, 0);
  }
}
