package dev.kula.fuzz;

/** Bytes read as the decisions of whoever is hostile; 0 for ever once they are used up. */
public final class Script {
  private final byte[] bytes;
  private int at;

  public Script(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Whether there is something left to decide. */
  public boolean hasNext() {
    return at < bytes.length;
  }

  /** From 0 to 255. */
  public int next() {
    return hasNext() ? bytes[at++] & 0xff : 0;
  }

  /**
   * From 0 to below {@code bound}.
   *
   * @param bound from 1 to 65,536
   */
  public int below(int bound) {
    return (bound <= 256 ? next() : next() << 8 | next()) % bound;
  }
}
