package dev.kula.secagg;

import dev.kula.KulaException;
import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-128-GCM under keys that seal one message each: session, sender, receiver and a fresh key
 * agreement are all in the {@linkplain Derivation#sealingKey key}, and so need no nonce.
 */
final class SealedBox {
  static final int TAG_BYTES = 16;
  private static final byte[] ONLY_NONCE = new byte[12];

  private SealedBox() {}

  static byte[] seal(byte[] key, byte[] plain) {
    try {
      return cipher(Cipher.ENCRYPT_MODE, key).doFinal(plain);
    } catch (GeneralSecurityException e) {
      throw KulaException.resource("AES-GCM failed: " + e.getMessage(), e);
    }
  }

  /** Empty if this is not what was sealed under the key. */
  static Optional<byte[]> open(byte[] key, byte[] sealed) {
    try {
      return Optional.of(cipher(Cipher.DECRYPT_MODE, key).doFinal(sealed));
    } catch (AEADBadTagException tampered) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw KulaException.resource("AES-GCM failed: " + e.getMessage(), e);
    }
  }

  private static Cipher cipher(int mode, byte[] key) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(8 * TAG_BYTES, ONLY_NONCE));
    return cipher;
  }
}
