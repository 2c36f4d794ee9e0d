package dev.kula.app;

/**
 * The operator wanted the run to end here, and it has: nobody's mistake, and no failure that a
 * service manager should start the process again for. The message says how to go on.
 */
final class Halt extends RuntimeException {
  private static final long serialVersionUID = 1;

  Halt(String message) {
    super(message);
  }
}
