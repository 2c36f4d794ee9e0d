package dev.kula.spark;

import dev.kula.KulaException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * The steps of a run as Spark's jobs, each over the shards that the last one left. One shard is one
 * partition. What is here once is a data set of shards that is not computed again while it is
 * cached, and can be whenever it has to.
 *
 * <p>Not thread safe.
 */
final class Steps implements AutoCloseable {
  private final JavaSparkContext spark;
  private final Setup setup;
  private final int shards;
  private final String checkpoints;
  private final Deque<JavaRDD<Shard>> cached = new ArrayDeque<>();

  /** What has been sent since states were kept last. */
  private final List<Broadcast<?>> sent = new ArrayList<>();

  private @Nullable JavaRDD<Shard> now;
  private @Nullable Keeping kept;
  private @Nullable Keeping before;

  /**
   * States that are kept.
   *
   * @param shards of the devices
   * @param models that go with them
   * @param at number of the last command before
   */
  private record Keeping(JavaRDD<Shard> shards, Broadcast<Models> models, long at) {}

  /**
   * Steps of a run.
   *
   * @param shards how many there are
   * @param checkpoints directory in which states are kept
   * @param own whether it is deleted in the end; if not, only what this run made in it
   */
  Steps(JavaSparkContext spark, Setup setup, int shards, String checkpoints, boolean own) {
    this.spark = spark;
    this.setup = setup;
    this.shards = shards;
    spark.setCheckpointDir(checkpoints);
    this.checkpoints = own ? checkpoints : spark.getCheckpointDir().orElse(checkpoints);
  }

  /** Begins with these shards. */
  void start(List<Shard> first) {
    now = spark.parallelize(first, shards);
  }

  /** Sends something to every process that asks for it, until states are kept next. */
  <T> Broadcast<T> broadcast(T value) {
    Broadcast<T> made = spark.broadcast(value);
    sent.add(made);
    return made;
  }

  /** A round begins; done with the next step. */
  void begin(Command.Begin begin) {
    Setup own = setup;
    next(now().map(shard -> Desk.begin(own, shard, begin)));
  }

  /** Lets devices read and answer. */
  List<Said> deliver(Command.Deliver deliver) {
    Setup own = setup;
    if (deliver.first()) {
      return done(now().map(shard -> Desk.deliver(own, shard, List.of(), deliver)));
    }
    JavaPairRDD<Integer, Letter> letters =
        now().flatMapToPair(shard -> addressed(shard, deliver)).partitionBy(new ByNumber(shards));
    return done(now().zipPartitions(letters, (some, mail) -> read(own, some, mail, deliver)));
  }

  private static Iterator<Tuple2<Integer, Letter>> addressed(Shard shard, Command.Deliver deliver) {
    Post post = deliver.post().value();
    return shard.said().stream()
        .flatMap(said -> said.letters().stream())
        .map(letter -> new Tuple2<>(post.shard(letter.to()), letter))
        .iterator();
  }

  private static Iterator<Shard> read(
      Setup setup,
      Iterator<Shard> some,
      Iterator<Tuple2<Integer, Letter>> mail,
      Command.Deliver deliver) {
    List<Letter> letters = new ArrayList<>();
    mail.forEachRemaining(one -> letters.add(one._2()));
    List<Shard> read = new ArrayList<>();
    some.forEachRemaining(shard -> read.add(Desk.deliver(setup, shard, letters, deliver)));
    return read.iterator();
  }

  /** Lets cohorts train. */
  List<Said> train(Command.Train train) {
    Setup own = setup;
    return done(now().map(shard -> Desk.train(own, shard, train)));
  }

  /** What all cohorts made in the last step, folded in a tree. */
  Folds folded(Broadcast<Lessons> lessons) {
    Setup own = setup;
    return run(
        () ->
            now()
                .map(Shard::folded)
                .treeReduce(
                    (one, other) ->
                        one.merge(other, Workshop.of(own).strategy(), lessons.value())));
  }

  /** Whether states are kept as they are after this command. */
  boolean isKept(long at) {
    return kept != null && kept.at() == at;
  }

  /** Writes states to files that outlive this process and others. */
  void keep(Models models, int begun, long at) {
    Setup own = setup;
    Broadcast<Models> had = spark.broadcast(models);
    JavaRDD<Shard> states =
        now()
            .map(shard -> Desk.keep(own, shard, had, begun))
            .persist(StorageLevel.MEMORY_AND_DISK());
    states.checkpoint();
    run(states::count);
    if (kept != null) {
      forget(kept);
    }
    kept = new Keeping(states, had, at);
  }

  /** Goes on from the states that are kept, and forgets what led to them. */
  void goOnFromKept() {
    Keeping from = kept;
    if (from == null) {
      throw new IllegalStateException("nothing is kept");
    }
    forgetSteps();
    if (before != null) {
      forget(before);
    }
    before = from;
    kept = null;
    now = from.shards();
  }

  /** The states that are kept. */
  List<Cell> kept() {
    Keeping from = kept;
    if (from == null) {
      throw new IllegalStateException("nothing is kept");
    }
    return run(() -> from.shards().flatMap(shard -> shard.cells().iterator()).collect());
  }

  /** All personal models. */
  List<Personal> personal() {
    Setup own = setup;
    return run(() -> now().flatMap(shard -> Desk.personal(own, shard).iterator()).collect());
  }

  private JavaRDD<Shard> now() {
    JavaRDD<Shard> here = now;
    if (here == null) {
      throw new IllegalStateException("no devices");
    }
    return here;
  }

  private void next(JavaRDD<Shard> next) {
    cached.add(next.persist(StorageLevel.MEMORY_AND_DISK()));
    now = next;
  }

  /** Does a step, and says what came of it but for what devices say to each other. */
  private List<Said> done(JavaRDD<Shard> next) {
    next(next);
    List<Said> said =
        run(
            () ->
                next.flatMap(shard -> shard.said().stream().map(Said::withoutLetters).iterator())
                    .collect());
    while (cached.size() > 1) {
      cached.remove().unpersist(false);
    }
    return said;
  }

  private static <T> T run(Supplier<T> job) {
    try {
      return job.get();
    } catch (Exception failure) { // Scala declares none, and throws checked ones
      for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
        if (cause instanceof KulaException known) {
          throw known;
        }
      }
      throw KulaException.resource("Spark: " + failure.getMessage(), failure);
    }
  }

  private void forgetSteps() {
    while (!cached.isEmpty()) {
      cached.remove().unpersist(false);
    }
    sent.forEach(Broadcast::destroy);
    sent.clear();
  }

  private void forget(Keeping keeping) {
    keeping.shards().unpersist(false);
    keeping.models().destroy();
    String file = keeping.shards().getCheckpointFile().orNull();
    if (file != null) {
      delete(file);
    }
  }

  private void delete(String file) {
    Path path = new Path(file);
    try {
      path.getFileSystem(spark.hadoopConfiguration()).delete(path, true);
    } catch (IOException e) {
      throw KulaException.resource(
          "'%s' cannot be deleted: %s; see to its disk".formatted(file, e.getMessage()), e);
    }
  }

  /** Forgets the run; Spark stays for the next one. */
  @Override
  public void close() {
    forgetSteps();
    if (kept != null) {
      forget(kept);
    }
    if (before != null) {
      forget(before);
    }
    delete(checkpoints);
  }
}
