package dev.kula.aggregate;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Numbers in few bits: 32 in a row share a power of two, and each is a whole multiple of it, of 8
 * or 16 bits with its sign. With 8 bits this is MXINT8 of the Open Compute Project's
 * <i>Microscaling Formats (MX)</i> 1.0, but that its most negative integer is not used. What has
 * once been rounded so is such numbers exactly, in any part of it. Stateless.
 */
public final class BlockFloats {
  /** Bits of a number that is sent as it is. */
  public static final int WHOLE = Float.SIZE;

  /** Numbers that share a power of two. */
  private static final int BLOCK = 32;

  private static final int BIAS = 127;

  private BlockFloats() {}

  /** Bytes that {@code length} numbers take. */
  public static long bytes(long length, int bits) {
    return bits == WHOLE
        ? length * Float.BYTES
        : length * bits / Byte.SIZE + Math.ceilDiv(length, BLOCK);
  }

  /**
   * The nearest numbers of so many bits, those half way to the even multiple. A block in which a
   * number is not finite stays as it is.
   *
   * @param bits 8 or 16
   */
  public static float[] rounded(float[] numbers, int bits) {
    float[] rounded = numbers.clone();
    for (int from = 0; from < numbers.length; from += BLOCK) {
      int to = Math.min(numbers.length, from + BLOCK);
      float largest = largest(numbers, from, to);
      if (Float.isFinite(largest)) {
        double step = Math.scalb(1.0, exponent(largest, bits));
        for (int i = from; i < to; i++) {
          rounded[i] = (float) (Math.rint(numbers[i] / step) * step) + 0f; // no −0
        }
      }
    }
    return rounded;
  }

  private static float largest(float[] numbers, int from, int to) {
    float largest = 0;
    for (int i = from; i < to; i++) {
      largest = Math.max(largest, Math.abs(numbers[i])); // NaN if any is
    }
    return largest;
  }

  /** Of the least power of two of which {@code largest} is at most the largest multiple. */
  private static int exponent(float largest, int bits) {
    int most = (1 << (bits - 1)) - 1;
    int exponent = Math.getExponent(largest) - (bits - 2);
    if (largest > Math.scalb((double) most, exponent)) {
      exponent++;
    }
    return Math.clamp(exponent, -BIAS, BIAS);
  }

  /**
   * Numbers as bytes: for each block the exponent of its power of two, 127 more than it is, then
   * the multiples, least significant byte first.
   *
   * @param bits 8 or 16
   * @return empty if the numbers are not such that they come out again bit for bit
   */
  public static Optional<byte[]> encode(float[] numbers, int bits) {
    ByteBuffer out =
        ByteBuffer.allocate(Math.toIntExact(bytes(numbers.length, bits)))
            .order(ByteOrder.LITTLE_ENDIAN);
    int most = (1 << (bits - 1)) - 1;
    for (int from = 0; from < numbers.length; from += BLOCK) {
      int to = Math.min(numbers.length, from + BLOCK);
      float largest = largest(numbers, from, to);
      if (!Float.isFinite(largest)) {
        return Optional.empty();
      }
      int exponent = exponent(largest, bits);
      double step = Math.scalb(1.0, exponent);
      out.put((byte) (exponent + BIAS));
      for (int i = from; i < to; i++) {
        double multiple = numbers[i] / step;
        int whole = (int) multiple;
        boolean exact =
            whole == multiple
                && Math.abs(whole) <= most
                && Float.floatToRawIntBits((float) (whole * step))
                    == Float.floatToRawIntBits(numbers[i]);
        if (!exact) {
          return Optional.empty();
        }
        if (bits == Byte.SIZE) {
          out.put((byte) whole);
        } else {
          out.putShort((short) whole);
        }
      }
    }
    return Optional.of(out.array());
  }

  /**
   * Numbers that {@link #encode} has written.
   *
   * @param bytes {@link #bytes} of them
   * @throws IllegalArgumentException if they are as many as {@code length} numbers do not take
   */
  public static float[] decode(byte[] bytes, int length, int bits) {
    if (bytes.length != bytes(length, bits)) {
      throw new IllegalArgumentException(
          "%d bytes are no %d numbers of %d bits, must be %d"
              .formatted(bytes.length, length, bits, bytes(length, bits)));
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    float[] numbers = new float[length];
    for (int from = 0; from < length; from += BLOCK) {
      double step = Math.scalb(1.0, (in.get() & 0xff) - BIAS);
      for (int i = from; i < Math.min(length, from + BLOCK); i++) {
        numbers[i] = (float) ((bits == Byte.SIZE ? in.get() : in.getShort()) * step);
      }
    }
    return numbers;
  }
}
