package dev.kula.spark;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A standalone cluster: a master and workers of one core each, all in processes of their own, which
 * start executors in further processes. What they say goes to files.
 */
final class Cluster implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Path directory;
  private final int port;
  private final Process master;
  private final List<Process> workers = new ArrayList<>();

  Cluster(Path directory, int workers) throws IOException, InterruptedException {
    this.directory = directory;
    // Spark looks there before it starts an executor, and need not find anything.
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    this.port = freePort();
    this.master = start("master.Master", "--port", "" + port);
    try {
      awaitMaster();
      for (int i = 0; i < workers; i++) {
        String own = Files.createDirectory(directory.resolve("worker-" + i)).toString();
        this.workers.add(
            start("worker.Worker", "--cores", "1", "--memory", "1g", "--work-dir", own, address()));
      }
    } catch (IOException | InterruptedException | RuntimeException failure) {
      close();
      throw failure;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private Process start(String what, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                "org.apache.spark.deploy." + what,
                "--host",
                "127.0.0.1",
                "--webui-port",
                "0"));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("cluster.log").toFile()))
        .start();
  }

  private void awaitMaster() throws IOException, InterruptedException {
    Instant end = Instant.now().plus(PATIENCE);
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
        return;
      } catch (IOException notYet) {
        if (!master.isAlive() || Instant.now().isAfter(end)) {
          throw new IOException(
              "no master: " + Files.readString(directory.resolve("cluster.log")), notYet);
        }
        Thread.sleep(100);
      }
    }
  }

  /** As {@code --fleet spark:MASTER} has it. */
  String address() {
    return "spark://127.0.0.1:" + port;
  }

  /** Kills a worker with its executors, as when a machine goes down. */
  void kill(int worker) {
    kill(workers.get(worker));
  }

  private static void kill(Process process) {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
  }

  @Override
  public void close() {
    workers.forEach(Cluster::kill);
    master.destroyForcibly();
    // So that nobody writes any more where a test's directory is deleted.
    workers.forEach(worker -> worker.onExit().join());
    master.onExit().join();
  }
}
