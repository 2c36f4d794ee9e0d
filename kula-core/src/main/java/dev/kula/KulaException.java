package dev.kula;

import org.jspecify.annotations.Nullable;

/**
 * The one exception that Kula throws on purpose. The message is a single line that names the thing,
 * its actual value, the rule that it breaks and the remedy; control characters in it become blanks.
 */
public final class KulaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Who has to act. */
  public enum Blame {
    /** The person who typed the command or wrote the configuration or the data. Exit code 2. */
    USER,
    /** Another party of the protocol. */
    REMOTE,
    /** The machine: disk, memory, a missing library. */
    RESOURCE,
    /** Kula itself. */
    INTERNAL
  }

  private final Blame blame;

  private KulaException(Blame blame, String message, @Nullable Throwable cause) {
    super(OneLine.of(message), cause);
    this.blame = blame;
  }

  /** A user's mistake: what, value, rule, remedy. */
  public static KulaException user(String message) {
    return new KulaException(Blame.USER, message, null);
  }

  /** A user's mistake that surfaced as another exception. */
  public static KulaException user(String message, @Nullable Throwable cause) {
    return new KulaException(Blame.USER, message, cause);
  }

  /** Another party broke the protocol. */
  public static KulaException remote(String message) {
    return new KulaException(Blame.REMOTE, message, null);
  }

  /** The machine lacks something. */
  public static KulaException resource(String message, Throwable cause) {
    return new KulaException(Blame.RESOURCE, message, cause);
  }

  /** A defect in Kula. */
  public static KulaException internal(String message) {
    return new KulaException(Blame.INTERNAL, message, null);
  }

  /** Who has to act. */
  public Blame blame() {
    return blame;
  }
}
