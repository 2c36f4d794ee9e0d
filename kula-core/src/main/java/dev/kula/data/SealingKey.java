package dev.kula.data;

import dev.kula.sealing.Curve;
import java.security.PublicKey;
import java.util.HexFormat;

/**
 * A device's public key of X25519, to which messages for it are sealed, as the device shows it to
 * others: signed, so that nobody between them can put another in its place.
 *
 * @param key 32 bytes; not copied
 * @param signature Ed25519 by the device; not copied
 */
public record SealingKey(byte[] key, byte[] signature) {
  static SealingKey of(byte[] key, DeviceKeys signer) {
    return new SealingKey(key, signer.sign(message(key)));
  }

  /** Whether the device whose signing key this is showed it. */
  public boolean isSignedBy(PublicKey signer) {
    return key.length == Curve.KEY_BYTES && DeviceKeys.verify(signer, message(key), signature);
  }

  private static byte[] message(byte[] key) {
    return SignedFields.bytes("kula sealing key 1", HexFormat.of().formatHex(key));
  }
}
