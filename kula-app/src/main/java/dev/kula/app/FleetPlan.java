package dev.kula.app;

import dev.kula.server.Patience;
import dev.kula.store.database.RunDatabase;
import dev.kula.wire.identity.Tls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How a server reaches the devices of a live fleet, and its monitor.
 *
 * @param entrance by which devices come
 * @param membership devices with data of their own that may take part; empty for a rehearsal, where
 *     they deal the same data
 * @param monitorApart whether the monitor is a process of its own
 * @param gathering how long they may take to come, positive
 * @param patience with those that have come
 * @param operations where an operator's tools ask this process; empty for nowhere
 * @param store has a copy of what the run tells; empty for none
 * @param watch shows the run as it goes; empty for none
 */
record FleetPlan(
    Entrance entrance,
    Optional<Membership> membership,
    boolean monitorApart,
    Duration gathering,
    Patience patience,
    Optional<Address> operations,
    Optional<RunDatabase> store,
    Optional<Watch> watch) {
  /** By which devices come. */
  sealed interface Entrance {}

  /**
   * They connect to this process.
   *
   * @param tls who it is, and whom it believes
   */
  record Port(Address listen, Tls tls) implements Entrance {}

  /**
   * They connect to gateways, with Kafka between these and this process.
   *
   * @param file Kafka's properties
   */
  record Kafka(Path file) implements Entrance {}

  /** Whether devices connect to gateways. */
  boolean isTiered() {
    return entrance instanceof Kafka;
  }
}
