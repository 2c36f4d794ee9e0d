package dev.kula.app;

import dev.kula.data.DeviceId;
import dev.kula.wire.identity.Tls;
import java.util.Optional;

/**
 * How a device or a monitor reaches its server.
 *
 * @param server where it is
 * @param tls who it is, and whom it believes
 * @param rehearses whether it takes its part of data that all deal alike, and not data of its own
 * @param givesRaw whether raw samples of its own may leave it, and others' enter
 * @param mostEpsilon that its account may come to in all runs; infinite for no limit
 * @param operations where an operator's tools ask this process; empty for nowhere
 */
record AttendancePlan(
    Address server,
    Tls tls,
    boolean rehearses,
    boolean givesRaw,
    double mostEpsilon,
    Optional<Address> operations) {
  /** Its name, as its certificate says it. */
  DeviceId name() {
    return tls.self().name();
  }
}
