package dev.kula.benchmarks.evidence;

import dev.kula.KulaException;
import dev.kula.app.Figures;
import dev.kula.app.Kula;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Runs what has not been run yet. A run that ended is kept in the cache and is not run again,
 * whatever Kula has become since: who changes a method deletes its directory. One process at a time
 * may use a cache.
 *
 * <p>For one thread; it starts others itself.
 */
final class Laboratory {
  private static final Set<String> KEPT =
      Set.of("summary.json", "rounds.jsonl", "configuration.json");
  private static final int MISTAKE = 2;

  private final Path cache;
  private final int jobs;
  private final PrintStream progress;
  private final InstantSource clock;
  private final Instant end;
  private final Map<Run, String> refused = new LinkedHashMap<>();
  private int made;

  /**
   * A laboratory.
   *
   * @param cache where runs are kept; made if need be
   * @param jobs runs at a time
   * @param time after which no run is begun
   * @param progress a line a run
   */
  Laboratory(Path cache, int jobs, Duration time, PrintStream progress, InstantSource clock) {
    this.cache = cache;
    this.jobs = jobs;
    this.progress = progress;
    this.clock = clock;
    this.end = clock.instant().plus(time);
  }

  /**
   * What came of runs, those that are in the cache and those that are made now. A run for which
   * there was no time is missing, and one that Kula refuses: a method may not go with a scenario.
   *
   * @throws KulaException if a run fails otherwise
   */
  Map<Run, Outcome> outcomes(List<Run> runs) {
    List<Run> missing =
        runs.stream().distinct().filter(run -> !isThere(run) && !refused.containsKey(run)).toList();
    if (!missing.isEmpty()) {
      make(missing, runs.size() - missing.size());
    }
    Map<Run, Outcome> outcomes = new LinkedHashMap<>();
    for (Run run : runs) {
      if (isThere(run)) {
        outcomes.put(run, Outcome.read(directory(run)));
      }
    }
    return outcomes;
  }

  /** Whether all of these are there, or refused. */
  boolean isDone(List<Run> runs) {
    return runs.stream().allMatch(run -> isThere(run) || refused.containsKey(run));
  }

  /** Why Kula refused a method in a scenario, by the two; of runs asked for so far. */
  Map<String, String> refusals() {
    Map<String, String> refusals = new TreeMap<>();
    refused.forEach((run, why) -> refusals.put(run.method() + ", " + run.scenario(), why));
    return refusals;
  }

  /** Runs that were made, not found. */
  int made() {
    return made;
  }

  private Path directory(Run run) {
    return cache.resolve(run.place());
  }

  private boolean isThere(Run run) {
    return Files.exists(directory(run).resolve("summary.json"));
  }

  private void make(List<Run> missing, int found) {
    progress.printf("evidence: %d runs to make, %d are there%n", missing.size(), found);
    Instant start = clock.instant();
    try (ExecutorService pool = Executors.newFixedThreadPool(jobs)) {
      List<Future<?>> all = new ArrayList<>();
      int[] done = {0};
      for (Run run : missing) {
        all.add(
            pool.submit(
                () -> {
                  if (clock.instant().isBefore(end)) {
                    String what = make(run);
                    synchronized (this) {
                      done[0]++;
                      tell(run, what, done[0], missing.size(), start);
                    }
                  }
                }));
      }
      try {
        for (Future<?> one : all) {
          one.get();
        }
      } catch (ExecutionException e) {
        pool.shutdownNow();
        if (e.getCause() instanceof KulaException known) {
          throw known;
        }
        throw new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        pool.shutdownNow();
        Thread.currentThread().interrupt();
      }
    }
  }

  private void tell(Run run, String what, int done, int all, Instant start) {
    double seconds = Duration.between(start, clock.instant()).toMillis() / 1000.0;
    progress.printf(
        "[%d of %d, about %.0f min left] %s: %s%n",
        done, all, seconds / done * (all - done) / 60, run, what);
  }

  private String make(Run run) {
    Path directory = directory(run);
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int code;
    try {
      delete(directory);
      Files.createDirectories(directory.getParent());
      try (PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
        code = Kula.run(out, out, run.arguments(directory).toArray(String[]::new));
      }
      if (code == 0) {
        tidy(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String last = said.toString(StandardCharsets.UTF_8).lines().reduce("", (a, b) -> b);
    if (code == MISTAKE) {
      synchronized (this) {
        refused.put(run, last);
      }
      return "refused: " + last;
    }
    if (code != 0) {
      throw KulaException.internal(
          "evidence: %s failed: %s; repeat it with kula %s"
              .formatted(run, last, String.join(" ", run.arguments(directory))));
    }
    synchronized (this) {
      made++;
    }
    return Figures.percent(Outcome.read(directory).seed().personalAccuracy()) + " %";
  }

  private static void tidy(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        if (!KEPT.contains(String.valueOf(file.getFileName()))) {
          Files.delete(file);
        }
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
