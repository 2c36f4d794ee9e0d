package dev.kula.aggregate.secure;

import dev.kula.secagg.Advertise;
import dev.kula.secagg.ClientState;
import dev.kula.secagg.ClientState.Step;
import dev.kula.secagg.CollectAdvertisements;
import dev.kula.secagg.CollectEndorsements;
import dev.kula.secagg.CollectMaskedInputs;
import dev.kula.secagg.CollectReveals;
import dev.kula.secagg.CollectShares;
import dev.kula.secagg.Identity;
import dev.kula.secagg.Modulus;
import dev.kula.secagg.Neighbourhoods;
import dev.kula.secagg.ServerState;
import dev.kula.secagg.ServerState.Closed;
import dev.kula.secagg.Session;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Runs secure aggregation with devices and server in this process, message by message. Keys come
 * from a secure source and show in no result: the sum is exact.
 */
final class GroupSum {
  private final SecureRandom random = new SecureRandom();
  private final List<int[]> vectors;
  private final Session session;
  private final List<Identity> identities = new ArrayList<>();
  private long bytes;

  GroupSum(List<int[]> vectors, Modulus modulus, Neighbourhoods neighbourhoods) {
    this.vectors = vectors;
    for (int i = 0; i < vectors.size(); i++) {
      identities.add(Identity.create(random));
    }
    byte[] graphSeed = new byte[32];
    random.nextBytes(graphSeed);
    session =
        new Session(
            random.nextLong(),
            identities.stream().map(Identity::publicKey).toList(),
            vectors.getFirst().length,
            modulus,
            neighbourhoods,
            graphSeed);
  }

  /** What devices have sent and received. */
  long bytes() {
    return bytes;
  }

  /** The sum of all vectors, signed. */
  int[] sum() {
    List<Turn<Advertise>> start = new ArrayList<>();
    for (int i = 0; i < identities.size(); i++) {
      start.add(new Turn<>(Advertise.create(session, i, identities.get(i), random), new byte[0]));
    }
    CollectAdvertisements advertisements = CollectAdvertisements.create(session);
    var sharing =
        phase(
            start,
            turn -> turn.state().advertise(),
            advertisements,
            CollectAdvertisements::receive,
            CollectAdvertisements::close);
    var masking =
        phase(
            sharing.turns(),
            turn -> turn.state().receive(turn.mail()),
            sharing.server(),
            CollectShares::receive,
            CollectShares::close);
    int[] next = {0};
    var checking =
        phase(
            masking.turns(),
            turn -> turn.state().receive(turn.mail(), vectors.get(next[0]++)),
            masking.server(),
            CollectMaskedInputs::receive,
            CollectMaskedInputs::close);
    var unmasking =
        phase(
            checking.turns(),
            turn -> turn.state().receive(turn.mail()),
            checking.server(),
            CollectEndorsements::receive,
            CollectEndorsements::close);
    return phase(
            unmasking.turns(),
            turn -> turn.state().receive(turn.mail()),
            unmasking.server(),
            CollectReveals::receive,
            CollectReveals::close)
        .server()
        .sum();
  }

  /** A device with what the server told it. */
  private record Turn<C extends ClientState>(C state, byte[] mail) {}

  /** All devices, in the order of their numbers, and the server. */
  private record Stage<C extends ClientState, S extends ServerState>(
      List<Turn<C>> turns, S server) {}

  private <
          C extends ClientState,
          D extends ClientState,
          S extends ServerState,
          T extends ServerState>
      Stage<D, T> phase(
          List<Turn<C>> turns,
          Function<Turn<C>, Step<D>> transition,
          S server,
          BiConsumer<S, byte[]> receive,
          Function<S, Closed<T>> close) {
    List<D> states = new ArrayList<>();
    for (Turn<C> turn : turns) {
      Step<D> step = transition.apply(turn);
      bytes += step.message().length + turn.mail().length;
      receive.accept(server, step.message());
      states.add(step.next());
    }
    Closed<T> closed = close.apply(server);
    List<Turn<D>> next = new ArrayList<>();
    for (int i = 0; i < states.size(); i++) {
      next.add(new Turn<>(states.get(i), closed.messages().getOrDefault(i, new byte[0])));
    }
    return new Stage<>(next, closed.next());
  }
}
