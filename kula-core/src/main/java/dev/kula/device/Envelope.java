package dev.kula.device;

import dev.kula.data.DeviceId;

/**
 * A message on its way.
 *
 * @param from sender, as the fleet authenticated it
 * @param to addressee
 * @param message content
 */
public record Envelope(DeviceId from, DeviceId to, Message message) {
  /** The server that runs rounds, and sums outcomes before the monitor sees them. */
  public static final DeviceId ORCHESTRATOR = new DeviceId("kula:orchestrator");

  /** The performance monitoring service. */
  public static final DeviceId MONITOR = new DeviceId("kula:monitor");

  /** The holder of the operator's base set; it answers like any device. */
  public static final DeviceId BASE = new DeviceId("kula:base");

  /** The examiner of a simulation. It sees what no server of a live fleet would be told. */
  public static final DeviceId EVALUATOR = new DeviceId("kula:evaluator");

  /** Prefix of the names that devices may not have. */
  public static final String RESERVED = "kula:";
}
