package dev.kula.benchmarks.evidence;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One run of one method with one seed.
 *
 * @param method key of a method
 * @param scenario name of a scenario
 * @param settings further arguments, separated by spaces; possibly empty
 * @param seed of all randomness
 */
record Run(String method, String scenario, String settings, long seed) {
  /** Where it is kept, below the cache. What it was run with can be read there. */
  Path place() {
    String name = settings.replaceAll("(^| )--", ",").replace(' ', '=').replaceAll("[:/]", "_");
    return Path.of(
        method, scenario, name.isEmpty() ? "defaults" : name.substring(1), "seed-" + seed);
  }

  /** The command line. */
  List<String> arguments(Path out) {
    List<String> arguments =
        new ArrayList<>(List.of("compare", "--scenario", scenario, "--methods", method));
    arguments.addAll(List.of("--seed", Long.toString(seed), "--seeds", "1", "--threads", "1"));
    arguments.addAll(List.of("--out", out.toString()));
    if (!settings.isEmpty()) {
      arguments.addAll(List.of(settings.split(" ", -1)));
    }
    return arguments;
  }

  @Override
  public String toString() {
    return "%s, %s, seed %d%s"
        .formatted(method, scenario, seed, settings.isEmpty() ? "" : ", " + settings);
  }
}
