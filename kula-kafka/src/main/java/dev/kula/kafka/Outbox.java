package dev.kula.kafka;

import dev.kula.device.Message;
import dev.kula.wire.Job;
import dev.kula.wire.JobCodec;
import java.util.ArrayDeque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * From the orchestrator to gateways. Knows what each device was asked last, for the gateway that it
 * comes to next.
 *
 * <p>Thread safe.
 */
final class Outbox {
  private final Post post;
  private final Topics topics;
  private final String run;
  private final Supplier<String> cohort;
  private final Consumer<String> troubles;
  private final Map<String, Asked> asked = new ConcurrentHashMap<>();

  /** The last models that were written; by the array, for nobody writes to one. */
  private final IdentityHashMap<float[], Written> written = new IdentityHashMap<>();

  private final Queue<float[]> order = new ArrayDeque<>();

  /** Where the models begin that may be asked for. */
  private volatile long models;

  private record Asked(long job, String cohort) {}

  /** A model as it was written, and where the next one is. */
  private record Written(byte[] bytes, String name, AtomicLong end) {}

  /**
   * Nothing has been sent.
   *
   * @param run which orchestrator this is
   * @param cohort that trains now
   * @param troubles is told in a line what did not go through
   */
  Outbox(Post post, Topics topics, String run, Supplier<String> cohort, Consumer<String> troubles) {
    this.post = post;
    this.topics = topics;
    this.run = run;
    this.cohort = cohort;
    this.troubles = troubles;
  }

  /**
   * Tells all gateways, and an orchestrator that may still be there, that whoever they knew as the
   * orchestrator is no more.
   */
  void beginAnew() {
    send(Letter.of(Letter.Kind.AGAIN, run).to(topics.results(), 0), "the beginning");
    for (TopicPartition lane : topics.partitions(topics.jobs())) {
      send(Letter.of(Letter.Kind.AGAIN, run).to(topics.jobs(), lane.partition()), "the beginning");
    }
    post.flush();
  }

  /** Says something to the gateway of a session. */
  void say(Letter letter) {
    send(letter.to(topics.jobs(), Gateway.lane(letter.session())), letter.about());
  }

  /** The same, and which job the device was given last. */
  Letter atWork(Letter letter) {
    Asked last = asked.getOrDefault(letter.about(), new Asked(0, ""));
    return letter.numbered(last.job()).of(last.cohort());
  }

  /** Gives a device a job. */
  void send(Letter letter, Job job) {
    Asked now = new Asked(letter.number(), job instanceof Job.Train ? cohort.get() : "");
    asked.put(letter.about(), now);
    byte[] whole = JobCodec.encode(job);
    byte[] body =
        model(job)
            .filter(model -> model.length * Float.BYTES >= Spliced.WORTH)
            .map(this::write)
            .map(model -> Spliced.without(whole, model.bytes(), model.name()))
            .orElseGet(() -> Spliced.whole(whole));
    say(letter.of(now.cohort()).with(body));
  }

  /** The model that others are sent, too. */
  private static Optional<float[]> model(Job job) {
    return switch (job) {
      case Job.Train train -> train.model();
      case Job.Deliver deliver ->
          deliver.inbox().stream()
              .flatMap(
                  envelope ->
                      envelope.message() instanceof Message.GlobalModel model
                          ? Stream.of(model.parameters())
                          : Stream.empty())
              .findFirst();
      default -> Optional.empty();
    };
  }

  private Written write(float[] model) {
    synchronized (written) {
      Written before = written.get(model);
      if (before != null) {
        return before;
      }
      if (order.size() == Models.MOST) {
        Written oldest = Objects.requireNonNull(written.remove(order.remove()));
        models = Math.max(models, oldest.end().get());
      }
      byte[] bytes = Spliced.bytes(model);
      Written now = new Written(bytes, Spliced.name(bytes), new AtomicLong());
      send(
          new ProducerRecord<>(topics.models(), 0, now.name(), bytes),
          "a model",
          offset -> now.end().set(offset + 1));
      order.add(model);
      written.put(model, now);
      return now;
    }
  }

  /** Before which offset there are only models that no job refers to any more. */
  long modelsBegin() {
    return models;
  }

  private void send(ProducerRecord<String, byte[]> record, String what) {
    send(record, what, offset -> {});
  }

  private void send(ProducerRecord<String, byte[]> record, String what, LongConsumer at) {
    Callback told =
        (where, failure) -> {
          if (failure == null) {
            at.accept(where.offset());
          } else {
            troubles.accept("%s: %s".formatted(what, failure.getMessage()));
          }
        };
    post.send(record, told);
  }
}
