package dev.kula.data;

/**
 * The name of a block: HMAC-SHA-256 under a key that only its source has, as 64 hex digits; of its
 * content, so that equal content of one source has equal names and nobody else can guess a name
 * from content; or, of class sums, of their round alone, so that the name says nothing of samples.
 *
 * @param hex 64 lower-case hexadecimal digits
 */
public record BlockId(String hex) implements Comparable<BlockId> {
  /** Bytes of a block's name on the wire. */
  public static final int BYTES = 32;

  public BlockId {
    if (!hex.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("block id '%s' must be 64 hex digits".formatted(hex));
    }
  }

  @Override
  public int compareTo(BlockId other) {
    return hex.compareTo(other.hex);
  }

  @Override
  public String toString() {
    return hex.substring(0, 12);
  }
}
