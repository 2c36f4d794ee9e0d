package dev.kula.app;

import dev.kula.data.DeviceId;
import dev.kula.wire.identity.Tls;

/**
 * How a device reaches its server.
 *
 * @param server where it is
 * @param tls who the device is, and whom it believes
 */
record DevicePlan(Address server, Tls tls) {
  /** The device's name, as its certificate says it. */
  DeviceId name() {
    return tls.self().name();
  }
}
