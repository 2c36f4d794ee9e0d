package dev.kula.wire;

/**
 * What a decoder takes at most, so that nobody makes a process reserve memory for what a message
 * only claims to have.
 *
 * @param parameters numbers in a tensor
 * @param samples rows in a batch of samples
 * @param entries of any list, such as envelopes or labels
 * @param text characters of a name, a reason or a schema
 * @param bytes of a whole job, result or settings
 */
public record Limits(int parameters, int samples, int entries, int text, int bytes) {
  public Limits {
    requirePositive("parameters", parameters);
    requirePositive("samples", samples);
    requirePositive("entries", entries);
    requirePositive("text", text);
    requirePositive("bytes", bytes);
  }

  /** 2²⁸ numbers, 2²² samples, 2²⁰ entries, 2¹⁴ characters, 2 GiB less one byte. */
  public static Limits defaults() {
    return new Limits(1 << 28, 1 << 22, 1 << 20, 1 << 14, Integer.MAX_VALUE);
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException("%s is %d, must be at least 1".formatted(name, value));
    }
  }
}
