/**
 * The round loop: the orchestrator that picks cohorts and folds updates, the monitoring service
 * that plans swaps, when to stop, and what a run reports. Entry types: {@link
 * dev.kula.round.Servers}, which are the same on any fleet, and {@link dev.kula.round.Simulation},
 * which lets a {@link dev.kula.round.Roster} make devices and runs both in one process. {@code
 * RoundLoop} is what happens in a round. May import every other package of the core.
 */
@NullMarked
package dev.kula.round;

import org.jspecify.annotations.NullMarked;
