package dev.kula.privacy.noise;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key stream of AES-256-CTR under a fresh random key, a buffer at a time: a visit's result
 * needs millions of bits. Bits that were used are overwritten.
 */
final class SecureBits implements NoiseSource {
  private static final int KEY_BYTES = 32;
  private static final int BLOCK_BYTES = 16;
  private static final byte[] ZEROS = new byte[8192];

  private final Cipher cipher;
  private final byte[] bytes = new byte[ZEROS.length];
  private final ByteBuffer buffer = ByteBuffer.wrap(bytes);

  SecureBits() {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    try {
      cipher = Cipher.getInstance("AES/CTR/NoPadding");
      cipher.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(key, "AES"),
          new IvParameterSpec(new byte[BLOCK_BYTES]));
    } catch (GeneralSecurityException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
    buffer.position(bytes.length);
  }

  @Override
  public long nextLong() {
    if (!buffer.hasRemaining()) {
      try {
        cipher.update(ZEROS, 0, ZEROS.length, bytes, 0);
      } catch (GeneralSecurityException theBufferIsLargeEnough) {
        throw new IllegalStateException(theBufferIsLargeEnough);
      }
      buffer.clear();
    }
    int position = buffer.position();
    long value = buffer.getLong();
    // Used bits must not linger where a later heap dump would reveal past noise.
    Arrays.fill(bytes, position, position + Long.BYTES, (byte) 0);
    return value;
  }

  @Override
  public boolean isSeeded() {
    return false;
  }
}
