package dev.kula.store.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;

/** On a server of its own, where PostgreSQL is installed as Debian has it. */
final class PostgresRunsTest extends RunDatabaseContract {
  private static final Path VERSIONS = Path.of("/usr/lib/postgresql");

  private static Path server = Path.of("");
  private static Path programs = Path.of("");
  private static int port;
  private static int databases;

  @BeforeAll
  static void start() throws Exception {
    Optional<Path> installed = installed();
    Assumptions.assumeTrue(
        installed.isPresent(), "no PostgreSQL in " + VERSIONS + "; apt install postgresql");
    programs = installed.orElseThrow();
    server = Files.createTempDirectory("kula-postgres");
    port = freePort();
    if (isRoot()) { // which PostgreSQL refuses to run as
      run("chown", "postgres", server.toString());
    }
    as("initdb", "-D", server.resolve("data").toString(), "-U", "kula", "-A", "trust");
    as(
        "pg_ctl",
        "-D",
        server.resolve("data").toString(),
        "-o",
        "-p %d -k %s -c listen_addresses=127.0.0.1 -c fsync=off".formatted(port, server),
        "-l",
        server.resolve("log").toString(),
        "-w",
        "start");
  }

  private static Optional<Path> installed() throws IOException {
    if (!Files.isDirectory(VERSIONS)) {
      return Optional.empty();
    }
    try (Stream<Path> versions = Files.list(VERSIONS)) {
      return versions
          .map(version -> version.resolve("bin"))
          .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
          .max(Comparator.naturalOrder());
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static void as(String program, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      command.addAll(List.of("runuser", "-u", "postgres", "--"));
    }
    command.add(programs.resolve(program).toString());
    command.addAll(List.of(arguments));
    run(command.toArray(String[]::new));
  }

  private static void run(String... command) throws Exception {
    Path said = Files.createTempFile("kula-postgres", ".txt");
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(Path.of("/").toFile())
              .redirectErrorStream(true)
              .redirectOutput(said.toFile())
              .start();
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> String.join(" ", command));
      assertEquals(0, process.exitValue(), Files.readString(said));
    } finally {
      Files.delete(said);
    }
  }

  @AfterAll
  static void stop() throws Exception {
    if (Files.exists(server.resolve("data"))) {
      as("pg_ctl", "-D", server.resolve("data").toString(), "-m", "immediate", "-w", "stop");
      run("rm", "-rf", server.toString());
    }
  }

  private String own = "";

  @Override
  String store() {
    if (own.isEmpty()) {
      databases++;
      own = "kula" + databases;
      try {
        as("createdb", "-h", "127.0.0.1", "-p", Integer.toString(port), "-U", "kula", own);
      } catch (Exception failure) {
        throw new AssertionError(failure);
      }
    }
    return "postgresql://kula@127.0.0.1:%d/%s".formatted(port, own);
  }
}
