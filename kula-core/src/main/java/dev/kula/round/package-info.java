/**
 * The round loop: the orchestrator that picks cohorts and folds updates, the monitoring service
 * that plans swaps, when to stop, and what a run reports. Entry type: {@code RoundLoop}. May import
 * every other package of the core.
 */
@NullMarked
package dev.kula.round;

import org.jspecify.annotations.NullMarked;
