package dev.kula.fleet;

import dev.kula.Seed;
import dev.kula.data.DeviceId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * What work and bytes cost in virtual time. Devices are heterogeneous by default: speeds and links
 * are log-normal, as in measurements of phone fleets (Lai et al. 2022, FedScale, fig. 7), only
 * milder; availability is uniform in [0.9, 1].
 *
 * @param costs of each device
 * @param seed of who is away when
 */
public record CostModel(Map<DeviceId, Costs> costs, Seed seed) {
  private static final double MEDIAN_FLOPS = 2e9;
  private static final double MEDIAN_UPLINK = 1e6;
  private static final double MEDIAN_DOWNLINK = 4e6;
  private static final double SPREAD = 0.5;
  private static final double LATENCY_SECONDS = 0.05;
  private static final double LEAST_AVAILABILITY = 0.9;

  /**
   * What one device costs.
   *
   * @param secondsPerPass one forward pass of one sample
   * @param uplink bytes a second
   * @param downlink bytes a second
   * @param latencySeconds of one message
   * @param availability probability of answering in a round, in [0, 1]
   */
  public record Costs(
      double secondsPerPass,
      double uplink,
      double downlink,
      double latencySeconds,
      double availability) {}

  /** A heterogeneous fleet for models of {@code parameters} numbers. */
  public static CostModel heterogeneous(List<DeviceId> devices, int parameters, Seed seed) {
    Map<DeviceId, Costs> costs = new HashMap<>();
    for (int i = 0; i < devices.size(); i++) {
      RandomGenerator random = seed.derive("costs").derive(i).generator();
      double flops = MEDIAN_FLOPS * Math.exp(SPREAD * random.nextGaussian());
      double uplink = MEDIAN_UPLINK * Math.exp(SPREAD * random.nextGaussian());
      double downlink = MEDIAN_DOWNLINK * Math.exp(SPREAD * random.nextGaussian());
      double availability = LEAST_AVAILABILITY + (1 - LEAST_AVAILABILITY) * random.nextDouble();
      costs.put(
          devices.get(i),
          new Costs(2.0 * parameters / flops, uplink, downlink, LATENCY_SECONDS, availability));
    }
    return new CostModel(costs, seed);
  }

  /** Whether a device answers in a step of a round; the same however often one asks. */
  public boolean isAvailable(DeviceId device, int index, int round, int step) {
    Seed when = seed.derive("away").derive(index).derive(round).derive(step);
    double draw = when.generator().nextDouble();
    return draw < of(device).availability();
  }

  /** What one device costs. */
  public Costs of(DeviceId device) {
    Costs known = costs.get(device);
    if (known == null) {
      throw new IllegalArgumentException("no costs for " + device);
    }
    return known;
  }

  /** Seconds for a device to take in bytes, work, and send bytes. */
  public double seconds(DeviceId device, long bytesIn, double passes, long bytesOut) {
    Costs cost = of(device);
    return cost.latencySeconds()
        + bytesIn / cost.downlink()
        + passes * cost.secondsPerPass()
        + bytesOut / cost.uplink();
  }
}
