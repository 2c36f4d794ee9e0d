package dev.kula.secagg;

import dev.kula.KulaException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The long-lived Ed25519 key of a device, by which others know it. All of a cohort must have its
 * public half from somebody whom they trust, and not from the server. Thread safe.
 */
public final class Identity {
  /** Bytes of a public key. */
  public static final int KEY_BYTES = 32;

  static final int SIGNATURE_BYTES = 64;
  private static final String ALGORITHM = "Ed25519";

  /** All that comes before the key in its X.509 encoding, RFC 8410. */
  private static final byte[] PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private final PrivateKey signing;
  private final byte[] verifying;

  private Identity(PrivateKey signing, byte[] verifying) {
    this.signing = signing;
    this.verifying = verifying;
  }

  /** A fresh key. */
  public static Identity create(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
      generator.initialize(255, random);
      KeyPair pair = generator.generateKeyPair();
      byte[] encoded = pair.getPublic().getEncoded();
      return new Identity(
          pair.getPrivate(), Arrays.copyOfRange(encoded, PREFIX.length, encoded.length));
    } catch (GeneralSecurityException e) {
      throw lacking(e);
    }
  }

  /** The public key, 32 bytes. */
  public byte[] publicKey() {
    return verifying.clone();
  }

  byte[] sign(byte[] message) {
    try {
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initSign(signing);
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw lacking(e);
    }
  }

  static PublicKey decode(byte[] publicKey) {
    byte[] encoded = Arrays.copyOf(PREFIX, PREFIX.length + KEY_BYTES);
    System.arraycopy(publicKey, 0, encoded, PREFIX.length, KEY_BYTES);
    try {
      return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(encoded));
    } catch (GeneralSecurityException e) {
      throw KulaException.resource("public key cannot be read as Ed25519: " + e.getMessage(), e);
    }
  }

  static boolean verify(PublicKey key, byte[] message, byte[] signed) {
    try {
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initVerify(key);
      signature.update(message);
      return signature.verify(signed);
    } catch (SignatureException e) {
      return false; // malformed bytes are no signature
    } catch (java.security.InvalidKeyException e) {
      return false; // nor is anything signed by a point that is not on the curve
    } catch (GeneralSecurityException e) {
      throw lacking(e);
    }
  }

  private static KulaException lacking(GeneralSecurityException e) {
    return KulaException.resource(
        "this Java lacks Ed25519; use a JDK 25 with its SunEC provider", e);
  }
}
