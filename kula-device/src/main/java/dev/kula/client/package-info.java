/**
 * A device of a live fleet: {@link dev.kula.client.DeviceClient} attends the fleet's server over a
 * {@link dev.kula.client.ServerLine} and lets a {@link dev.kula.client.JobRunner} do what it is
 * asked. An application that embeds a device needs nothing else. May import the core, the wire and
 * gRPC; no server.
 */
@NullMarked
package dev.kula.client;

import org.jspecify.annotations.NullMarked;
