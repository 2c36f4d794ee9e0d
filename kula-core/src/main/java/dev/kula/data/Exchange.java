package dev.kula.data;

/** How the samples behind a pointer are used. */
public enum Exchange {
  /**
   * The receiver's model goes to the samples; the source trains it there and returns the change.
   * Samples stay; without clipping and noise the change still says something of them.
   */
  VISIT,
  /** The samples are copied to the receiver. Encrypted on the wire, and no differential privacy. */
  RAW
}
