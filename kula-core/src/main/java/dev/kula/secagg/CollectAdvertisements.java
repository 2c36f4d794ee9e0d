package dev.kula.secagg;

import dev.kula.KulaException;
import dev.kula.sealing.Curve;
import dev.kula.secagg.Message.Advertisement;
import dev.kula.secagg.Message.Roster;
import dev.kula.secagg.Message.Signed;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Phase 0 of a server: collects public keys. */
public final class CollectAdvertisements implements ServerState {
  private final Inbox<Advertisement> inbox;
  private final Set<ByteBuffer> taken = new HashSet<>();

  private CollectAdvertisements(Inbox<Advertisement> inbox) {
    this.inbox = inbox;
  }

  /** A server at the start. */
  public static CollectAdvertisements create(Session session) {
    List<Integer> all = IntStream.range(0, session.cohort()).boxed().toList();
    return new CollectAdvertisements(
        new Inbox<>(session, Advertisement.class, Members.of(session.cohort(), all)));
  }

  /**
   * Takes a message.
   *
   * @throws KulaException blaming the remote side if it is not to be taken, or has keys with which
   *     its neighbours would all refuse to go on
   */
  public void receive(byte[] message) {
    Signed<Advertisement> signed = inbox.read(message);
    Advertisement keys = signed.message();
    Curve.requireUsable(keys.sealingKey());
    Curve.requireUsable(keys.maskKey());
    ByteBuffer sealing = ByteBuffer.wrap(keys.sealingKey());
    ByteBuffer mask = ByteBuffer.wrap(keys.maskKey());
    if (sealing.equals(mask) || taken.contains(sealing) || taken.contains(mask)) {
      throw KulaException.remote(
          "key of device %d has come before, must be its own: draw two".formatted(keys.sender()));
    }
    taken.add(sealing);
    taken.add(mask);
    inbox.take(signed);
  }

  /**
   * Goes on.
   *
   * @throws KulaException blaming the remote side if too few have answered
   */
  public Closed<CollectShares> close() {
    inbox.requireOpen();
    Members core = inbox.requireCore();
    Map<Integer, byte[]> messages = new HashMap<>();
    core.stream()
        .forEach(
            member -> {
              List<Signed<Advertisement>> neighbours =
                  Arrays.stream(inbox.session().graph().neighboursAmong(member, core))
                      .mapToObj(inbox::of)
                      .toList();
              messages.put(member, inbox.codec().encode(new Roster(member, neighbours)));
            });
    inbox.close();
    Map<Integer, byte[]> maskKeys = new HashMap<>();
    core.stream().forEach(member -> maskKeys.put(member, inbox.of(member).message().maskKey()));
    return new Closed<>(new CollectShares(inbox.session(), core, maskKeys), messages);
  }
}
