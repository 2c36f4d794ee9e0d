package dev.kula.kafka;

import dev.kula.KulaException;
import dev.kula.server.TierProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;

/** One process of a Streams application. It needs no disk: its state is with the brokers, too. */
final class Application implements TierProvider.Part {
  private static final Duration END = Duration.ofSeconds(20);

  private final KafkaStreams streams;
  private final Path directory;
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile @Nullable Throwable failure;

  /**
   * Begins.
   *
   * @param needs topics that it reads and writes
   */
  Application(
      Path path,
      String name,
      Function<Topics, List<String>> needs,
      Function<Topics, Topology> topology) {
    KafkaFile file = KafkaFile.read(path);
    Topology made;
    try (Topics topics = new Topics(file)) {
      topics.create(needs.apply(topics));
      made = topology.apply(topics);
    }
    try {
      this.directory = Files.createTempDirectory("kula-" + name);
    } catch (IOException e) {
      throw KulaException.resource("no directory can be made for a while: " + e.getMessage(), e);
    }
    this.streams = new KafkaStreams(made, file.streams(name, directory));
    streams.setUncaughtExceptionHandler(
        thrown -> {
          failure = thrown;
          return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    streams.setStateListener(
        (now, before) -> {
          if (now == KafkaStreams.State.ERROR || now == KafkaStreams.State.NOT_RUNNING) {
            over.countDown();
          }
        });
    streams.start();
  }

  @Override
  public void await() throws InterruptedException {
    over.await();
    Throwable why = failure;
    if (why != null) {
      throw KulaException.resource(
          "it cannot go on: " + why.getMessage() + "; look at the brokers, and start it again",
          why);
    }
  }

  @Override
  public void close() {
    streams.close(END);
    if (!Files.exists(directory)) {
      return; // closed before
    }
    try (Stream<Path> files = Files.walk(directory)) {
      List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
      for (Path one : all) {
        Files.deleteIfExists(one);
      }
    } catch (IOException e) {
      throw KulaException.resource("'%s' cannot be removed".formatted(directory), e);
    }
  }
}
