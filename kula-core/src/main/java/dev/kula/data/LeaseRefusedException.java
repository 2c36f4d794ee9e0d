package dev.kula.data;

/** A lease did not open the samples it names; the message says why. */
public final class LeaseRefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  LeaseRefusedException(String reason) {
    super(reason);
    this.reason = reason;
  }

  /** Why, in words that the holder may be told. */
  public String reason() {
    return reason;
  }
}
