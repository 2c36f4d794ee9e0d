package dev.kula.secagg;

import dev.kula.KulaException;
import dev.kula.sealing.Curve;
import dev.kula.secagg.Advertise.KeyPairs;
import dev.kula.secagg.Message.Advertisement;
import dev.kula.secagg.Message.Roster;
import dev.kula.secagg.Message.SealedShares;
import dev.kula.secagg.Message.SharesSent;
import dev.kula.secagg.Message.Signed;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Phase 1 of a device: splits its two secrets among its neighbours. */
public final class ShareKeys implements ClientState {
  private final Device device;
  private final KeyPairs keys;
  private final Once once = new Once("share keys");

  ShareKeys(Device device, KeyPairs keys) {
    this.device = device;
    this.keys = keys;
  }

  /**
   * Takes the advertisements of the neighbours.
   *
   * @throws KulaException blaming the remote side if one is not signed by its device or not by a
   *     neighbour, if two keys are the same, or if they are fewer than the threshold
   */
  public Step<MaskedInput> receive(byte[] roster) {
    once.require();
    Roster message = device.codec().fromServer(roster, Roster.class, device.self());
    List<Advertisement> neighbours = message.neighbours().stream().map(Signed::message).toList();
    neighbours.forEach(one -> device.requireNeighbour(one.sender(), "sender of keys"));
    device.requireEnough(neighbours.size(), "with keys");
    requireDistinctKeys(neighbours);

    byte[] selfMask = new byte[Shamir.SECRET_BYTES];
    device.random().nextBytes(selfMask);
    int[] points = neighbours.stream().mapToInt(one -> point(one.sender())).toArray();
    byte[][] ofSelfMask = Shamir.split(selfMask, device.threshold(), points, device.random());
    byte[][] ofMaskKey = Shamir.split(keys.mask(), device.threshold(), points, device.random());

    Map<Integer, Peer> peers = new HashMap<>();
    List<SealedShares> sealed = new ArrayList<>();
    byte[] session = device.session().id();
    for (int i = 0; i < points.length; i++) {
      int other = neighbours.get(i).sender();
      byte[] agreed = Curve.agree(keys.sealing(), neighbours.get(i).sealingKey());
      byte[] plain =
          ByteBuffer.allocate(2 * Shamir.SHARE_BYTES).put(ofSelfMask[i]).put(ofMaskKey[i]).array();
      byte[] key = Derivation.sealingKey(agreed, session, device.self(), other);
      sealed.add(new SealedShares(other, SealedBox.seal(key, plain)));
      byte[] opening = Derivation.sealingKey(agreed, session, other, device.self());
      peers.put(other, new Peer(opening, neighbours.get(i).maskKey()));
    }
    byte[] signed = device.codec().sign(new SharesSent(device.self(), sealed), device.identity());
    once.spend();
    return new Step<>(new MaskedInput(device, keys.mask(), selfMask, peers), signed);
  }

  /** What a device's shares are evaluated at; 0 would be the secret itself. */
  static int point(int member) {
    return member + 1;
  }

  private void requireDistinctKeys(List<Advertisement> neighbours) {
    Set<ByteBuffer> seen = new HashSet<>();
    seen.add(ByteBuffer.wrap(Curve.publicKey(keys.sealing())));
    seen.add(ByteBuffer.wrap(Curve.publicKey(keys.mask())));
    for (Advertisement one : neighbours) {
      if (!seen.add(ByteBuffer.wrap(one.sealingKey()))
          || !seen.add(ByteBuffer.wrap(one.maskKey()))) {
        throw KulaException.remote(
            "key of device %d is somebody's, must be its own: leave it out"
                .formatted(one.sender()));
      }
    }
  }

  /**
   * What is known of a neighbour.
   *
   * @param openingKey of what it sealed for this device
   * @param maskKey its public key
   */
  record Peer(byte[] openingKey, byte[] maskKey) {}
}
