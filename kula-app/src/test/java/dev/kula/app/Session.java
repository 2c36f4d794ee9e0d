package dev.kula.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * A process that is told one thing after another and says when it has done each.
 *
 * <p>The {@code kula} script in it runs what the tests run, and builds nothing. Java's own tools on
 * the path are those of the JDK that runs the tests.
 */
final class Session implements AutoCloseable {
  private static final int SECONDS = 300;

  private final Process process;
  private final Writer in;
  private final BufferedReader out;
  private final StringBuilder printed = new StringBuilder();

  /** A bash that ends where a command fails. */
  static Session bash(Path directory, Map<String, String> environment) throws IOException {
    return new Session(
        directory, environment, "bash", "--noprofile", "--norc", "-eu", "-o", "pipefail");
  }

  /**
   * Starts it.
   *
   * @param environment beside that of this process
   */
  Session(Path directory, Map<String, String> environment, String... command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    String java = System.getProperty("java.home");
    Map<String, String> variables = builder.environment();
    variables.put(
        "KULA_BUILT",
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    variables.put("KULA_JAVA_HOME", java);
    variables.merge("PATH", java + "/bin", (path, bin) -> bin + ":" + path);
    variables.putAll(environment);
    process = builder.start();
    in = process.outputWriter(StandardCharsets.UTF_8);
    out = process.inputReader(StandardCharsets.UTF_8);
    // Ends a document that hangs: whoever reads from the process then sees its end.
    Thread.ofVirtual().start(this::endInTime);
  }

  private void endInTime() {
    try {
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * What it prints until it has done {@code text}; empty if it ends before.
   *
   * @param echo a command that prints its argument on a line of its own
   */
  Optional<String> run(String text, String echo) throws IOException {
    String mark = "done-" + UUID.randomUUID();
    printed.setLength(0);
    in.write(text + "\n" + echo.formatted(mark) + "\n");
    in.flush();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.endsWith(mark)) { // what was printed last may lack a line break
        printed.append(line, 0, line.length() - mark.length());
        return Optional.of(printed.toString());
      }
      printed.append(line).append('\n');
    }
    return Optional.empty();
  }

  /** Runs a script in a {@link #bash}; empty if one of its commands fails. */
  Optional<String> runScript(String script) throws IOException {
    Path file = Files.writeString(Files.createTempFile("block", ".sh"), script);
    try {
      // From a file, so that a command that reads its input does not read what comes next.
      return run(". %s </dev/null".formatted(file), "printf '%%s\\n' %s");
    } finally {
      Files.delete(file);
    }
  }

  /** What it printed in the last {@link #run}. */
  String printed() {
    return printed.toString();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
