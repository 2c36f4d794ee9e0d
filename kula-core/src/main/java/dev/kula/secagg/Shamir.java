package dev.kula.secagg;

import dev.kula.KulaException;
import java.math.BigInteger;
import java.security.SecureRandom;

/**
 * Shamir's secret sharing of 32 bytes in the field of integers modulo 2²⁵⁷ − 93: fewer shares than
 * the threshold say nothing, as many give the secret back. Shamir 1979, <i>How to Share a
 * Secret</i>.
 *
 * <p><b>Not protected:</b> the time that arithmetic takes; against false shares, which give a false
 * secret.
 */
final class Shamir {
  static final int SECRET_BYTES = 32;
  static final int SHARE_BYTES = 33;
  static final BigInteger PRIME = BigInteger.ONE.shiftLeft(257).subtract(BigInteger.valueOf(93));

  private Shamir() {}

  /**
   * Shares for the given points.
   *
   * @param points distinct and positive
   * @return a share of 33 bytes for each point, big endian
   */
  static byte[][] split(byte[] secret, int threshold, int[] points, SecureRandom random) {
    if (threshold < 1 || threshold > points.length) {
      throw new IllegalArgumentException(
          "threshold is %d, must be from 1 to the number of shares, %d"
              .formatted(threshold, points.length));
    }
    BigInteger[] coefficients = new BigInteger[threshold];
    coefficients[0] = new BigInteger(1, secret);
    for (int i = 1; i < threshold; i++) {
      coefficients[i] = draw(random);
    }
    byte[][] shares = new byte[points.length][];
    for (int i = 0; i < points.length; i++) {
      BigInteger x = BigInteger.valueOf(points[i]);
      BigInteger y = coefficients[threshold - 1];
      for (int j = threshold - 2; j >= 0; j--) {
        y = y.multiply(x).add(coefficients[j]).mod(PRIME);
      }
      shares[i] = bytes(y, SHARE_BYTES);
    }
    return shares;
  }

  /**
   * The secret of as many shares as the threshold.
   *
   * @param points distinct and positive
   * @throws KulaException blaming the remote side if the shares give no secret of 32 bytes
   */
  static byte[] join(int[] points, byte[][] shares) {
    BigInteger secret = BigInteger.ZERO;
    for (int i = 0; i < points.length; i++) {
      BigInteger above = BigInteger.ONE;
      BigInteger below = BigInteger.ONE;
      for (int j = 0; j < points.length; j++) {
        if (j != i) {
          above = above.multiply(BigInteger.valueOf(points[j])).mod(PRIME);
          below = below.multiply(BigInteger.valueOf((long) points[j] - points[i])).mod(PRIME);
        }
      }
      BigInteger weight = above.multiply(below.modInverse(PRIME));
      secret = secret.add(weight.multiply(new BigInteger(1, shares[i]))).mod(PRIME);
    }
    if (secret.bitLength() > 8 * SECRET_BYTES) {
      throw KulaException.remote(
          "secret of %d shares has %d bits, must have at most 256: a share was false"
              .formatted(points.length, secret.bitLength()));
    }
    return bytes(secret, SECRET_BYTES);
  }

  /** Whether these are 33 bytes below the prime. */
  static boolean isShare(byte[] share) {
    return share.length == SHARE_BYTES && new BigInteger(1, share).compareTo(PRIME) < 0;
  }

  private static BigInteger draw(SecureRandom random) {
    byte[] bytes = new byte[SHARE_BYTES];
    while (true) {
      random.nextBytes(bytes);
      bytes[0] &= 1;
      BigInteger drawn = new BigInteger(1, bytes);
      if (drawn.compareTo(PRIME) < 0) {
        return drawn;
      }
    }
  }

  private static byte[] bytes(BigInteger value, int length) {
    byte[] raw = value.toByteArray();
    byte[] bytes = new byte[length];
    int from = raw.length > length ? raw.length - length : 0; // a leading zero for the sign
    System.arraycopy(raw, from, bytes, length - (raw.length - from), raw.length - from);
    return bytes;
  }
}
