package dev.kula.app;

import dev.kula.data.DeviceId;
import dev.kula.wire.identity.Tls;

/**
 * How a device or a monitor reaches its server.
 *
 * @param server where it is
 * @param tls who it is, and whom it believes
 */
record AttendancePlan(Address server, Tls tls) {
  /** Its name, as its certificate says it. */
  DeviceId name() {
    return tls.self().name();
  }
}
