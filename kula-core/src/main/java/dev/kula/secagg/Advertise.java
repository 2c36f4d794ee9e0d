package dev.kula.secagg;

import dev.kula.sealing.Curve;
import dev.kula.secagg.Message.Advertisement;
import java.security.SecureRandom;

/** Phase 0 of a device: tells the public keys that it drew for this session. */
public final class Advertise implements ClientState {
  private final Device device;
  private final Once once = new Once("advertise");

  private Advertise(Device device) {
    this.device = device;
  }

  /**
   * A device at the start.
   *
   * @param self its number in the cohort
   * @param identity the key that the session has at that number
   * @param random where its secrets come from; seeded for tests only
   */
  public static Advertise create(
      Session session, int self, Identity identity, SecureRandom random) {
    if (self < 0 || self >= session.cohort()) {
      throw new IllegalArgumentException(
          "self is %d, must be from 0 to below the cohort, %d".formatted(self, session.cohort()));
    }
    if (!session.identity(self).equals(Identity.decode(identity.publicKey()))) {
      throw new IllegalArgumentException(
          "identity is not the one of device %d in the session, must be".formatted(self));
    }
    return new Advertise(new Device(session, new Codec(session), self, identity, random));
  }

  /** Draws the keys. */
  public Step<ShareKeys> advertise() {
    once.require();
    KeyPairs keys = KeyPairs.draw(device.random());
    Advertisement message =
        new Advertisement(
            device.self(), Curve.publicKey(keys.sealing()), Curve.publicKey(keys.mask()));
    byte[] signed = device.codec().sign(message, device.identity());
    once.spend();
    return new Step<>(new ShareKeys(device, keys), signed);
  }

  /** The private keys of a session. */
  record KeyPairs(byte[] sealing, byte[] mask) {
    static KeyPairs draw(SecureRandom random) {
      byte[] sealing = Curve.draw(random);
      return new KeyPairs(sealing, Curve.draw(random));
    }
  }
}
