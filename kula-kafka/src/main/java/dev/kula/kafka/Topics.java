package dev.kula.kafka;

import dev.kula.KulaException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * The topics of a fleet. What is in them is deleted when it has been used; how long it may lie
 * where nobody comes to use it is up to each.
 *
 * <p>Thread safe.
 */
final class Topics implements AutoCloseable {
  /** Segments with updates are closed this soon, so that what was deleted leaves the disk soon. */
  static final Duration SEGMENT = Duration.ofSeconds(1);

  private static final Duration OTHERS = Duration.ofMinutes(5);

  private static final Duration UNUSED = Duration.ofHours(1);
  private static final Duration STATE = Duration.ofDays(1);

  private final KafkaFile file;
  private final Admin admin;

  Topics(KafkaFile file) {
    this.file = file;
    this.admin = file.admin();
  }

  /** To the devices of gateways: jobs. A partition is read by the gateways that chose it. */
  String jobs() {
    return file.fleet() + ".jobs";
  }

  /** Global models that jobs refer to, by their digests. */
  String models() {
    return file.fleet() + ".models";
  }

  /** Of devices, by their names: that they have come or left, and results without updates. */
  String results() {
    return file.fleet() + ".results";
  }

  /** Updates, by the names of their devices; and where cohorts begin and end, in each partition. */
  String updates() {
    return file.fleet() + ".updates";
  }

  /** Sums of updates, by cohort. */
  String sums() {
    return file.fleet() + ".sums";
  }

  /** To the monitor. */
  String questions() {
    return file.fleet() + ".questions";
  }

  /** And from it. */
  String answers() {
    return file.fleet() + ".answers";
  }

  /** Where the aggregators' state is, beside themselves. */
  String changelog(String application, String store) {
    return "%s.%s-%s-changelog".formatted(file.fleet(), application, store);
  }

  /** All of them, but for what Streams has for itself. */
  List<String> all() {
    return List.of(jobs(), models(), results(), updates(), sums(), questions(), answers());
  }

  /**
   * Creates those of these that are not there.
   *
   * @throws KulaException RESOURCE, if the brokers do not let this be done
   */
  void create(List<String> names) {
    List<String> there = existing(names);
    List<NewTopic> missing =
        names.stream().filter(name -> !there.contains(name)).map(this::topic).toList();
    admin
        .createTopics(missing)
        .values()
        .forEach(
            (name, created) -> {
              String what = "topic '%s' cannot be created".formatted(name);
              succeeds(what, created, TopicExistsException.class); // or another has just done it
            });
  }

  private NewTopic topic(String name) {
    if (name.equals(jobs())) {
      return topic(name, file.lanes(), UNUSED);
    }
    boolean spread = name.equals(results()) || name.equals(updates());
    return topic(name, spread ? file.partitions() : 1, name.equals(models()) ? STATE : UNUSED);
  }

  private NewTopic topic(String name, int partitions, Duration unused) {
    boolean perishable = name.equals(updates()) || name.equals(sums());
    Map<String, String> settings = new HashMap<>(segments(perishable ? SEGMENT : OTHERS));
    settings.put(TopicConfig.RETENTION_MS_CONFIG, String.valueOf(unused.toMillis()));
    settings.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, KafkaFile.recordBytes());
    return new NewTopic(name, partitions, file.replication()).configs(settings);
  }

  private static Map<String, String> segments(Duration closed) {
    return Map.of(
        TopicConfig.CLEANUP_POLICY_CONFIG,
        TopicConfig.CLEANUP_POLICY_DELETE,
        TopicConfig.SEGMENT_MS_CONFIG,
        String.valueOf(closed.toMillis()),
        TopicConfig.FILE_DELETE_DELAY_MS_CONFIG,
        "0");
  }

  /** Of a changelog whose records may be deleted once they are of no more use. */
  static Map<String, String> changelogSettings() {
    Map<String, String> settings = new HashMap<>(segments(SEGMENT));
    settings.put(
        TopicConfig.CLEANUP_POLICY_CONFIG,
        TopicConfig.CLEANUP_POLICY_COMPACT + "," + TopicConfig.CLEANUP_POLICY_DELETE);
    settings.put(TopicConfig.RETENTION_MS_CONFIG, String.valueOf(STATE.toMillis()));
    return settings;
  }

  /** The partitions of a topic. */
  List<TopicPartition> partitions(String topic) {
    int count =
        await(
                "topic '%s' cannot be looked at".formatted(topic),
                admin.describeTopics(List.of(topic)).allTopicNames())
            .values()
            .iterator()
            .next()
            .partitions()
            .size();
    return IntStream.range(0, count).mapToObj(one -> new TopicPartition(topic, one)).toList();
  }

  /** Deletes all that is in these now. Those that are not there are empty. */
  void empty(Collection<String> topics) {
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    for (String topic : existing(topics)) {
      partitions(topic).forEach(one -> latest.put(one, OffsetSpec.latest()));
    }
    Map<TopicPartition, Long> ends = new HashMap<>();
    await("ends of topics cannot be looked at", admin.listOffsets(latest).all())
        .forEach((partition, end) -> ends.put(partition, end.offset()));
    delete(ends);
  }

  private List<String> existing(Collection<String> topics) {
    List<String> there = new ArrayList<>();
    admin
        .describeTopics(topics)
        .topicNameValues()
        .forEach(
            (topic, described) -> {
              String what = "topic '%s' cannot be looked at".formatted(topic);
              if (succeeds(what, described, UnknownTopicOrPartitionException.class)) {
                there.add(topic);
              }
            });
    return there;
  }

  /** Deletes what is before these offsets. */
  void delete(Map<TopicPartition, Long> before) {
    Map<TopicPartition, RecordsToDelete> records = new HashMap<>();
    before.forEach(
        (partition, offset) -> records.put(partition, RecordsToDelete.beforeOffset(offset)));
    await("records cannot be deleted", admin.deleteRecords(records).all());
  }

  /** Whether it does; if not, it is for this reason. */
  private static boolean succeeds(
      String what, KafkaFuture<?> future, Class<? extends ApiException> or) {
    try {
      future.get();
      return true;
    } catch (ExecutionException e) {
      if (or.isInstance(e.getCause())) {
        return false;
      }
      throw failed(what, e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static <T> T await(String what, KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw failed(what, e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static KulaException failed(String what, ExecutionException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return KulaException.resource(
        "%s (%s); look at the brokers, and what this process may do there"
            .formatted(what, cause.getMessage()),
        e);
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted while brokers were asked", e);
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(5));
  }
}
