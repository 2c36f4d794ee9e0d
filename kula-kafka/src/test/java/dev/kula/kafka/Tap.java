package dev.kula.kafka;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Reads what others say to each other, all of it, as soon as it is said. */
final class Tap implements AutoCloseable {
  /** Bodies of all updates, before they are deleted. */
  final List<byte[]> updates = new CopyOnWriteArrayList<>();

  private final Thread reader;
  private volatile boolean closed;

  /**
   * Begins.
   *
   * @param heard is told of each letter, by the thread that reads
   */
  Tap(Path properties, Consumer<Letter> heard) {
    KafkaFile file = KafkaFile.read(properties);
    try (Topics topics = new Topics(file)) {
      topics.create(topics.all());
      List<TopicPartition> all = new ArrayList<>(topics.partitions(topics.updates()));
      all.addAll(topics.partitions(topics.questions()));
      all.addAll(topics.partitions(topics.results()));
      reader =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (var consumer = file.consumer("tap")) {
                      consumer.assign(all);
                      consumer.seekToBeginning(all);
                      while (!closed) {
                        for (ConsumerRecord<String, byte[]> record :
                            consumer.poll(Duration.ofMillis(20))) {
                          Letter letter = Letter.from(record);
                          if (letter.kind() == Letter.Kind.UPDATE) {
                            updates.add(letter.body());
                          }
                          heard.accept(letter);
                        }
                      }
                    }
                  });
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
