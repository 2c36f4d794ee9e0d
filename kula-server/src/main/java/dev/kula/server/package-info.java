/**
 * The server's side of a live fleet: {@link dev.kula.server.RemoteFleet} is the fleet that a round
 * loop drives, {@link dev.kula.server.FleetPort} where devices connect to, {@link
 * dev.kula.server.FleetService} what they call there. May import all modules of the live fleet, and
 * gRPC.
 */
@NullMarked
package dev.kula.server;

import org.jspecify.annotations.NullMarked;
