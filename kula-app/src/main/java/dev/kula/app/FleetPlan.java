package dev.kula.app;

import dev.kula.server.Patience;
import dev.kula.store.database.RunDatabase;
import dev.kula.wire.identity.Tls;
import java.time.Duration;
import java.util.Optional;

/**
 * How a server reaches the devices of a live fleet, and its monitor.
 *
 * @param listen where devices connect to
 * @param tls who the server is, and whom it believes
 * @param membership devices with data of their own that may take part; empty for a rehearsal, where
 *     they deal the same data
 * @param monitorApart whether the monitor is a process of its own
 * @param gathering how long they may take to come, positive
 * @param patience with those that have come
 * @param operations where an operator's tools ask this process; empty for nowhere
 * @param store has a copy of what the run tells; empty for none
 */
record FleetPlan(
    Address listen,
    Tls tls,
    Optional<Membership> membership,
    boolean monitorApart,
    Duration gathering,
    Patience patience,
    Optional<Address> operations,
    Optional<RunDatabase> store) {}
