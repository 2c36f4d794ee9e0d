package dev.kula.app;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Goes through what the command usually does, and shows nothing of it. The {@code kula} script
 * starts it once a build, with {@code -XX:AOTCacheOutput}: what Java has loaded, linked and learnt
 * of these ways is then there at every later start (JEP 483, 514 and 515).
 */
final class WarmUp {
  private WarmUp() {}

  /**
   * Runs it, and ends the process with exit code 0 if all of it could be run.
   *
   * @param arguments a directory for the results, which need not exist
   */
  public static void main(String[] arguments) {
    System.exit(run(Path.of(arguments[0])));
  }

  static int run(Path directory) {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    Kula kula = new Kula(new LocalRunner(Interruption.Answer.NONE), Terminal.of(nowhere, nowhere));
    return kula.run("--help")
        + kula.run("simulate", "--help")
        + kula.run("compare", "--help")
        + kula.run("data", "--devices", "10")
        + kula.run(
            "simulate",
            "--devices",
            "20",
            "--rounds",
            "3",
            "--swap-every",
            "2",
            "--out",
            directory.resolve("run").toString());
  }
}
