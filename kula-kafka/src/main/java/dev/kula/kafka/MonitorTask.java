package dev.kula.kafka;

import dev.kula.KulaException;
import dev.kula.client.JobRunner;
import dev.kula.round.PerformanceMonitor;
import dev.kula.server.MonitorRunner;
import dev.kula.server.MonitorTerms;
import dev.kula.wire.Job;
import dev.kula.wire.JobCodec;
import dev.kula.wire.Result;
import dev.kula.wire.SettingsCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * The monitor that is at work. What it knows of each device is in a store, which another process
 * has a copy of; it changes together with the answer that made it change, in one transaction. So
 * whoever goes on for one that was killed knows neither more nor less than what was answered, and
 * no question is answered twice.
 */
final class MonitorTask implements Processor<String, byte[], String, byte[]> {
  static final String APPLICATION = "monitor";

  /** By name of the device. */
  private static final String DEVICES = "devices";

  /**
   * The same, as it was after the last two rounds that were kept: whoever goes back does so to one
   * of these. The round comes before the name.
   */
  private static final String KEPT = "kept";

  private static final String ROUND = "%010d/";

  private final MonitorTerms terms;
  private final byte[] told;
  private PerformanceMonitor monitor;
  private SortedMap<String, byte[]> known = new TreeMap<>();
  private String run = "";
  private boolean remembers;
  private @Nullable ProcessorContext<String, byte[]> context;
  private @Nullable KeyValueStore<String, byte[]> devices;
  private @Nullable KeyValueStore<String, byte[]> kept;

  MonitorTask(MonitorTerms terms) {
    this.terms = terms;
    this.told = SettingsCodec.encode(terms.told());
    this.monitor = terms.monitor().get();
  }

  /** Topics that it reads and writes, but for its own. */
  static List<String> needs(Topics topics) {
    return List.of(topics.questions(), topics.answers());
  }

  /** What runs in each process of monitors. */
  static Topology topology(Topics topics, MonitorTerms terms) {
    Topology topology = new Topology();
    topology.addSource(
        "questions",
        Serdes.String().deserializer(),
        Serdes.ByteArray().deserializer(),
        topics.questions());
    topology.addProcessor("monitor", () -> new MonitorTask(terms), "questions");
    topology.addStateStore(store(DEVICES), "monitor");
    topology.addStateStore(store(KEPT), "monitor");
    topology.addSink(
        "answers",
        topics.answers(),
        Serdes.String().serializer(),
        Serdes.ByteArray().serializer(),
        "monitor");
    return topology;
  }

  private static StoreBuilder<KeyValueStore<String, byte[]>> store(String name) {
    return Stores.keyValueStoreBuilder(
            Stores.inMemoryKeyValueStore(name), Serdes.String(), Serdes.ByteArray())
        .withLoggingEnabled(Map.of());
  }

  @Override
  public void init(ProcessorContext<String, byte[]> processor) {
    context = processor;
    devices = processor.getStateStore(DEVICES);
    kept = processor.getStateStore(KEPT);
    remembers = false; // also where a task goes on after it was fenced
  }

  @Override
  public void process(Record<String, byte[]> record) {
    Letter letter = Letter.from(record.key(), record.headers(), record.value());
    byte[] body = JobCodec.encode(result(letter));
    Letter answer =
        Letter.of(Letter.Kind.ANSWER, letter.about(), "", body).numbered(letter.number());
    Record<String, byte[]> out = new Record<>(answer.about(), body, record.timestamp());
    answer.write(out.headers());
    at(context).forward(out);
  }

  private Result result(Letter letter) {
    if (letter.chain().size() != 1 || !Arrays.equals(told, letter.chain().getFirst())) {
      return new Result.Failed(
          "a monitor was started with other data or flags than this run's, must have the same;"
              + " give both the same, as with --config");
    }
    Job job;
    try {
      job = JobCodec.decodeJob(letter.body());
    } catch (KulaException broken) {
      return JobRunner.failed(broken);
    }
    remember();
    return switch (job) {
      case Job.Restore restore -> goBack(restore.round(), letter.about());
      case Job.Keep keep -> {
        begin(letter.about());
        keep(keep.round());
        yield new Result.Done();
      }
      case Job.Work work -> {
        begin(letter.about());
        Result result = new MonitorRunner(monitor).perform(work);
        save(DeviceMemory.of(monitor, run));
        yield result;
      }
    };
  }

  /** What the process knew that was at work before. */
  private void remember() {
    if (!remembers) {
      learn(all(at(devices), ""));
      remembers = true;
    }
  }

  private void learn(SortedMap<String, byte[]> all) {
    monitor = terms.monitor().get();
    DeviceMemory.remember(all, monitor);
    known = all;
    byte[] fleet = all.get(DeviceMemory.FLEET);
    run = fleet == null ? "" : DeviceMemory.fleet(fleet).run();
  }

  /** A run that is new here begins with nothing. */
  private void begin(String other) {
    if (!other.equals(run)) {
      save(new TreeMap<>());
      all(at(kept), "").keySet().forEach(at(kept)::delete);
      learn(new TreeMap<>());
      run = other;
      save(DeviceMemory.of(monitor, run));
    }
  }

  private Result goBack(int round, String other) {
    SortedMap<String, byte[]> then = all(at(kept), ROUND.formatted(round));
    if (then.isEmpty()) {
      return new Result.Failed("nothing is kept of round " + round);
    }
    SortedMap<String, byte[]> before = known;
    learn(then);
    run = other;
    known = before;
    save(DeviceMemory.of(monitor, run));
    return new Result.Done();
  }

  /** Of earlier rounds, the last one stays; later ones are of a course that was given up. */
  private void keep(int round) {
    String now = ROUND.formatted(round);
    List<String> names = new ArrayList<>(all(at(kept), "").keySet());
    String before =
        names.stream()
            .map(name -> name.substring(0, now.length()))
            .filter(name -> name.compareTo(now) < 0)
            .max(Comparator.naturalOrder())
            .orElse(now);
    names.stream().filter(name -> !name.startsWith(before)).forEach(at(kept)::delete);
    known.forEach((name, bytes) -> at(kept).put(now + name, bytes));
  }

  /** Writes what has changed. */
  private void save(SortedMap<String, byte[]> now) {
    known.keySet().stream().filter(name -> !now.containsKey(name)).forEach(at(devices)::delete);
    now.forEach(
        (name, bytes) -> {
          if (!Arrays.equals(bytes, known.get(name))) {
            at(devices).put(name, bytes);
          }
        });
    known = now;
  }

  /** All whose key begins so, by the rest of it. */
  private static SortedMap<String, byte[]> all(
      KeyValueStore<String, byte[]> store, String beginning) {
    SortedMap<String, byte[]> all = new TreeMap<>();
    try (KeyValueIterator<String, byte[]> every = store.all()) {
      while (every.hasNext()) {
        KeyValue<String, byte[]> one = every.next();
        if (one.key.startsWith(beginning)) {
          all.put(one.key.substring(beginning.length()), one.value);
        }
      }
    }
    return all;
  }

  private static <T> T at(@Nullable T there) {
    if (there == null) {
      throw new IllegalStateException("not begun");
    }
    return there;
  }
}
