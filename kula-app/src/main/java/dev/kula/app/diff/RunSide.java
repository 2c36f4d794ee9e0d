package dev.kula.app.diff;

import dev.kula.round.RoundRecord;
import dev.kula.round.RunSummary;
import dev.kula.round.RunSummary.MethodSummary;
import dev.kula.store.RunJson;
import dev.kula.store.RunReader;
import dev.kula.store.SavedModels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.UUID;

/**
 * A run as its files tell it, whether it has ended or not.
 *
 * @param path of its directory
 * @param command that made it
 * @param settings in force, by flag name
 * @param summary empty if it has not ended
 * @param courses of its methods by name, and of each by seed
 */
public record RunSide(
    Path path,
    String command,
    Map<String, Object> settings,
    Optional<RunSummary> summary,
    SequencedMap<String, SequencedMap<Long, Course>> courses) {

  /**
   * What happened in one run of a method.
   *
   * @param rounds its lines, as far as it has come
   * @param events digest of those of each round, without the name of the method
   */
  public record Course(List<RoundRecord> rounds, Map<Integer, UUID> events) {
    private static Course empty() {
      return new Course(new ArrayList<>(), new HashMap<>());
    }
  }

  /**
   * Reads a run.
   *
   * @param command that made it
   * @param settings in force
   * @throws dev.kula.KulaException USER if there is none, a file is damaged, or a newer Kula wrote
   *     it
   */
  public static RunSide read(Path path, String command, Map<String, Object> settings) {
    RunReader reader = RunReader.of(path);
    SequencedMap<String, SequencedMap<Long, Course>> courses = new LinkedHashMap<>();
    reader.forEachRound(round -> course(courses, round.method(), round.seed()).rounds().add(round));
    reader.forEachEvent(
        logged ->
            course(courses, logged.method(), logged.seed())
                .events()
                .merge(
                    logged.event().round(),
                    digest(RunJson.tree(logged.event()).toString()),
                    (before, next) -> digest(before.toString() + next)));
    Optional<RunSummary> summary =
        reader.hasSummary() ? Optional.of(reader.summary()) : Optional.empty();
    return new RunSide(path, command, settings, summary, courses);
  }

  private static UUID digest(String text) {
    return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Course course(
      SequencedMap<String, SequencedMap<Long, Course>> courses, String method, long seed) {
    return courses
        .computeIfAbsent(method, any -> new LinkedHashMap<>())
        .computeIfAbsent(seed, any -> Course.empty());
  }

  /** What it ended with; empty if it has not. */
  Optional<MethodSummary> method(String name) {
    return summary.flatMap(
        ended -> ended.methods().stream().filter(each -> each.name().equals(name)).findFirst());
  }

  /** Its models; they need not be there. */
  Path models() {
    return path.resolve(SavedModels.RUN);
  }
}
