package dev.kula.kafka;

import dev.kula.KulaException;
import dev.kula.aggregate.PartialSum;
import dev.kula.server.Summing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The sums that aggregators make of a cohort's updates, at the orchestrator. It says in each
 * partition of the updates where a cohort begins and where it is over; what lies between is folded,
 * and deleted when its sum is here.
 */
final class CohortSums implements Summing, AutoCloseable {
  private static final Duration WAIT = Duration.ofMillis(100);

  /** A sum may come to have twice as many as an empty one, and a few names. */
  private static final int MOST_BYTES = KafkaFile.RECORD_BYTES * 2 / 5;

  private final Topics topics;
  private final Post post;
  private final org.apache.kafka.clients.consumer.Consumer<String, byte[]> consumer;
  private final Duration patience;
  private final Runnable used;
  private final List<TopicPartition> updates;
  private final TopicPartition sums;
  private final String run = UUID.randomUUID().toString();
  private final Set<String> delivered = ConcurrentHashMap.newKeySet();
  private volatile String cohort = "";
  private volatile String over = "";
  private String task = "";
  private long cohorts;

  /**
   * No cohort has trained.
   *
   * @param patience how long aggregators may take for a sum
   * @param used is called when a sum is here, for what else may be deleted then
   */
  CohortSums(KafkaFile file, Topics topics, Post post, Duration patience, Runnable used) {
    this.topics = topics;
    this.post = post;
    this.patience = patience;
    this.used = used;
    this.updates = topics.partitions(topics.updates());
    this.sums = new TopicPartition(topics.sums(), 0);
    this.consumer = file.consumer("kula-orchestrator-sums");
    consumer.assign(List.of(sums));
    consumer.seekToEnd(List.of(sums));
    consumer.position(sums); // now, and not when it is first read
  }

  /** Which orchestrator this is. */
  String run() {
    return run;
  }

  /**
   * Nothing good can come of this run any more. Thread safe.
   *
   * @param why in a line
   */
  void giveUp(String why) {
    over = why;
  }

  private void requireHope() {
    if (!over.isEmpty()) {
      throw KulaException.remote(over);
    }
  }

  /** The cohort that trains now; another one each time, in every run. Thread safe. */
  String cohort() {
    return cohort;
  }

  /** Of a device that trains for a cohort, the update is with the aggregators. Thread safe. */
  void delivered(String which, String device) {
    if (which.equals(cohort)) {
      delivered.add(device);
    }
  }

  @Override
  public void begin(String name, PartialSum empty) {
    requireHope();
    byte[] body = SumBytes.of(empty);
    if (body.length > MOST_BYTES) {
      throw KulaException.user(
          "the model's sum has %d bytes, must have at most %d with --kafka; use a smaller model, or"
                  .formatted(body.length, MOST_BYTES)
              + " leave --kafka out");
    }
    task = name;
    delivered.clear();
    cohort = run + "/" + ++cohorts;
    tell(Letter.Kind.BEGIN, body);
  }

  @Override
  public PartialSum sum(Consumer<String> refusals) {
    String closing = cohort;
    Map<TopicPartition, Long> ends = tell(Letter.Kind.CLOSE, new byte[0]);
    List<PartitionSum> parts = await(closing);
    Map<String, String> heard = new HashMap<>();
    PartialSum whole = parts.getFirst().sum();
    parts.forEach(part -> heard.putAll(part.heard()));
    parts.stream().skip(1).forEach(part -> whole.merge(part.sum()));
    for (String device : delivered) {
      if (!heard.containsKey(device)) {
        throw new IllegalStateException(
            "the update of %s in %s was lost on its way".formatted(device, task));
      }
    }
    heard.forEach(
        (device, refused) -> {
          if (!refused.isEmpty()) {
            refusals.accept("%s: %s".formatted(device, refused));
          } else if (!delivered.contains(device)) {
            refusals.accept(
                "%s: its update came and counts, though no answer did".formatted(device));
          }
        });
    cohort = "";
    ends.put(sums, consumer.position(sums));
    topics.delete(ends);
    topics.empty(Aggregator.changelogs(topics));
    used.run();
    return whole;
  }

  /** Says something in each partition of the updates; how far these then go. */
  private Map<TopicPartition, Long> tell(Letter.Kind kind, byte[] body) {
    Map<TopicPartition, Future<RecordMetadata>> sent = new HashMap<>();
    Letter letter = Letter.of(kind, "orchestrator", "", body).of(cohort);
    for (TopicPartition partition : updates) {
      sent.put(partition, post.send(letter.to(partition.topic(), partition.partition())));
    }
    Map<TopicPartition, Long> ends = new HashMap<>();
    sent.forEach((partition, where) -> ends.put(partition, offset(where) + 1));
    return ends;
  }

  private static long offset(Future<RecordMetadata> where) {
    try {
      return where.get().offset();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while brokers were told of a cohort", e);
    } catch (ExecutionException e) {
      throw KulaException.resource("brokers cannot be told of a cohort: " + e.getMessage(), e);
    }
  }

  /** One of each partition. */
  private List<PartitionSum> await(String closing) {
    long end = System.nanoTime() + patience.toNanos();
    Map<Integer, PartitionSum> parts = new HashMap<>();
    while (parts.size() < updates.size()) {
      requireHope();
      if (System.nanoTime() - end > 0) {
        throw KulaException.remote(
            ("the sum of %s did not come from %d of %d partitions in time; look at the aggregators,"
                    + " and start this with --resume")
                .formatted(task, updates.size() - parts.size(), updates.size()));
      }
      for (ConsumerRecord<String, byte[]> record : consumer.poll(WAIT)) {
        Letter letter = Letter.from(record);
        if (letter.cohort().equals(closing)) {
          PartitionSum part = PartitionSum.read(letter.body());
          if (parts.put(part.partition(), part) != null) {
            throw new IllegalStateException(
                "partition %d has two sums of %s".formatted(part.partition(), task));
          }
        }
      }
    }
    return new ArrayList<>(parts.values());
  }

  /** Nothing of the last cohort stays behind, on the brokers' disks neither. */
  @Override
  public void close() {
    try {
      Thread.sleep(Topics.SEGMENT.plusMillis(500));
      Map<TopicPartition, Long> ends = tell(Letter.Kind.PADDING, new byte[0]);
      ends.put(sums, offset(post.send(padding().to(sums.topic(), sums.partition()))) + 1);
      topics.delete(ends);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      consumer.close();
    }
  }

  private static Letter padding() {
    return Letter.of(Letter.Kind.PADDING, "orchestrator");
  }
}
