package dev.kula.store;

import dev.kula.round.RunEvent;

/**
 * A line of {@code events.jsonl}.
 *
 * @param method name of the method, as in the summary
 * @param seed seed of the run
 * @param event what happened
 */
public record LoggedEvent(String method, long seed, RunEvent event) {}
