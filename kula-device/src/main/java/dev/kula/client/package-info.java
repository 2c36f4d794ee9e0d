/**
 * A device of a live fleet: {@link dev.kula.client.FleetClient} attends the fleet's server over a
 * {@link dev.kula.client.ServerLine} and lets a {@link dev.kula.client.Worker} do what it is asked,
 * which writes it down in a {@link dev.kula.client.JobLog}. An application that embeds a device
 * needs nothing else. May import the core, the wire and gRPC; no server.
 */
@NullMarked
package dev.kula.client;

import org.jspecify.annotations.NullMarked;
