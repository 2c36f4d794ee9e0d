package dev.kula.kafka;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A broker of Apache Kafka, its own controller, in a process of its own, which lets others do what
 * they need and no more.
 */
final class Broker implements AutoCloseable {
  /** Who may do all. */
  static final String OPERATOR = "operator";

  private static final Duration WAIT = Duration.ofSeconds(60);

  private final Child process;
  private final Path directory;
  private final int port;

  /** Starts one that keeps its records in a directory. */
  static Broker start(Path directory) throws IOException, InterruptedException {
    Files.createDirectories(directory);
    int port = free();
    int controller = free();
    Path file = directory.resolve("broker.properties");
    Files.write(
        file,
        List.of(
            "process.roles=broker,controller",
            "node.id=1",
            "controller.quorum.voters=1@localhost:" + controller,
            "listeners=SASL_PLAINTEXT://localhost:%d,CONTROLLER://localhost:%d"
                .formatted(port, controller),
            "listener.security.protocol.map=SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name=SASL_PLAINTEXT",
            "controller.listener.names=CONTROLLER",
            "sasl.enabled.mechanisms=PLAIN",
            "sasl.mechanism.inter.broker.protocol=PLAIN",
            "listener.name.sasl_plaintext.plain.sasl.jaas.config=" + login(OPERATOR, users()),
            "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users=User:ANONYMOUS;User:" + OPERATOR,
            "log.dirs=" + directory.resolve("records"),
            "offsets.topic.replication.factor=1",
            "offsets.topic.num.partitions=4",
            "transaction.state.log.replication.factor=1",
            "transaction.state.log.min.isr=1",
            "transaction.state.log.num.partitions=4",
            "group.initial.rebalance.delay.ms=0",
            "log.retention.check.interval.ms=1000",
            "auto.create.topics.enable=false"));
    Path log = directory.resolve("format.log");
    try (Child format =
        Child.start(
            log,
            "kafka.tools.StorageTool",
            "format",
            "-t",
            "4L6g3nShT-eMCtK--X86sw",
            "-c",
            file.toString())) {
      if (format.exit(WAIT) != 0) {
        throw new AssertionError(format.said());
      }
    }
    Child process = Child.start(directory.resolve("broker.log"), "kafka.Kafka", file.toString());
    Broker broker = new Broker(process, directory, port);
    broker.await();
    Rights.give(broker.properties(OPERATOR));
    return broker;
  }

  private static String users() {
    return Stream.concat(Stream.of(OPERATOR), Rights.PROCESSES.stream())
        .map(name -> " user_%s=\"%1$s\"".formatted(name))
        .collect(Collectors.joining());
  }

  /** Everybody's password is its name. */
  private static String login(String name, String more) {
    return "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\""
            .formatted(name)
        + " password=\"%s\"%s;".formatted(name, more);
  }

  private Broker(Child process, Path directory, int port) {
    this.process = process;
    this.directory = directory;
    this.port = port;
  }

  private static int free() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private void await() throws InterruptedException {
    long end = System.nanoTime() + WAIT.toNanos();
    while (System.nanoTime() - end < 0 && process.isAlive()) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress("localhost", port));
        return;
      } catch (IOException e) {
        Thread.sleep(50);
      }
    }
    throw new AssertionError("the broker does not listen: " + process.said());
  }

  /**
   * A file by which a process reaches it.
   *
   * @param name by which it may do what {@link Rights} says, or the operator, who may do all
   */
  Path properties(String name) throws IOException {
    return Files.write(
        directory.resolve(name + ".properties"),
        List.of(
            "bootstrap.servers=localhost:" + port,
            "security.protocol=SASL_PLAINTEXT",
            "sasl.mechanism=PLAIN",
            "sasl.jaas.config=" + login(name, ""),
            "kula.fleet=fleet",
            "kula.partitions=2",
            "kula.lanes=3"));
  }

  /** Lets it stand still for a while, as a machine does that has too much to do. */
  void hold(Duration time) throws IOException, InterruptedException {
    process.signal("STOP");
    Thread.sleep(time);
    process.signal("CONT");
  }

  /** Where its records are. */
  Path records() {
    return directory.resolve("records");
  }

  @Override
  public void close() {
    process.close();
  }
}
