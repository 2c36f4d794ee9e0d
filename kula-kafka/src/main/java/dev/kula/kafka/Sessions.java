package dev.kula.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.server.Attended;
import dev.kula.server.FleetService;
import dev.kula.wire.Introduction;
import dev.kula.wire.Outgoing;
import dev.kula.wire.v1.Hello;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/**
 * What comes from devices through gateways, at the orchestrator. One thread reads; a device whose
 * gateway has not been heard of for a while is gone.
 */
final class Sessions implements AutoCloseable {
  /** How long a gateway may be silent. */
  private static final Duration SILENCE = Gateway.SIGNS_OF_LIFE.multipliedBy(10);

  private static final Duration WAIT = Duration.ofMillis(200);

  private final Function<DeviceId, Optional<Attended>> enrolled;
  private final Outbox outbox;
  private final CohortSums sums;
  private final Consumer<String> giveUp;
  private final org.apache.kafka.clients.consumer.Consumer<String, byte[]> consumer;
  private final Map<String, KafkaLine> lines = new HashMap<>();
  private final Map<String, Long> alive = new HashMap<>();

  /** Gateways whose sessions are over, as they do not know yet. */
  private final Set<String> silenced = new HashSet<>();

  /** Up to where everything has been taken; by partition. */
  private final Map<TopicPartition, Long> taken = new ConcurrentHashMap<>();

  private final Thread reader;
  private volatile boolean closed;

  /**
   * Reads from now on; whoever was there before is told to come again.
   *
   * @param enrolled whoever is told of a device's sessions
   * @param outbox to gateways
   * @param sums is told whose updates have come
   * @param giveUp is told in a line why no good can come of this run any more
   */
  Sessions(
      KafkaFile file,
      Topics topics,
      Function<DeviceId, Optional<Attended>> enrolled,
      Outbox outbox,
      CohortSums sums,
      Consumer<String> giveUp) {
    this.enrolled = enrolled;
    this.outbox = outbox;
    this.sums = sums;
    this.giveUp = giveUp;
    this.consumer = file.consumer("kula-orchestrator-results");
    List<TopicPartition> results = topics.partitions(topics.results());
    consumer.assign(results);
    consumer.seekToEnd(results);
    results.forEach(consumer::position); // now, and not when it is first read
    outbox.beginAnew();
    this.reader = Thread.ofPlatform().name("kula-sessions").start(this::read);
  }

  private void read() {
    try {
      while (!closed) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(WAIT)) {
          take(record);
          taken.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
        }
        forget();
      }
    } catch (WakeupException e) {
      // closed
    } catch (RuntimeException e) {
      giveUp.accept("results cannot be read: %s; look at the brokers".formatted(e.getMessage()));
    } finally {
      consumer.close();
    }
  }

  private void take(ConsumerRecord<String, byte[]> record) {
    Letter letter = Letter.from(record);
    if (letter.kind() == Letter.Kind.AGAIN) {
      if (!letter.about().equals(sums.run())) {
        giveUp.accept(
            "another orchestrator has begun with this one's topics, must be alone there; end one of"
                + " the two, or give each a kula.fleet of its own");
      }
      return;
    }
    String gateway = Gateway.gateway(letter.session());
    alive.put(gateway, System.nanoTime());
    if (silenced.remove(gateway)) {
      String all = Gateway.allOf(gateway);
      outbox.say(Letter.of(Letter.Kind.AGAIN, gateway, all, new byte[0])); // it was only held up
    }
    switch (letter.kind()) {
      case HELLO -> greet(letter);
      case RESULT -> result(letter);
      case LEFT -> leave(letter.session());
      default -> {} // a sign of life
    }
  }

  private void greet(Letter letter) {
    DeviceId device = new DeviceId(letter.about());
    KafkaLine line = new KafkaLine(letter.session(), device, outbox);
    Optional<Attended> attended = enrolled.apply(device);
    if (attended.isEmpty()) {
      line.refuse(FleetService.unknown(device));
      return;
    }
    try {
      Hello hello = Hello.parseFrom(letter.body());
      Optional<Introduction> shown =
          letter.chain().isEmpty()
              ? Optional.empty()
              : Optional.of(FleetService.introduction(letter.chain(), hello));
      lines.put(letter.session(), line);
      attended.get().attend(line, hello, shown);
    } catch (KulaException | InvalidProtocolBufferException broken) {
      lines.remove(letter.session());
      line.refuse(String.valueOf(broken.getMessage()));
    }
  }

  private void result(Letter letter) {
    KafkaLine line = lines.get(letter.session());
    if (line == null) {
      outbox.say(Letter.of(Letter.Kind.AGAIN, letter.about(), letter.session(), new byte[0]));
      return;
    }
    try {
      if (!letter.cohort().isEmpty()) {
        sums.delivered(letter.cohort(), letter.about());
      }
      Attended attended = enrolled.apply(line.device()).orElseThrow();
      new Outgoing(letter.number(), letter.body())
          .send(
              0,
              frame -> {
                attended.take(line, frame);
                return true;
              });
    } catch (KulaException broken) {
      line.refuse(String.valueOf(broken.getMessage()));
      leave(letter.session());
    }
  }

  /** Up to where results are of no more use. Thread safe. */
  Map<TopicPartition, Long> heard() {
    return Map.copyOf(taken);
  }

  private void leave(String session) {
    KafkaLine line = lines.remove(session);
    if (line != null) {
      enrolled.apply(line.device()).ifPresent(attended -> attended.left(line));
    }
  }

  /** Those who came through gateways that are silent. */
  private void forget() {
    long since = System.nanoTime() - SILENCE.toNanos();
    List<String> silent =
        alive.entrySet().stream()
            .filter(one -> one.getValue() - since < 0)
            .map(Map.Entry::getKey)
            .toList();
    if (!silent.isEmpty()) {
      silent.forEach(alive::remove);
      silenced.addAll(silent);
      List.copyOf(lines.keySet()).stream()
          .filter(session -> silenced.contains(Gateway.gateway(session)))
          .forEach(this::leave);
    }
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    try {
      reader.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
