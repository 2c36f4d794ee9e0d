/**
 * The server's side of a live fleet: {@link dev.kula.server.LiveFleet} is a run, which a {@link
 * dev.kula.server.Rehearsal} or a {@link dev.kula.server.Deployment} sets up; {@link
 * dev.kula.server.RemoteFleet} is the fleet that a round loop drives, {@link
 * dev.kula.server.FleetPort} where devices connect to, {@link dev.kula.server.FleetService} what
 * they call there. An {@link dev.kula.server.Onlooker} sees who is asked to do what. A monitor in a
 * process of its own is asked by a {@link dev.kula.server.RemoteMonitor} here, and answers by a
 * {@link dev.kula.server.MonitorRunner} there. May import all modules of the live fleet, and gRPC.
 */
@NullMarked
package dev.kula.server;

import org.jspecify.annotations.NullMarked;
