package dev.kula.app;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * A kula command that was run for real, over data and down to the files it writes.
 *
 * @param exitCode what the process would have ended with
 * @param out standard output
 * @param err standard error
 */
record Shell(int exitCode, String out, String err) {
  /** Runs a command in this process. */
  static Shell run(String... arguments) {
    return run(InstantSource.system(), arguments);
  }

  /** Runs a command in this process at another time. */
  static Shell run(InstantSource clock, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        Terminal.of(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    int exitCode =
        new Kula(new LocalRunner(Interruption.Answer.NONE), terminal, clock).run(arguments);
    return new Shell(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Runs a command that must succeed. */
  static Shell done(String... arguments) {
    Shell shell = run(arguments);
    if (shell.exitCode != Kula.DONE) {
      throw new AssertionError(
          "%s ended with %d: %s".formatted(String.join(" ", arguments), shell.exitCode, shell.err));
    }
    return shell;
  }

  /**
   * Starts a command in a process of its own, which can be killed.
   *
   * @param log gets both of its streams
   */
  static Process start(Path log, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                // Whoever runs these tests may have them ignore Ctrl-C, which would be inherited.
                "env",
                "--default-signal=INT",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Kula.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }
}
