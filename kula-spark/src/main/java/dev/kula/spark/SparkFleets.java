package dev.kula.spark;

import dev.kula.KulaException;
import dev.kula.fleet.SimulatedFleet;
import dev.kula.round.FleetProvider;
import dev.kula.round.SimulationParts;
import dev.kula.round.SimulationRecipe;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;

/**
 * Makes fleets of {@code spark} and {@code spark:MASTER}. Spark is started once a process and
 * master. What {@code spark.*} properties of this process say stands before what is set here.
 */
public final class SparkFleets implements FleetProvider {
  private static final String SPARK = "spark";

  /** Spark's own setting, for a directory that all machines see. */
  private static final String CHECKPOINTS = "spark.checkpoint.dir";

  private static final String EXECUTOR_MEMORY = "spark.executor.memory";

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration SETTLING = Duration.ofSeconds(3);

  private static @Nullable JavaSparkContext started;

  /** For {@link java.util.ServiceLoader}. */
  public SparkFleets() {}

  @Override
  public boolean provides(String fleet) {
    return fleet.equals(SPARK) || fleet.startsWith(SPARK + ":");
  }

  @Override
  public SimulatedFleet create(
      String fleet, SimulationParts parts, SimulationRecipe recipe, Path directory) {
    if (parts.settings().rounds().strategy().needsRoot()) {
      throw new IllegalArgumentException("nobody trains on the base set there");
    }
    JavaSparkContext spark = context(master(fleet, parts.settings().threads()));
    boolean own = !spark.getConf().contains(CHECKPOINTS);
    String checkpoints = own ? directory.toUri().toString() : spark.getConf().get(CHECKPOINTS);
    return new SparkFleet(spark, parts, recipe, checkpoints, own);
  }

  private static String master(String fleet, int threads) {
    if (fleet.equals(SPARK)) {
      return "local[%d]".formatted(threads);
    }
    return fleet.startsWith(SPARK + "://") ? fleet : fleet.substring(SPARK.length() + 1);
  }

  /** Spark on this master, which is started if it is not there. */
  static synchronized JavaSparkContext context(String master) {
    JavaSparkContext known = started;
    if (known != null && !known.sc().isStopped()) {
      if (known.master().equals(master)) {
        return known;
      }
      known.stop();
    }
    try {
      JavaSparkContext made = new JavaSparkContext(configuration(master));
      started = made;
      if (!made.isLocal()) {
        awaitExecutors(made, master);
      }
      return made;
    } catch (KulaException failure) {
      throw failure;
    } catch (Exception failure) { // Scala declares none, and throws checked ones
      throw KulaException.resource(
          "Spark does not start on '%s': %s; see to its cluster, or use --fleet local"
              .formatted(master, failure.getMessage()),
          failure);
    }
  }

  /**
   * Waits until there are executors, and no more come: into how many shards devices are divided
   * depends on how many there are, and Spark itself would wait for the first for ever.
   */
  private static void awaitExecutors(JavaSparkContext spark, String master)
      throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    int before = 0;
    while (true) {
      int now = spark.sc().statusTracker().getExecutorInfos().length - 1; // the driver is one
      if (now > 0 && now == before) {
        return;
      }
      if (System.nanoTime() > end) {
        spark.stop();
        throw KulaException.user(
            "Spark on '%s' gave no executor within %d s; see whether workers have %s of memory and a core to spare, or use --fleet local"
                .formatted(master, PATIENCE.toSeconds(), spark.getConf().get(EXECUTOR_MEMORY)));
      }
      before = now;
      Thread.sleep(SETTLING);
    }
  }

  private static SparkConf configuration(String master) {
    SparkConf conf =
        new SparkConf()
            .setMaster(master)
            .setAppName("kula")
            .setIfMissing("spark.ui.enabled", "false")
            .setIfMissing("spark.driver.maxResultSize", "0")
            .setIfMissing(EXECUTOR_MEMORY, "1g");
    if (master.startsWith("local")) {
      conf.setIfMissing("spark.driver.host", "localhost");
    }
    // Whatever Spark has on a worker, executors run what this process runs.
    return conf.setIfMissing("spark.executor.extraClassPath", classPath())
        .setIfMissing("spark.executorEnv.JAVA_HOME", System.getProperty("java.home"))
        .setIfMissing(
            "spark.executor.extraJavaOptions",
            "--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow");
  }

  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
