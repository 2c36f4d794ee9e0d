package dev.kula.kafka;

import dev.kula.KulaException;
import dev.kula.aggregate.PartialSum;
import dev.kula.aggregate.Update;
import dev.kula.wire.JobCodec;
import dev.kula.wire.Result;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
 * Folds the updates of one partition, each once: of a device that sends its update again, since its
 * gateway was killed, the first counts. What it has folded outlives it, with what it has read, in
 * one transaction.
 */
final class Aggregator implements Processor<String, byte[], String, byte[]> {
  static final String APPLICATION = "aggregator";

  /** The sum of the cohort, and which cohort it is. */
  private static final String SUMS = "sums";

  /** Whose updates are in it. */
  private static final String HEARD = "heard";

  private static final String COHORT = "cohort";
  private static final String SUM = "sum";

  private @Nullable ProcessorContext<String, byte[]> context;
  private @Nullable KeyValueStore<String, byte[]> sums;
  private @Nullable KeyValueStore<String, byte[]> heard;

  /** What the store has, read. */
  private @Nullable PartialSum live;

  /** Topics that it reads and writes, but for its own. */
  static List<String> needs(Topics topics) {
    return List.of(topics.updates(), topics.sums());
  }

  /** What runs in each process of aggregators. */
  static Topology topology(Topics topics) {
    Topology topology = new Topology();
    topology.addSource(
        "updates",
        Serdes.String().deserializer(),
        Serdes.ByteArray().deserializer(),
        topics.updates());
    topology.addProcessor("fold", Aggregator::new, "updates");
    topology.addStateStore(store(SUMS), "fold");
    topology.addStateStore(store(HEARD), "fold");
    topology.addSink(
        "sums",
        topics.sums(),
        Serdes.String().serializer(),
        Serdes.ByteArray().serializer(),
        "fold");
    return topology;
  }

  /**
   * In memory, with a changelog at the brokers: so that the sum of few updates lies on no disk of
   * this process, and only as long as it is needed on theirs.
   */
  private static StoreBuilder<KeyValueStore<String, byte[]>> store(String name) {
    return Stores.keyValueStoreBuilder(
            Stores.inMemoryKeyValueStore(name), Serdes.String(), Serdes.ByteArray())
        .withLoggingEnabled(Topics.changelogSettings())
        .withCachingEnabled();
  }

  /** What there is of the state of aggregators at the brokers. */
  static List<String> changelogs(Topics topics) {
    return List.of(topics.changelog(APPLICATION, SUMS), topics.changelog(APPLICATION, HEARD));
  }

  @Override
  public void init(ProcessorContext<String, byte[]> processor) {
    context = processor;
    sums = processor.getStateStore(SUMS);
    heard = processor.getStateStore(HEARD);
    live = null; // also where a task goes on after it was fenced
  }

  @Override
  public void process(Record<String, byte[]> record) {
    Letter letter = Letter.from(record.key(), record.headers(), record.value());
    switch (letter.kind()) {
      case BEGIN -> begin(letter);
      case UPDATE -> fold(letter);
      case CLOSE -> close(letter, record.timestamp());
      default -> pad();
    }
  }

  private void begin(Letter letter) {
    forget();
    KeyValueStore<String, byte[]> store = at(sums);
    store.put(COHORT, letter.cohort().getBytes(StandardCharsets.UTF_8));
    store.put(SUM, letter.body());
    live = null;
  }

  /** Whatever was there is of a cohort that is over, or whose orchestrator is no more. */
  private void forget() {
    KeyValueStore<String, byte[]> devices = at(heard);
    List<String> names = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> all = devices.all()) {
      all.forEachRemaining(one -> names.add(one.key));
    }
    names.forEach(devices::delete);
    at(sums).delete(COHORT);
    at(sums).delete(SUM);
    live = null;
  }

  private boolean isOpen(Letter letter) {
    byte[] cohort = at(sums).get(COHORT);
    return cohort != null && letter.cohort().equals(new String(cohort, StandardCharsets.UTF_8));
  }

  private void fold(Letter letter) {
    KeyValueStore<String, byte[]> devices = at(heard);
    if (!isOpen(letter) || devices.get(letter.about()) != null) {
      return; // too late, or not for the first time
    }
    String refused = "";
    try {
      PartialSum sum = sum();
      sum.accumulate(update(letter));
      at(sums).put(SUM, SumBytes.of(sum));
    } catch (KulaException | IllegalArgumentException unfit) {
      refused = "its update cannot be folded: " + unfit.getMessage();
    }
    devices.put(letter.about(), refused.getBytes(StandardCharsets.UTF_8));
  }

  private static Update update(Letter letter) {
    if (JobCodec.decodeResult(letter.body()) instanceof Result.Trained trained) {
      Update update = trained.update().orElseThrow(() -> KulaException.remote("there is none"));
      if (update.cluster() == 0) {
        return update;
      }
    }
    throw KulaException.remote("it must be an update of the model that was sent");
  }

  private PartialSum sum() {
    PartialSum sum = live;
    if (sum == null) {
      byte[] stored = at(sums).get(SUM);
      if (stored == null) {
        throw new IllegalStateException("a cohort has no sum");
      }
      sum = SumBytes.read(stored);
      live = sum;
    }
    return sum;
  }

  private void close(Letter letter, long timestamp) {
    if (!isOpen(letter)) {
      return; // of an orchestrator that is no more
    }
    Map<String, String> devices = new TreeMap<>();
    try (KeyValueIterator<String, byte[]> all = at(heard).all()) {
      while (all.hasNext()) {
        KeyValue<String, byte[]> one = all.next();
        devices.put(one.key, new String(one.value, StandardCharsets.UTF_8));
      }
    }
    ProcessorContext<String, byte[]> to = at(context);
    byte[] body = new PartitionSum(to.taskId().partition(), devices, sum()).bytes();
    Record<String, byte[]> out = new Record<>(letter.cohort(), body, timestamp);
    Letter said = Letter.of(Letter.Kind.SUM, letter.cohort(), "", body).of(letter.cohort());
    said.write(out.headers());
    to.forward(out);
    forget();
  }

  /** Something new in the changelogs, so that what was before becomes old. */
  private void pad() {
    at(sums).put(COHORT, new byte[0]);
    at(heard).put(COHORT, new byte[0]);
    forget();
  }

  private static <T> T at(@Nullable T there) {
    if (there == null) {
      throw new IllegalStateException("not begun");
    }
    return there;
  }
}
