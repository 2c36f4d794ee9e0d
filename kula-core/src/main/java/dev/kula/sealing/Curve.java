package dev.kula.sealing;

import dev.kula.KulaException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import javax.crypto.KeyAgreement;

/** X25519 on raw keys of 32 bytes. RFC 7748. Stateless. */
public final class Curve {
  /** Of a key, private or public. */
  public static final int KEY_BYTES = 32;

  private static final BigInteger BASE_POINT = BigInteger.valueOf(9);

  /** A private key that is no secret. */
  private static final byte[] ANYBODYS = new byte[KEY_BYTES];

  private Curve() {}

  /** A fresh private key. */
  public static byte[] draw(SecureRandom random) {
    byte[] key = new byte[KEY_BYTES];
    random.nextBytes(key);
    return key;
  }

  /** The public key of a private one. */
  public static byte[] publicKey(byte[] privateKey) {
    return agree(privateKey, BASE_POINT);
  }

  /**
   * Refuses what no key can be agreed with.
   *
   * @throws KulaException as {@link #agree(byte[], byte[])}
   */
  public static void requireUsable(byte[] publicKey) {
    agree(ANYBODYS, publicKey);
  }

  /**
   * The shared secret, not yet a key.
   *
   * @throws KulaException blaming the remote side if its key is a point of small order, with which
   *     everybody shares the same secret
   */
  public static byte[] agree(byte[] privateKey, byte[] publicKey) {
    byte[] bigEndian = reversed(publicKey);
    bigEndian[0] &= 0x7f; // RFC 7748 section 5: the top bit is to be ignored
    return agree(privateKey, new BigInteger(1, bigEndian));
  }

  private static byte[] agree(byte[] privateKey, BigInteger point) {
    try {
      KeyFactory keys = KeyFactory.getInstance("X25519");
      PrivateKey mine =
          keys.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, privateKey));
      PublicKey theirs =
          keys.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, point));
      KeyAgreement agreement = KeyAgreement.getInstance("X25519");
      agreement.init(mine);
      agreement.doPhase(theirs, true);
      return agreement.generateSecret();
    } catch (InvalidKeyException e) {
      throw KulaException.remote(
          "public key is a point of small order, must be a key that a peer drew: leave it out");
    } catch (GeneralSecurityException e) {
      throw KulaException.resource(
          "this Java lacks X25519; use a JDK 25 with its SunEC provider", e);
    }
  }

  private static byte[] reversed(byte[] bytes) {
    byte[] reversed = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      reversed[i] = bytes[bytes.length - 1 - i];
    }
    return reversed;
  }
}
