package dev.kula.kafka;

import dev.kula.KulaException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;

/**
 * How a process reaches the brokers: Kafka's own properties, of any client, and a few of Kula's.
 * Immutable and thread safe.
 */
final class KafkaFile {
  private static final String OWN = "kula.";

  /** Bytes of a record at the most: a model, an update or a sum. */
  static final int RECORD_BYTES = 64 << 20;

  private static final Duration SESSION = Duration.ofSeconds(10);

  private final Map<String, Object> clients;
  private final Map<String, String> own;

  private KafkaFile(Map<String, Object> clients, Map<String, String> own) {
    this.clients = Map.copyOf(clients);
    this.own = Map.copyOf(own);
  }

  /**
   * Reads a file.
   *
   * @throws KulaException the user's mistake, if it cannot be read or does not name brokers
   */
  static KafkaFile read(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw KulaException.user(
          "--kafka is '%s', must be a file of Kafka's properties (%s); correct it"
              .formatted(file, e.getMessage()),
          e);
    }
    Map<String, Object> clients = new HashMap<>();
    Map<String, String> own = new HashMap<>();
    properties.forEach(
        (key, value) -> {
          String name = key.toString();
          if (name.startsWith(OWN)) {
            own.put(name.substring(OWN.length()), value.toString().strip());
          } else {
            clients.put(name, value.toString().strip());
          }
        });
    if (!clients.containsKey(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG)) {
      throw KulaException.user(
          "'%s' has no %s, must name brokers; add %2$s=HOST:PORT"
              .formatted(file, CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG));
    }
    return new KafkaFile(clients, own);
  }

  /** What the names of all topics begin with: one fleet has one, and runs one run at a time. */
  String fleet() {
    return own.getOrDefault("fleet", "kula");
  }

  /** Over how many partitions updates and results are spread, at least 1. */
  int partitions() {
    return whole("partitions", 4, 1);
  }

  /** Over how many partitions jobs are spread, each read by a few gateways, at least 1. */
  int lanes() {
    return whole("lanes", 8, 1);
  }

  /** How many brokers have a copy of what is in a topic; -1 for what the brokers say. */
  short replication() {
    return (short) whole("replication", -1, -1);
  }

  private int whole(String name, int otherwise, int least) {
    String text = own.getOrDefault(name, String.valueOf(otherwise));
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= Short.MAX_VALUE) {
        return value;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw KulaException.user(
        "%s%s is '%s', must be a whole number of at least %d; correct it"
            .formatted(OWN, name, text, least));
  }

  Admin admin() {
    return Admin.create(new HashMap<>(clients));
  }

  /** One that loses and doubles nothing on its way to the brokers. */
  Producer<String, byte[]> producer(String name) {
    Map<String, Object> all = new HashMap<>(clients);
    all.put(ProducerConfig.CLIENT_ID_CONFIG, name);
    all.put(ProducerConfig.ACKS_CONFIG, "all");
    all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    all.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, RECORD_BYTES);
    all.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 2L * RECORD_BYTES);
    return new KafkaProducer<>(all, new StringSerializer(), new ByteArraySerializer());
  }

  /** One that is told which partitions to read, and sees what was committed alone. */
  Consumer<String, byte[]> consumer(String name) {
    Map<String, Object> all = new HashMap<>(clients);
    all.put(ConsumerConfig.CLIENT_ID_CONFIG, name);
    all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    return new KafkaConsumer<>(all, new StringDeserializer(), new ByteArrayDeserializer());
  }

  /**
   * Of an application that counts each record once, and has its state on a second process, too.
   *
   * @param application name within the fleet, such as {@code aggregator}
   * @param directory that nobody else has
   */
  Properties streams(String application, Path directory) {
    Properties all = new Properties();
    all.putAll(clients);
    all.put(StreamsConfig.APPLICATION_ID_CONFIG, fleet() + "." + application);
    all.put(StreamsConfig.CLIENT_ID_CONFIG, application + "-" + UUID.randomUUID());
    all.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
    all.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    all.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, 1);
    all.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 4L * RECORD_BYTES);
    all.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, (int) replication());
    all.put(StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG), RECORD_BYTES);
    all.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), RECORD_BYTES);
    all.put(StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), 2L * RECORD_BYTES);
    all.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG),
        (int) SESSION.toMillis());
    all.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG),
        (int) SESSION.toMillis() / 4);
    return all;
  }

  /** Of a topic that records of that size fit into. */
  static String recordBytes() {
    return String.valueOf(RECORD_BYTES);
  }
}
