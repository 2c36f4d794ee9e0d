package dev.kula.secagg;

import dev.kula.KulaException;
import dev.kula.secagg.Message.MaskedVector;
import dev.kula.secagg.Message.Signed;
import dev.kula.secagg.Message.Survivors;
import java.util.HashMap;
import java.util.Map;

/** Phase 2 of a server: adds masked vectors up as they come; none is kept. */
public final class CollectMaskedInputs implements ServerState {
  private final Inbox<MaskedVector> inbox;
  private final Members sharers;
  private final Map<Integer, byte[]> maskKeys;
  private final int[] sum;

  CollectMaskedInputs(Session session, Members sharers, Map<Integer, byte[]> maskKeys) {
    this.inbox = new Inbox<>(session, MaskedVector.class, sharers);
    this.sharers = sharers;
    this.maskKeys = maskKeys;
    this.sum = new int[session.length()];
  }

  /**
   * Takes a message.
   *
   * @throws KulaException blaming the remote side if it is not to be taken
   */
  public void receive(byte[] message) {
    Signed<MaskedVector> signed = inbox.read(message);
    inbox.session().modulus().addPacked(signed.message().packed(), sum);
    MaskedVector added = new MaskedVector(signed.message().sender(), new byte[0]);
    inbox.take(new Signed<>(added, signed.signature()));
  }

  /**
   * Goes on.
   *
   * @throws KulaException blaming the remote side if too few have answered
   */
  public Closed<CollectEndorsements> close() {
    inbox.requireOpen();
    Cohort cohort = new Cohort(inbox.session(), sharers, inbox.senders(), maskKeys);
    cohort.requireEnough(cohort.survivors());
    Map<Integer, byte[]> messages = new HashMap<>();
    cohort.survivors().stream()
        .forEach(
            member ->
                messages.put(
                    member, inbox.codec().encode(new Survivors(member, cohort.survivors()))));
    inbox.close();
    return new Closed<>(new CollectEndorsements(cohort, sum), messages);
  }
}
