package dev.kula.round;

import dev.kula.fleet.FleetState;
import java.util.List;

/**
 * All that a run needs to go on from the end of a round as if it had never stopped. Plain data; a
 * store writes it as a checkpoint.
 *
 * @param round last round that is complete
 * @param groups who is in which group, and their models after it
 * @param fleet devices' durable state
 * @param orchestrator outcomes held back, and the clip
 * @param monitor what the monitor remembers
 * @param evaluator counts
 * @param revocations leases to be taken back, of which not both devices have heard
 * @param traffic bytes so far
 * @param history every round so far
 * @param events how many events the run has told its listener
 * @param stopped why the run ended; empty while it goes on
 */
public record RunState(
    int round,
    Groups.State groups,
    FleetState fleet,
    Orchestrator.State orchestrator,
    Monitor.State monitor,
    Evaluator.State evaluator,
    List<Revocation> revocations,
    Traffic traffic,
    List<RoundRecord> history,
    long events,
    String stopped) {}
