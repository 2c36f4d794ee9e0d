package dev.kula.app;

import java.nio.file.Path;

/**
 * The operator wanted the run to end here, and it has: nobody's mistake, and no failure that a
 * service manager should start the process again for. It can be resumed.
 */
final class Halt extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Path directory;
  private final int exitCode;

  /**
   * An end.
   *
   * @param message what was done, without how to go on
   * @param directory of the run
   * @param exitCode of the process
   */
  Halt(String message, Path directory, int exitCode) {
    super(message);
    this.directory = directory;
    this.exitCode = exitCode;
  }

  Path directory() {
    return directory;
  }

  int exitCode() {
    return exitCode;
  }
}
