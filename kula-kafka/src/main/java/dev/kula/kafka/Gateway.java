package dev.kula.kafka;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.server.Attended;
import dev.kula.server.FleetService;
import dev.kula.server.TierProvider;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Takes devices' connections, and carries what is said in them to the orchestrator and back. It
 * keeps nothing: a device whose gateway is killed comes to another, and goes on where it was.
 *
 * <p>Thread safe.
 */
final class Gateway implements TierProvider.Gate {
  /** How often a gateway says that it is there. */
  static final Duration SIGNS_OF_LIFE = Duration.ofSeconds(1);

  private static final Duration WAIT = Duration.ofMillis(200);

  private final Topics topics;
  private final Post post;
  private final org.apache.kafka.clients.consumer.Consumer<String, byte[]> consumer;
  private final Map<String, Relay> sessions = new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong();
  private final Models models = new Models();
  private final Consumer<String> troubles;
  private final String name;
  private final FleetService service = new FleetService(this::relay);
  private final Thread reader;
  private final Thread pulse;
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile @Nullable Throwable failure;
  private volatile boolean closed;

  /**
   * A gateway that devices can come to.
   *
   * @param troubles is told in a line what did not go through
   */
  Gateway(KafkaFile file, Consumer<String> troubles) {
    this.troubles = troubles;
    this.topics = new Topics(file);
    topics.create(List.of(topics.jobs(), topics.models(), topics.results(), topics.updates()));
    UUID random = UUID.randomUUID();
    int lane = Math.floorMod(random.hashCode(), topics.partitions(topics.jobs()).size());
    this.name = lane + "/" + random;
    this.post = new Post(file, "kula-gateway");
    this.consumer = file.consumer("kula-gateway");
    TopicPartition jobs = new TopicPartition(topics.jobs(), lane);
    TopicPartition all = new TopicPartition(topics.models(), 0);
    consumer.assign(List.of(jobs, all));
    consumer.seekToEnd(List.of(jobs));
    consumer.seekToBeginning(List.of(all));
    consumer.position(jobs); // now, and not when it is first read
    this.reader = Thread.ofPlatform().name("kula-gateway").start(this::read);
    this.pulse = Thread.ofVirtual().name("kula-pulse").start(this::live);
  }

  /** The partition in which a session's jobs are. */
  static int lane(String session) {
    return Integer.parseInt(session.substring(0, session.indexOf('/')));
  }

  /** What stands for all sessions of a gateway. */
  static String allOf(String gateway) {
    return gateway + "/0";
  }

  /** The gateway of a session. */
  static String gateway(String session) {
    return session.substring(0, session.lastIndexOf('/'));
  }

  /** What devices connect to. */
  @Override
  public FleetService service() {
    return service;
  }

  private Optional<Attended> relay(DeviceId device) {
    String session = name + "/" + numbers.incrementAndGet();
    return Optional.of(new Relay(device, session, this, models::get));
  }

  @Override
  public long connected() {
    return sessions.size();
  }

  void open(String session, Relay relay) {
    sessions.put(session, relay);
  }

  void over(String session) {
    sessions.remove(session);
  }

  /** Sends without waiting; the session is of no use if that fails. */
  void send(Letter letter) {
    post.send(
        record(letter),
        (where, failure) -> {
          if (failure != null && !closed && letter.kind() != Letter.Kind.ALIVE) {
            troubles.accept("%s: %s".formatted(letter.about(), failure.getMessage()));
            Relay relay = sessions.get(letter.session());
            if (relay != null) {
              relay.again("what it said did not go through");
            }
          }
        });
  }

  /** Sends, and waits until it cannot be lost any more. */
  void sendForGood(Letter letter) {
    try {
      post.send(record(letter)).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while an update was on its way", e);
    } catch (ExecutionException e) {
      throw KulaException.resource("an update did not go through: " + e.getMessage(), e);
    }
  }

  private ProducerRecord<String, byte[]> record(Letter letter) {
    return letter.to(
        letter.kind() == Letter.Kind.UPDATE ? topics.updates() : topics.results(), null);
  }

  @Override
  public void await() throws InterruptedException {
    over.await();
    Throwable why = failure;
    if (why != null) {
      throw KulaException.resource(
          "jobs cannot be read: %s; look at the brokers, and start it again"
              .formatted(why.getMessage()),
          why);
    }
  }

  private void read() {
    try {
      while (!closed) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(WAIT)) {
          if (record.topic().equals(topics.models())) {
            models.add(record.key(), record.value());
          } else {
            take(Letter.from(record));
          }
        }
      }
    } catch (WakeupException e) {
      // closed
    } catch (RuntimeException e) {
      failure = e;
    } finally {
      consumer.close();
      over.countDown();
    }
  }

  private void take(Letter letter) {
    if (letter.kind() == Letter.Kind.AGAIN
        && (letter.session().isEmpty() || letter.session().equals(allOf(name)))) {
      sessions.values().forEach(relay -> relay.again("the orchestrator knows no sessions here"));
      return;
    }
    Relay relay = sessions.get(letter.session());
    if (relay != null) {
      relay.hear(letter);
    }
  }

  private void live() {
    try {
      while (!closed) {
        send(Letter.of(Letter.Kind.ALIVE, name, allOf(name), new byte[0]));
        Thread.sleep(SIGNS_OF_LIFE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Why devices are told to come again. */
  static Status again(String why) {
    return Status.UNAVAILABLE.withDescription(why);
  }

  /** Devices go to another gateway, or come again to the next. */
  @Override
  public void close() {
    sessions.values().forEach(relay -> relay.again("this gateway ends"));
    closed = true;
    pulse.interrupt();
    consumer.wakeup();
    try {
      reader.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    post.close();
    topics.close();
  }
}
