package dev.kula.secagg;

import dev.kula.KulaException;
import dev.kula.secagg.Message.Endorsement;
import dev.kula.secagg.Message.Reveal;
import dev.kula.secagg.Message.RevealedShare;
import dev.kula.secagg.Message.Secret;
import dev.kula.secagg.Message.Signed;
import dev.kula.secagg.Message.UnmaskRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Phase 4 of a device: reveals one share of each neighbour, of its self mask if it survived, of its
 * key if it did not. Never of both: there is one request that a device answers, and it names each
 * neighbour once.
 */
public final class Unmask implements ClientState {
  private final Device device;
  private final Map<Integer, Optional<byte[]>> held;
  private final Members endorsed;
  private final byte[] endorsedHash;
  private final Once once = new Once("unmask");

  Unmask(
      Device device, Map<Integer, Optional<byte[]>> held, Members endorsed, byte[] endorsedHash) {
    this.device = device;
    this.held = held;
    this.endorsed = endorsed;
    this.endorsedHash = endorsedHash;
  }

  /**
   * Takes the request.
   *
   * @throws KulaException blaming the remote side if it names somebody as both survived and
   *     dropped, if survivors are too few or not those that this device endorsed, if the dropped
   *     are not the rest of its neighbours, or if fewer than the threshold of them endorsed the
   *     same
   */
  public Step<Done> receive(byte[] request) {
    once.require();
    UnmaskRequest message = device.codec().fromServer(request, UnmaskRequest.class, device.self());
    if (message.survivors().overlaps(message.dropped())) {
      throw KulaException.remote(
          "survivors and dropped of an unmask request overlap, must not: it would give both secrets"
              + " of a device away");
    }
    ConsistencyCheck.requireEnough(device, message.survivors());
    if (!message.survivors().equals(endorsed)) {
      throw KulaException.remote(
          "survivors of an unmask request are %s, must be those endorsed, %s"
              .formatted(message.survivors(), endorsed));
    }
    requireRestDropped(message.dropped());
    requireEndorsed(message.endorsements());

    List<RevealedShare> shares = new ArrayList<>();
    for (int owner : new TreeSet<>(held.keySet())) {
      held.getOrDefault(owner, Optional.empty()).ifPresent(both -> shares.add(share(owner, both)));
    }
    byte[] signed = device.codec().sign(new Reveal(device.self(), shares), device.identity());
    once.spend();
    return new Step<>(new Done(), signed);
  }

  private RevealedShare share(int owner, byte[] both) {
    return endorsed.contains(owner)
        ? new RevealedShare(owner, Secret.SELF_MASK, Arrays.copyOf(both, Shamir.SHARE_BYTES))
        : new RevealedShare(
            owner,
            Secret.MASK_KEY,
            Arrays.copyOfRange(both, Shamir.SHARE_BYTES, 2 * Shamir.SHARE_BYTES));
  }

  private void requireRestDropped(Members dropped) {
    for (int neighbour : device.session().graph().neighbours(device.self())) {
      boolean must = held.containsKey(neighbour) && !endorsed.contains(neighbour);
      if (dropped.contains(neighbour) != must) {
        throw KulaException.remote(
            "device %d is %sdropped in an unmask request, must %sbe: dropped is who shared and did"
                    .formatted(neighbour, must ? "not " : "", must ? "" : "not ")
                + " not survive");
      }
    }
  }

  private void requireEndorsed(List<Signed<Endorsement>> endorsements) {
    for (Signed<Endorsement> one : endorsements) {
      int sender = one.message().sender();
      device.requireNeighbour(sender, "sender of an endorsement");
      if (!endorsed.contains(sender)) {
        throw KulaException.remote(
            "sender of an endorsement is device %d, must be a survivor".formatted(sender));
      }
      if (!Arrays.equals(one.message().survivorsHash(), endorsedHash)) {
        throw KulaException.remote(
            "device %d endorsed other survivors, must be the same: the server told two stories"
                .formatted(sender));
      }
    }
    device.requireEnough(endorsements.size(), "endorsing");
  }
}
