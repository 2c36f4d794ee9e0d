package dev.kula.peer;

import dev.kula.KulaException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/** The 32 bytes of an Ed25519 public key (RFC 8032), and the key that they are. */
public final class SigningKey {
  /** Bytes of a key. */
  public static final int BYTES = 32;

  /** What stands before the 32 bytes in the key's X.509 form (RFC 8410); it never differs. */
  private static final byte[] PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private SigningKey() {}

  /**
   * The key's 32 bytes.
   *
   * @throws KulaException the other party's mistake, if it is no Ed25519 key
   */
  public static byte[] bytes(PublicKey key) {
    byte[] encoded = key.getEncoded();
    if (encoded == null
        || encoded.length != PREFIX.length + BYTES
        || !Arrays.equals(encoded, 0, PREFIX.length, PREFIX, 0, PREFIX.length)) {
      throw KulaException.remote(
          "signing key is of kind '%s', must be Ed25519; make new keys"
              .formatted(key.getAlgorithm()));
    }
    return Arrays.copyOfRange(encoded, PREFIX.length, encoded.length);
  }

  /**
   * The key of {@code bytes}.
   *
   * @throws KulaException the other party's mistake, if they are not 32
   */
  public static PublicKey of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw KulaException.remote(
          "signing key has %d bytes, must have %d, as Ed25519 has; make new keys"
              .formatted(bytes.length, BYTES));
    }
    byte[] encoded = Arrays.copyOf(PREFIX, PREFIX.length + BYTES);
    System.arraycopy(bytes, 0, encoded, PREFIX.length, BYTES);
    try {
      return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
    } catch (GeneralSecurityException e) {
      throw KulaException.remote(
          "signing key is '%s', must be a point of Ed25519; make new keys"
              .formatted(HexFormat.of().formatHex(bytes)));
    }
  }
}
