package dev.kula.kafka;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.server.Participant;
import dev.kula.wire.FleetSettings;
import dev.kula.wire.Job;
import dev.kula.wire.JobCodec;
import dev.kula.wire.Result;
import dev.kula.wire.SettingsCodec;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The monitor, as the orchestrator asks it: whichever of its processes is at work answers, once.
 *
 * <p>Not thread safe: one round loop asks.
 */
final class KafkaMonitor implements Participant {
  private static final Duration WAIT = Duration.ofMillis(100);

  private final Topics topics;
  private final Post post;
  private final Consumer<String, byte[]> consumer;
  private final TopicPartition questions;
  private final TopicPartition answers;
  private final byte[] told;
  private final String run = UUID.randomUUID().toString();
  private long number;

  /**
   * A monitor that has been asked nothing in this run.
   *
   * @param settings that it must have been told alike
   */
  KafkaMonitor(KafkaFile file, Topics topics, Post post, FleetSettings settings) {
    this.topics = topics;
    this.post = post;
    this.told = SettingsCodec.encode(settings);
    this.questions = new TopicPartition(topics.questions(), 0);
    this.answers = new TopicPartition(topics.answers(), 0);
    this.consumer = file.consumer("kula-orchestrator-answers");
    consumer.assign(List.of(answers));
    consumer.seekToEnd(List.of(answers));
    consumer.position(answers); // now, and not when it is first read
  }

  @Override
  public DeviceId id() {
    return Envelope.MONITOR;
  }

  /** Not known: questions wait for it. */
  @Override
  public boolean isPresent() {
    return true;
  }

  @Override
  public Optional<Result> perform(Job job, Duration within) {
    long end = System.nanoTime() + within.toNanos();
    Letter question =
        Letter.of(Letter.Kind.QUESTION, run, "", JobCodec.encode(job))
            .numbered(++number)
            .shown(List.of(told));
    Map<TopicPartition, Long> used = new HashMap<>();
    used.put(questions, offset(question) + 1);
    while (System.nanoTime() - end < 0) {
      for (ConsumerRecord<String, byte[]> record : consumer.poll(WAIT)) {
        Letter letter = Letter.from(record);
        if (letter.about().equals(run) && letter.number() == number) {
          used.put(answers, record.offset() + 1);
          topics.delete(used);
          return Optional.of(JobCodec.decodeResult(letter.body()));
        }
      }
    }
    return Optional.empty();
  }

  private long offset(Letter question) {
    try {
      return post.send(question.to(questions.topic(), questions.partition())).get().offset();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the monitor was asked", e);
    } catch (ExecutionException e) {
      throw KulaException.resource("the monitor cannot be asked: " + e.getMessage(), e);
    }
  }

  /** Nothing: another run may ask it. */
  @Override
  public void end() {}

  @Override
  public void close() {
    consumer.close();
  }
}
