package dev.kula.secagg;

import dev.kula.KulaException;
import dev.kula.sealing.Curve;
import dev.kula.secagg.Message.Reveal;
import dev.kula.secagg.Message.RevealedShare;
import dev.kula.secagg.Message.Secret;
import dev.kula.secagg.Message.Signed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Phase 4 of a server: collects shares and takes the masks off the sum. */
public final class CollectReveals implements ServerState {
  private final Cohort cohort;
  private final int[] sum;
  private final Inbox<Reveal> inbox;

  CollectReveals(Cohort cohort, Members asked, int[] sum) {
    this.cohort = cohort;
    this.sum = sum;
    this.inbox = new Inbox<>(cohort.session(), Reveal.class, asked);
  }

  /**
   * Takes a message.
   *
   * @throws KulaException blaming the remote side if it is not to be taken, or reveals what nobody
   *     asked for
   */
  public void receive(byte[] message) {
    Signed<Reveal> signed = inbox.read(message);
    int sender = signed.message().sender();
    for (RevealedShare one : signed.message().shares()) {
      boolean asked =
          cohort.sharers().contains(one.owner())
              && cohort.session().graph().adjacent(sender, one.owner())
              && one.secret() == wanted(one.owner());
      if (!asked) {
        throw KulaException.remote(
            "device %d reveals a share of the %s of device %d, must reveal what it was asked for"
                .formatted(sender, one.secret(), one.owner()));
      }
    }
    inbox.take(signed);
  }

  private Secret wanted(int owner) {
    return cohort.survivors().contains(owner) ? Secret.SELF_MASK : Secret.MASK_KEY;
  }

  /**
   * Takes the masks off. There is nothing more to send.
   *
   * @throws KulaException blaming the remote side if too few have answered, or if shares give a
   *     false secret
   */
  public Closed<Aggregated> close() {
    inbox.requireOpen();
    Map<Integer, byte[]> secrets = join(shares());
    int[] unmasked = sum.clone();
    MaskStream stream = new MaskStream();
    secrets.forEach(
        (owner, secret) -> {
          switch (wanted(owner)) {
            case SELF_MASK ->
                stream.subtract(
                    Derivation.selfMaskKey(secret, cohort.session().id(), owner), unmasked);
            case MASK_KEY -> takeOffPairMasks(owner, secret, stream, unmasked);
          }
        });
    Modulus modulus = cohort.session().modulus();
    for (int i = 0; i < unmasked.length; i++) {
      unmasked[i] = modulus.signed(unmasked[i]);
    }
    inbox.close();
    return new Closed<>(new Aggregated(unmasked, cohort.survivors()), Map.of());
  }

  private Map<Integer, List<RevealedFrom>> shares() {
    Map<Integer, List<RevealedFrom>> byOwner = new HashMap<>();
    for (Signed<Reveal> signed : inbox.all()) {
      for (RevealedShare one : signed.message().shares()) {
        byOwner
            .computeIfAbsent(one.owner(), owner -> new ArrayList<>())
            .add(new RevealedFrom(signed.message().sender(), one.share()));
      }
    }
    return byOwner;
  }

  private Map<Integer, byte[]> join(Map<Integer, List<RevealedFrom>> byOwner) {
    int threshold = cohort.session().threshold();
    Map<Integer, byte[]> secrets = new HashMap<>();
    cohort.sharers().stream()
        .filter(cohort::isMasked)
        .forEach(
            owner -> {
              List<RevealedFrom> shares = byOwner.getOrDefault(owner, List.of());
              if (shares.size() < threshold) {
                throw KulaException.remote(
                    "shares of device %d are %d, must be at least the threshold, %d: wait longer,"
                            .formatted(owner, shares.size(), threshold)
                        + " or start again with more devices");
              }
              List<RevealedFrom> used = shares.subList(0, threshold);
              int[] points = used.stream().mapToInt(one -> ShareKeys.point(one.holder())).toArray();
              byte[][] values = used.stream().map(RevealedFrom::share).toArray(byte[][]::new);
              secrets.put(owner, Shamir.join(points, values));
            });
    return secrets;
  }

  private void takeOffPairMasks(int dropped, byte[] maskKey, MaskStream stream, int[] unmasked) {
    if (!Arrays.equals(Curve.publicKey(maskKey), publicKey(dropped))) {
      throw KulaException.remote(
          "key of device %d from its shares is not the one that it advertised, must be: a share was"
                  .formatted(dropped)
              + " false");
    }
    byte[] session = cohort.session().id();
    for (int other : cohort.session().graph().neighboursAmong(dropped, cohort.survivors())) {
      byte[] agreed = Curve.agree(maskKey, publicKey(other));
      byte[] key = Derivation.pairMaskKey(agreed, session, dropped, other);
      if (other < dropped) { // what the survivor added
        stream.subtract(key, unmasked);
      } else {
        stream.add(key, unmasked);
      }
    }
  }

  private byte[] publicKey(int member) {
    byte[] key = cohort.maskKeys().get(member);
    if (key == null) {
      throw KulaException.internal("device " + member + " shared secrets without keys");
    }
    return key;
  }

  private record RevealedFrom(int holder, byte[] share) {}
}
