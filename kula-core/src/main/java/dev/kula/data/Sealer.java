package dev.kula.data;

import dev.kula.sealing.Curve;
import dev.kula.sealing.Hpke;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Seals what a device says to others and opens what they say to it. The same message to the same
 * device gives the same bytes, so that a device that was killed says again what it said: that
 * somebody is told the same twice is all that it shows. Thread safe.
 */
public final class Sealer {
  private static final byte[] INFO = "kula sealed message 1".getBytes(StandardCharsets.US_ASCII);

  private final String run;
  private final DeviceId self;
  private final DeviceKeys keys;
  private final byte[] privateKey;

  /**
   * Of a device with these keys.
   *
   * @param run of the fleet, in which alone its messages can be opened
   */
  public Sealer(String run, DeviceId self, DeviceKeys keys) {
    this.run = run;
    this.self = self;
    this.keys = keys;
    this.privateKey = privateKey(keys);
  }

  private static byte[] privateKey(DeviceKeys keys) {
    return Hpke.deriveKey(keys.secret("kula sealing 1"));
  }

  /** What others seal to, for a device with these keys; the same in all runs. */
  public static SealingKey shown(DeviceKeys keys) {
    return SealingKey.of(Curve.publicKey(privateKey(keys)), keys);
  }

  /**
   * Seals a message.
   *
   * @param key of the receiver, which the receiver has signed
   * @param kind of message, which is not hidden
   */
  public Hpke.Sealed seal(DeviceId receiver, byte[] key, String kind, byte[] message) {
    byte[] associated = SignedFields.bytes(run, self.name(), receiver.name(), kind);
    byte[] ephemeral = Hpke.deriveKey(keys.secret("kula ephemeral 1", key, associated, message));
    return Hpke.seal(ephemeral, privateKey, key, INFO, associated, message);
  }

  /**
   * Opens a message.
   *
   * @param key of the sender, which the sender has signed
   * @return empty if it is not what that sender sealed for this device in this run
   */
  public Optional<byte[]> open(DeviceId sender, byte[] key, String kind, Hpke.Sealed sealed) {
    byte[] associated = SignedFields.bytes(run, sender.name(), self.name(), kind);
    return Hpke.open(sealed, privateKey, key, INFO, associated);
  }
}
