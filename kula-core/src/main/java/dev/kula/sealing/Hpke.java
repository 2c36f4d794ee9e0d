package dev.kula.sealing;

import dev.kula.KulaException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Hybrid public key encryption of single messages in the authenticated mode: DHKEM(X25519,
 * HKDF-SHA256), HKDF-SHA256, AES-128-GCM. RFC 9180, sections 4, 5.1.3 and 6.1. Whoever has the
 * receiver's private key can also write messages to it in anybody's name, as the RFC says of this
 * mode; the sender's key must be known to be the sender's.
 *
 * <p>Stateless.
 */
public final class Hpke {
  private static final byte MODE_AUTH = 2;
  private static final byte[] VERSION = ascii("HPKE-v1");
  private static final byte[] NONE = new byte[0];

  /** I2OSP(kem_id, 2), after which the name of what it is of. */
  private static final byte[] KEM = joined(ascii("KEM"), new byte[] {0, 0x20});

  private static final byte[] SUITE = joined(ascii("HPKE"), new byte[] {0, 0x20, 0, 0x01, 0, 0x01});

  private static final int SECRET_BYTES = 32;
  private static final int AES_KEY_BYTES = 16;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BYTES = 16;

  private Hpke() {}

  /**
   * A sealed message.
   *
   * @param encapsulated the public key that was made for it alone, 32 bytes
   * @param ciphertext 16 bytes longer than the message
   */
  public record Sealed(byte[] encapsulated, byte[] ciphertext) {}

  /**
   * A private key out of {@code secret}: {@code DeriveKeyPair}, section 7.1.3.
   *
   * @param secret at least 32 bytes that nobody can guess
   */
  public static byte[] deriveKey(byte[] secret) {
    return expand(KEM, extract(KEM, NONE, "dkp_prk", secret), "sk", NONE, Curve.KEY_BYTES);
  }

  /**
   * Seals a message: {@code SealAuth} with a given ephemeral key.
   *
   * @param ephemeral private key that seals no other message, as from {@link #deriveKey}
   * @param sender private key
   * @param receiver public key
   * @param info what it is used for
   * @param associated is not hidden, and must be the same for whoever opens it
   * @throws KulaException blaming the remote side if the receiver's key is a point of small order
   */
  public static Sealed seal(
      byte[] ephemeral,
      byte[] sender,
      byte[] receiver,
      byte[] info,
      byte[] associated,
      byte[] message) {
    byte[] encapsulated = Curve.publicKey(ephemeral);
    byte[] agreed = joined(Curve.agree(ephemeral, receiver), Curve.agree(sender, receiver));
    byte[] context = joined(encapsulated, receiver, Curve.publicKey(sender));
    try {
      return new Sealed(
          encapsulated,
          cipher(Cipher.ENCRYPT_MODE, agreed, context, info, associated).doFinal(message));
    } catch (GeneralSecurityException e) {
      throw lacking(e);
    }
  }

  /**
   * Opens what was sealed: {@code OpenAuth}.
   *
   * @param receiver private key
   * @param sender public key
   * @return empty if it is not what that sender sealed for this receiver with this info and this
   *     associated text
   */
  public static Optional<byte[]> open(
      Sealed sealed, byte[] receiver, byte[] sender, byte[] info, byte[] associated) {
    if (sealed.encapsulated().length != Curve.KEY_BYTES || sealed.ciphertext().length < TAG_BYTES) {
      return Optional.empty();
    }
    byte[] context = joined(sealed.encapsulated(), Curve.publicKey(receiver), sender);
    try {
      byte[] agreed =
          joined(Curve.agree(receiver, sealed.encapsulated()), Curve.agree(receiver, sender));
      return Optional.of(
          cipher(Cipher.DECRYPT_MODE, agreed, context, info, associated)
              .doFinal(sealed.ciphertext()));
    } catch (AEADBadTagException forged) {
      return Optional.empty();
    } catch (KulaException smallOrder) {
      if (smallOrder.blame() != KulaException.Blame.REMOTE) {
        throw smallOrder;
      }
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw lacking(e);
    }
  }

  private static Cipher cipher(
      int mode, byte[] agreed, byte[] context, byte[] info, byte[] associated)
      throws GeneralSecurityException {
    byte[] secret =
        expand(KEM, extract(KEM, NONE, "eae_prk", agreed), "shared_secret", context, SECRET_BYTES);
    byte[] schedule =
        joined(
            new byte[] {MODE_AUTH},
            extract(SUITE, NONE, "psk_id_hash", NONE),
            extract(SUITE, NONE, "info_hash", info));
    byte[] key = extract(SUITE, secret, "secret", NONE);
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        mode,
        new SecretKeySpec(expand(SUITE, key, "key", schedule, AES_KEY_BYTES), "AES"),
        new GCMParameterSpec(
            8 * TAG_BYTES, expand(SUITE, key, "base_nonce", schedule, NONCE_BYTES)));
    cipher.updateAAD(associated);
    return cipher;
  }

  /** {@code LabeledExtract}. */
  private static byte[] extract(byte[] suite, byte[] salt, String label, byte[] material) {
    HKDFParameterSpec.Builder spec =
        HKDFParameterSpec.ofExtract().addIKM(joined(VERSION, suite, ascii(label), material));
    return derive(salt.length == 0 ? spec.extractOnly() : spec.addSalt(salt).extractOnly());
  }

  /** {@code LabeledExpand}. */
  private static byte[] expand(byte[] suite, byte[] key, String label, byte[] info, int bytes) {
    SecretKey pseudorandom = new SecretKeySpec(key, "Generic");
    byte[] length = ByteBuffer.allocate(Short.BYTES).putShort((short) bytes).array();
    return derive(
        HKDFParameterSpec.expandOnly(
            pseudorandom, joined(length, VERSION, suite, ascii(label), info), bytes));
  }

  private static byte[] derive(HKDFParameterSpec spec) {
    try {
      return KDF.getInstance("HKDF-SHA256").deriveData(spec);
    } catch (GeneralSecurityException e) {
      throw lacking(e);
    }
  }

  private static KulaException lacking(GeneralSecurityException e) {
    return KulaException.resource("this Java lacks HKDF-SHA256 or AES-GCM; use a JDK 25", e);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] joined(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteBuffer whole = ByteBuffer.allocate(length);
    for (byte[] part : parts) {
      whole.put(part);
    }
    return whole.array();
  }
}
