package dev.kula.kafka;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** Sends records, in the order in which it is told to in each partition. Thread safe. */
final class Post implements AutoCloseable {
  private static final Duration END = Duration.ofSeconds(5);

  private final Producer<String, byte[]> producer;
  private final AtomicReference<Future<RecordMetadata>> last = new AtomicReference<>();

  /**
   * Of a process.
   *
   * @param name by which brokers tell it from others
   */
  Post(KafkaFile file, String name) {
    this.producer = file.producer(name);
  }

  /** Sends without waiting; {@code told} hears what came of it. */
  void send(ProducerRecord<String, byte[]> record, Callback told) {
    last.set(producer.send(record, told));
  }

  /** Sends; where it stands is known when it cannot be lost any more. */
  Future<RecordMetadata> send(ProducerRecord<String, byte[]> record) {
    Future<RecordMetadata> sent = producer.send(record);
    last.set(sent);
    return sent;
  }

  /** Waits until all that was sent is there, or has failed. */
  void flush() {
    producer.flush();
  }

  @Override
  public void close() {
    producer.close(END);
  }
}
