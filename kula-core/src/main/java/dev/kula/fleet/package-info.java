/**
 * Where devices live. A {@link dev.kula.fleet.Fleet} has three verbs: train a cohort and fold on
 * the way, carry messages, keep durable state. {@link dev.kula.fleet.LocalFleet} does it in one
 * process, in virtual time, with its {@link dev.kula.fleet.Devices} in memory or, while they do not
 * work, on a {@link dev.kula.fleet.StateShelf}. {@link dev.kula.fleet.Supersteps} carry messages
 * and {@link dev.kula.fleet.Conditions} say what time it is and who is there, for any fleet; a
 * {@link dev.kula.fleet.Pace} says whose updates a round waits for, and {@link
 * dev.kula.fleet.Arrivals} who that is in virtual time. To add a fleet, implement {@code Fleet} and
 * hold it against the plain one of the tests. Imports {@code device} and everything above it, never
 * {@code round}.
 */
@NullMarked
package dev.kula.fleet;

import org.jspecify.annotations.NullMarked;
