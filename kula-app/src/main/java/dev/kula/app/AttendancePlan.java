package dev.kula.app;

import dev.kula.data.DeviceId;
import dev.kula.wire.identity.Tls;
import java.util.Optional;

/**
 * How a device or a monitor reaches its server.
 *
 * @param server where it is
 * @param tls who it is, and whom it believes
 * @param own on what terms it takes part with data of its own; empty if it rehearses with data that
 *     all deal alike
 * @param peers where others hand things to it; empty if all goes through the server
 * @param operations where an operator's tools ask this process; empty for nowhere
 */
record AttendancePlan(
    Address server,
    Tls tls,
    Optional<OwnTerms> own,
    Optional<PeerPlan> peers,
    Optional<Address> operations) {
  /** Its name, as its certificate says it. */
  DeviceId name() {
    return tls.self().name();
  }
}
