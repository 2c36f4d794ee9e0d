package dev.kula.app;

import dev.kula.round.RunState;
import dev.kula.store.Extent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a command stands: what {@code --resume} goes on from.
 *
 * @param completed runs that have ended
 * @param running state of the run under way; null between runs
 * @param extent of the line files at that moment
 */
record CommandState(List<CompletedRun> completed, @Nullable RunState running, Extent extent) {}
