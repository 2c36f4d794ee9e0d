package dev.kula.secagg;

import dev.kula.KulaException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;

/** Keys from secrets: HKDF-SHA-256 with the session as salt and a purpose as info. RFC 5869. */
final class Derivation {
  static final int KEY_BYTES = 16;

  private Derivation() {}

  /** Of the mask that a device adds for itself. */
  static byte[] selfMaskKey(byte[] secret, byte[] session, int owner) {
    return hkdf(secret, session, info("self mask", owner, owner), KEY_BYTES);
  }

  /** Of the mask that two devices share; the same for both. */
  static byte[] pairMaskKey(byte[] agreed, byte[] session, int one, int other) {
    byte[] info = info("pair mask", Math.min(one, other), Math.max(one, other));
    return hkdf(agreed, session, info, KEY_BYTES);
  }

  /** With which one device seals shares for another; not the same in the other direction. */
  static byte[] sealingKey(byte[] agreed, byte[] session, int from, int to) {
    return hkdf(agreed, session, info("sealed shares", from, to), KEY_BYTES);
  }

  private static byte[] info(String purpose, int first, int second) {
    byte[] name = ("kula secagg " + purpose).getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(name.length + 2 * Integer.BYTES)
        .put(name)
        .putInt(first)
        .putInt(second)
        .array();
  }

  static byte[] hkdf(byte[] secret, byte[] salt, byte[] info, int bytes) {
    try {
      return KDF.getInstance("HKDF-SHA256")
          .deriveData(
              HKDFParameterSpec.ofExtract().addIKM(secret).addSalt(salt).thenExpand(info, bytes));
    } catch (GeneralSecurityException e) {
      throw KulaException.resource("this Java lacks HKDF-SHA256; use a JDK 25", e);
    }
  }
}
