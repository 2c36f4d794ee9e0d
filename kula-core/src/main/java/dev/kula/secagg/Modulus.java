package dev.kula.secagg;

/**
 * The integers modulo 2^{@code bits}, in ints, of which the bits above do not count; packed on the
 * wire to {@code bits} each, lowest first, without gaps.
 *
 * @param bits from 1 to 32
 */
public record Modulus(int bits) {
  public Modulus {
    if (bits < 1 || bits > Integer.SIZE) {
      throw new IllegalArgumentException("bits are " + bits + ", must be from 1 to 32");
    }
  }

  /**
   * The smallest in which sums of {@code cohort} numbers of at most {@code largest} in magnitude
   * are exact: {@code cohort} · (2 · {@code largest} + 1) ≤ 2^bits.
   */
  public static Modulus forSums(int cohort, int largest) {
    if (cohort < 1 || largest < 1) {
      throw new IllegalArgumentException(
          "cohort is %d and largest %d, must be at least 1".formatted(cohort, largest));
    }
    double needed = cohort * (2.0 * largest + 1);
    if (needed > 0x1p32) {
      throw new IllegalArgumentException(
          "%d numbers of up to %d need more than 32 bits, must need at most 32: use fewer levels"
              .formatted(cohort, largest));
    }
    long last = (long) needed - 1;
    return new Modulus(Long.SIZE - Long.numberOfLeadingZeros(last));
  }

  /** The bits that count. */
  int mask() {
    return -1 >>> (Integer.SIZE - bits);
  }

  /** The number from −2^(bits − 1) to below 2^(bits − 1) that a residue stands for. */
  public int signed(int residue) {
    int unused = Integer.SIZE - bits;
    return residue << unused >> unused;
  }

  int packedBytes(int length) {
    return Math.toIntExact(((long) length * bits + 7) / 8);
  }

  byte[] pack(int[] vector) {
    byte[] packed = new byte[packedBytes(vector.length)];
    long held = 0;
    int count = 0;
    int at = 0;
    long mask = mask() & 0xffff_ffffL;
    for (int value : vector) {
      held |= (value & mask) << count;
      count += bits;
      while (count >= 8) {
        packed[at++] = (byte) held;
        held >>>= 8;
        count -= 8;
      }
    }
    if (count > 0) {
      packed[at] = (byte) held;
    }
    return packed;
  }

  /** Adds a packed vector of the same length, modulo 2³². */
  void addPacked(byte[] packed, int[] sum) {
    long held = 0;
    int count = 0;
    int at = 0;
    long mask = mask() & 0xffff_ffffL;
    for (int i = 0; i < sum.length; i++) {
      while (count < bits) {
        held |= (packed[at++] & 0xffL) << count;
        count += 8;
      }
      sum[i] += (int) (held & mask);
      held >>>= bits;
      count -= bits;
    }
  }

  /** Whether the bits after the last number are 0, so that there is one way to pack a vector. */
  boolean isCanonical(byte[] packed, int length) {
    int used = (int) ((long) length * bits % 8);
    return used == 0 || (packed[packed.length - 1] & 0xff) >>> used == 0;
  }
}
