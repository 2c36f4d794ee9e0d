package dev.kula.app;

import dev.kula.round.RunEvent;
import dev.kula.round.RunSummary.GroupTrials;
import dev.kula.round.RunSummary.IgnoredMessages;
import dev.kula.store.RunReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a summary takes from {@code events.jsonl}, by run. A run that was resumed has all its events
 * there, so that it need not keep them.
 */
final class EventDigest {
  /** How many ratings of a message were void: messages are counted, not ratings. */
  private static final Pattern COUNT = Pattern.compile("^\\d+ ");

  private final Map<Run, GroupTrials> groups = new HashMap<>();
  private final Map<Run, Map<String, Integer>> ignored = new HashMap<>();

  private record Run(String method, long seed) {}

  private EventDigest() {}

  /** Of the events in the directory of runs. */
  static EventDigest of(RunReader reader) {
    EventDigest digest = new EventDigest();
    reader.forEachEvent(
        logged -> digest.add(new Run(logged.method(), logged.seed()), logged.event()));
    return digest;
  }

  private void add(Run run, RunEvent event) {
    if (event instanceof RunEvent.Grouped search) {
      groups.merge(run, GroupTrials.of(search), (one, next) -> one.found() ? one : next);
    } else if (event instanceof RunEvent.Ignored message) {
      ignored
          .computeIfAbsent(run, any -> new TreeMap<>())
          .merge(COUNT.matcher(message.what()).replaceFirst(""), 1, Integer::sum);
    }
  }

  /** What came of the search for groups; null if there was none. */
  @Nullable GroupTrials groups(String method, long seed) {
    return groups.get(new Run(method, seed));
  }

  /** What servers ignored, in the order of the alphabet; null if nothing. */
  @Nullable List<IgnoredMessages> ignored(String method, long seed) {
    Map<String, Integer> kinds = ignored.get(new Run(method, seed));
    return kinds == null
        ? null
        : kinds.entrySet().stream()
            .map(kind -> new IgnoredMessages(kind.getKey(), kind.getValue()))
            .toList();
  }
}
