/**
 * A device of a live fleet, and what a monitor apart has in common with one: {@link
 * dev.kula.client.FleetClient} attends the fleet's server over a {@link dev.kula.client.ServerLine}
 * and lets a {@link dev.kula.client.Worker} do what it is asked, which writes it down in a {@link
 * dev.kula.client.JobLog} and has it done by a {@link dev.kula.client.JobRunner}: of a device, a
 * {@link dev.kula.client.DeviceRunner}, which a {@link dev.kula.client.OwnDevice} makes of samples,
 * keys and noise of its own. Where devices reach each other, {@link dev.kula.client.DirectTalk}
 * spares the server what is large. An application that embeds a device begins with {@link
 * dev.kula.client.EmbeddedDevice} and needs nothing else. May import the core, the engine, the wire
 * and gRPC; no server.
 */
@NullMarked
package dev.kula.client;

import org.jspecify.annotations.NullMarked;
