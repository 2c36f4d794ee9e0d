package dev.kula.app;

import dev.kula.server.Patience;
import dev.kula.wire.identity.Tls;
import java.time.Duration;

/**
 * How a server reaches the devices of a live fleet.
 *
 * @param listen where devices connect to
 * @param tls who the server is, and whom it believes
 * @param gathering how long devices may take to come, positive
 * @param patience with devices that have come
 */
record FleetPlan(Address listen, Tls tls, Duration gathering, Patience patience) {}
