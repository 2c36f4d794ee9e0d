package dev.kula.secagg;

import dev.kula.KulaException;
import dev.kula.sealing.Curve;
import dev.kula.secagg.Message.MaskedVector;
import dev.kula.secagg.Message.SealedShares;
import dev.kula.secagg.Message.SharesDelivered;
import dev.kula.secagg.ShareKeys.Peer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Phase 2 of a device: sends its vector under masks. */
public final class MaskedInput implements ClientState {
  private final Device device;
  private final byte[] maskKey;
  private final byte[] selfMask;
  private final Map<Integer, Peer> peers;
  private final Once once = new Once("masked input");

  MaskedInput(Device device, byte[] maskKey, byte[] selfMask, Map<Integer, Peer> peers) {
    this.device = device;
    this.maskKey = maskKey;
    this.selfMask = selfMask;
    this.peers = peers;
  }

  /**
   * Takes the shares of the neighbours and the vector. What a neighbour has not sealed for this
   * device is left aside: others hold shares of it too, and one bad device must not end the round.
   *
   * @param vector as long as the session says; counts modulo its modulus; not changed
   * @throws KulaException blaming the remote side if shares are of somebody whose keys it has not,
   *     or of fewer than the threshold
   */
  public Step<ConsistencyCheck> receive(byte[] shares, int[] vector) {
    once.require();
    if (vector.length != device.session().length()) {
      throw new IllegalArgumentException(
          "vector has %d numbers, must have %d as the session says"
              .formatted(vector.length, device.session().length()));
    }
    SharesDelivered message =
        device.codec().fromServer(shares, SharesDelivered.class, device.self());
    device.requireEnough(message.shares().size(), "with shares");
    Map<Integer, Optional<byte[]>> held = new HashMap<>();
    int[] masked = vector.clone();
    MaskStream stream = new MaskStream();
    byte[] session = device.session().id();
    stream.add(Derivation.selfMaskKey(selfMask, session, device.self()), masked);
    for (SealedShares one : message.shares()) {
      Peer peer = peers.get(one.peer());
      if (peer == null) {
        throw KulaException.remote(
            "owner of shares is device %d, must be one whose keys came before"
                .formatted(one.peer()));
      }
      Optional<byte[]> opened = SealedBox.open(peer.openingKey(), one.sealed());
      held.put(one.peer(), opened.filter(MaskedInput::areShares));
      byte[] agreed = Curve.agree(maskKey, peer.maskKey());
      byte[] key = Derivation.pairMaskKey(agreed, session, device.self(), one.peer());
      if (device.self() < one.peer()) {
        stream.add(key, masked);
      } else {
        stream.subtract(key, masked);
      }
    }
    byte[] packed = device.session().modulus().pack(masked);
    byte[] signed = device.codec().sign(new MaskedVector(device.self(), packed), device.identity());
    once.spend();
    return new Step<>(new ConsistencyCheck(device, held), signed);
  }

  private static boolean areShares(byte[] both) {
    return Shamir.isShare(Arrays.copyOf(both, Shamir.SHARE_BYTES))
        && Shamir.isShare(Arrays.copyOfRange(both, Shamir.SHARE_BYTES, both.length));
  }
}
