package dev.kula.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On a cluster of processes, one of which is killed in the middle of a round. */
@Tag("slow")
final class LostWorkerTest {
  private static final int BEFORE = 3;
  private static final int ROUNDS = 6;

  @TempDir Path directory;

  /** Whoever drew noise again would show it, in models and in accounts; so would a lost swap. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "--swap-every=2 --exchange=raw --policy=random",
        "--swap-every=2 --policy=deficit --protect=all --epsilon=50",
      })
  void nobodyMissesIt(String flags) throws Exception {
    Path data = Runs.data(directory);
    String[] arguments = (flags + " --rounds=" + ROUNDS).split(" ", -1);
    Path local = directory.resolve("local");
    Runs.simulate(data, local, arguments);

    Path there = directory.resolve("cluster");
    try (Cluster cluster = new Cluster(directory, 2);
        JavaSparkContext spark = SparkFleets.context(cluster.address())) {
      awaitExecutors(spark, 2);
      Killer killer = new Killer(cluster, there);
      spark.sc().addSparkListener(killer);
      Runs.simulate(
          data,
          there,
          Stream.concat(Stream.of(arguments), Stream.of("--fleet=spark:" + cluster.address()))
              .toArray(String[]::new));
      assertEquals(
          List.of(BEFORE, BEFORE), killer.rounds, "rounds done before the kill, and right after");
      assertEquals(1, killer.lost.size(), "executors that were lost");
    }
    assertEquals(
        flags.contains("raw"),
        Files.readString(local.resolve("events.jsonl")).contains("\"accepted\""),
        "whether swaps are compared, too");
    Runs.assertSame(local, there);
    assertFalse(Files.exists(there.resolve("spark")), "what Spark kept is left behind");
  }

  private static void awaitExecutors(JavaSparkContext spark, int count) {
    assertTimeoutPreemptively(
        Duration.ofMinutes(2),
        () -> {
          while (spark.sc().statusTracker().getExecutorInfos().length - 1 < count) {
            Thread.sleep(100);
          }
        },
        "executors do not come");
  }

  /** Kills a worker when a job in the middle of a round begins. */
  private static final class Killer extends SparkListener {
    private static final int JOB = 5;

    private final Cluster cluster;
    private final Path run;
    private int jobs;

    /** How many rounds there had been. */
    final List<Integer> rounds = new CopyOnWriteArrayList<>();

    final Set<String> lost = ConcurrentHashMap.newKeySet();

    Killer(Cluster cluster, Path run) {
      this.cluster = cluster;
      this.run = run;
    }

    @Override
    public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
      lost.add(removed.executorId());
    }

    @Override
    public void onJobStart(SparkListenerJobStart start) {
      if (rounds() >= BEFORE && ++jobs == JOB) {
        rounds.add(rounds());
        cluster.kill(0);
        rounds.add(rounds());
      }
    }

    private int rounds() {
      try {
        Path file = run.resolve("rounds.jsonl");
        return Files.exists(file) ? Files.readAllLines(file).size() : 0;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
