package dev.kula.secagg;

import dev.kula.KulaException;
import dev.kula.secagg.Message.SealedShares;
import dev.kula.secagg.Message.SharesDelivered;
import dev.kula.secagg.Message.SharesSent;
import dev.kula.secagg.Message.Signed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Phase 1 of a server: collects sealed shares. */
public final class CollectShares implements ServerState {
  private final Inbox<SharesSent> inbox;
  private final Members advertised;
  private final Map<Integer, byte[]> maskKeys;

  CollectShares(Session session, Members advertised, Map<Integer, byte[]> maskKeys) {
    this.inbox = new Inbox<>(session, SharesSent.class, advertised);
    this.advertised = advertised;
    this.maskKeys = maskKeys;
  }

  /**
   * Takes a message.
   *
   * @throws KulaException blaming the remote side if it is not to be taken, or has not one share
   *     for each neighbour
   */
  public void receive(byte[] message) {
    Signed<SharesSent> signed = inbox.read(message);
    int sender = signed.message().sender();
    int[] needed = inbox.session().graph().neighboursAmong(sender, advertised);
    int[] sent = signed.message().shares().stream().mapToInt(SealedShares::peer).toArray();
    if (!Arrays.equals(needed, sent)) {
      throw KulaException.remote(
          "shares of device %d are for %s, must be for the neighbours that it was told of, %s"
              .formatted(sender, Arrays.toString(sent), Arrays.toString(needed)));
    }
    inbox.take(signed);
  }

  /**
   * Goes on.
   *
   * @throws KulaException blaming the remote side if too few have answered
   */
  public Closed<CollectMaskedInputs> close() {
    inbox.requireOpen();
    Members core = inbox.requireCore();
    Map<Integer, List<SealedShares>> delivered = new HashMap<>();
    core.stream().forEach(member -> delivered.put(member, new ArrayList<>()));
    // Senders ascend, so that what each recipient gets does too.
    for (Signed<SharesSent> signed : inbox.all()) {
      int sender = signed.message().sender();
      for (SealedShares one : signed.message().shares()) {
        List<SealedShares> inBox = delivered.get(one.peer());
        if (inBox != null && core.contains(sender)) {
          inBox.add(new SealedShares(sender, one.sealed()));
        }
      }
    }
    Map<Integer, byte[]> messages = new HashMap<>();
    delivered.forEach(
        (member, shares) ->
            messages.put(member, inbox.codec().encode(new SharesDelivered(member, shares))));
    inbox.close();
    return new Closed<>(new CollectMaskedInputs(inbox.session(), core, maskKeys), messages);
  }
}
