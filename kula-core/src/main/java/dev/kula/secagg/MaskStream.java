package dev.kula.secagg;

import dev.kula.KulaException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Expands keys into masks: the key stream of AES-128-CTR from a counter of 0, read as little-endian
 * ints. A mask is added to a vector a buffer at a time and never is in memory as a whole. One
 * thread at a time; to be used for many keys.
 */
final class MaskStream {
  private static final int INTS = 4096;
  private static final byte[] ZEROS = new byte[INTS * Integer.BYTES];
  private static final IvParameterSpec START = new IvParameterSpec(new byte[16]);

  private final byte[] bytes = new byte[ZEROS.length];
  private final IntBuffer words =
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
  private final int[] mask = new int[INTS];
  private final Cipher cipher;

  MaskStream() {
    try {
      cipher = Cipher.getInstance("AES/CTR/NoPadding");
    } catch (GeneralSecurityException e) {
      throw KulaException.resource("this Java lacks AES-CTR; use a JDK 25", e);
    }
  }

  /** Adds the mask of a key, modulo 2³². */
  void add(byte[] key, int[] vector) {
    start(key);
    for (int from = 0; from < vector.length; from += INTS) {
      int count = next(vector.length - from);
      for (int i = 0; i < count; i++) {
        vector[from + i] += mask[i];
      }
    }
  }

  /** Takes the mask of a key off, modulo 2³². */
  void subtract(byte[] key, int[] vector) {
    start(key);
    for (int from = 0; from < vector.length; from += INTS) {
      int count = next(vector.length - from);
      for (int i = 0; i < count; i++) {
        vector[from + i] -= mask[i];
      }
    }
  }

  /** The first ints of a key's stream. */
  int[] first(byte[] key, int count) {
    int[] ints = new int[count];
    add(key, ints);
    return ints;
  }

  private void start(byte[] key) {
    try {
      cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), START);
    } catch (GeneralSecurityException e) {
      throw KulaException.resource("AES-CTR failed: " + e.getMessage(), e);
    }
  }

  private int next(int wanted) {
    int count = Math.min(wanted, INTS);
    try {
      cipher.update(ZEROS, 0, count * Integer.BYTES, bytes, 0);
    } catch (GeneralSecurityException e) {
      throw KulaException.resource("AES-CTR failed: " + e.getMessage(), e);
    }
    words.get(0, mask, 0, count);
    return count;
  }
}
