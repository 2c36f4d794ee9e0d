package dev.kula.secagg;

import dev.kula.KulaException;
import dev.kula.secagg.Message.Endorsement;
import dev.kula.secagg.Message.Signed;
import dev.kula.secagg.Message.UnmaskRequest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Phase 3 of a server: collects what devices sign of the survivors. */
public final class CollectEndorsements implements ServerState {
  private final Cohort cohort;
  private final int[] sum;
  private final byte[] hash;
  private final Inbox<Endorsement> inbox;

  CollectEndorsements(Cohort cohort, int[] sum) {
    this.cohort = cohort;
    this.sum = sum;
    this.hash = ConsistencyCheck.hash(cohort.survivors());
    this.inbox = new Inbox<>(cohort.session(), Endorsement.class, cohort.survivors());
  }

  /**
   * Takes a message.
   *
   * @throws KulaException blaming the remote side if it is not to be taken, or of other survivors
   */
  public void receive(byte[] message) {
    Signed<Endorsement> signed = inbox.read(message);
    if (!Arrays.equals(signed.message().survivorsHash(), hash)) {
      throw KulaException.remote(
          "device %d endorsed other survivors, must endorse those that it was sent"
              .formatted(signed.message().sender()));
    }
    inbox.take(signed);
  }

  /**
   * Goes on.
   *
   * @throws KulaException blaming the remote side if too few have answered
   */
  public Closed<CollectReveals> close() {
    inbox.requireOpen();
    Members endorsers = inbox.senders();
    Graph graph = cohort.session().graph();
    Members asked =
        endorsers.keep(
            member ->
                graph.neighboursAmong(member, endorsers).length >= cohort.session().threshold());
    cohort.requireEnough(asked);
    Map<Integer, byte[]> messages = new HashMap<>();
    asked.stream()
        .forEach(
            member -> {
              List<Signed<Endorsement>> neighbours =
                  Arrays.stream(graph.neighboursAmong(member, endorsers))
                      .mapToObj(inbox::of)
                      .toList();
              UnmaskRequest request =
                  new UnmaskRequest(member, cohort.survivors(), cohort.dropped(), neighbours);
              messages.put(member, inbox.codec().encode(request));
            });
    inbox.close();
    return new Closed<>(new CollectReveals(cohort, asked, sum), messages);
  }
}
