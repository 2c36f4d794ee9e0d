package dev.kula.secagg;

import dev.kula.secagg.ClientState.Step;
import dev.kula.secagg.ServerState.Aggregated;
import dev.kula.secagg.ServerState.Closed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * A cohort and a server in one process, a phase at a time, so that a test can come between. Who is
 * silent before a phase is so from then on.
 */
final class Exchange {
  final Session session;
  final List<Identity> identities;
  final int[][] vectors;
  private final long seed;

  /** All that was sent, by phase and sender, in order. */
  final List<Map<Integer, byte[]>> sent = new ArrayList<>();

  private Exchange(Session session, List<Identity> identities, int[][] vectors, long seed) {
    this.session = session;
    this.identities = identities;
    this.vectors = vectors;
    this.seed = seed;
  }

  static Exchange of(Neighbourhoods neighbourhoods, int cohort, int length, long seed) {
    List<Identity> identities = identities(cohort, seed);
    Modulus modulus = Modulus.forSums(cohort, 1000);
    return new Exchange(
        session(seed, identities, length, modulus, neighbourhoods),
        identities,
        vectors(cohort, length, 1000, seed),
        seed);
  }

  /** The same devices with the same vectors in another session. */
  Exchange in(Session other) {
    return in(other, vectors);
  }

  /** The same devices with other vectors in another session. */
  Exchange in(Session other, int[][] otherVectors) {
    return new Exchange(other, identities, otherVectors, seed);
  }

  static Session session(
      long nonce,
      List<Identity> identities,
      int length,
      Modulus modulus,
      Neighbourhoods neighbourhoods) {
    byte[] graphSeed = new byte[32];
    new SeededSecureRandom(nonce + 1).nextBytes(graphSeed);
    return new Session(
        nonce,
        identities.stream().map(Identity::publicKey).toList(),
        length,
        modulus,
        neighbourhoods,
        graphSeed);
  }

  static List<Identity> identities(int cohort, long seed) {
    List<Identity> identities = new ArrayList<>();
    for (int i = 0; i < cohort; i++) {
      identities.add(Identity.create(new SeededSecureRandom(1_000_003 * seed + i)));
    }
    return identities;
  }

  static int[][] vectors(int cohort, int length, int largest, long seed) {
    SeededSecureRandom random = new SeededSecureRandom(seed + 7);
    int[][] vectors = new int[cohort][length];
    for (int[] vector : vectors) {
      for (int i = 0; i < length; i++) {
        vector[i] = random.nextInt(2 * largest + 1) - largest;
      }
    }
    return vectors;
  }

  Advertise device(int member) {
    return Advertise.create(
        session, member, identities.get(member), new SeededSecureRandom(31 * seed + member));
  }

  /**
   * Where all are between two phases.
   *
   * @param devices that are there
   * @param mail to them, from the server
   * @param server that collects in the next phase
   */
  record Stage<C extends ClientState, S extends ServerState>(
      Map<Integer, C> devices, Map<Integer, byte[]> mail, S server) {
    C device(int member) {
      return Objects.requireNonNull(devices.get(member));
    }

    byte[] mail(int member) {
      return Objects.requireNonNull(mail.get(member));
    }
  }

  Stage<Advertise, CollectAdvertisements> start() {
    Map<Integer, Advertise> devices = new TreeMap<>();
    Map<Integer, byte[]> mail = new TreeMap<>();
    for (int i = 0; i < session.cohort(); i++) {
      devices.put(i, device(i));
      mail.put(i, new byte[0]);
    }
    return new Stage<>(devices, mail, CollectAdvertisements.create(session));
  }

  Stage<ShareKeys, CollectShares> toSharing(
      Stage<Advertise, CollectAdvertisements> from, Set<Integer> silent) {
    return phase(
        from,
        silent,
        (device, mail, member) -> device.advertise(),
        CollectAdvertisements::receive,
        CollectAdvertisements::close);
  }

  Stage<MaskedInput, CollectMaskedInputs> toMasking(
      Stage<ShareKeys, CollectShares> from, Set<Integer> silent) {
    return phase(
        from,
        silent,
        (device, mail, member) -> device.receive(mail),
        CollectShares::receive,
        CollectShares::close);
  }

  Stage<ConsistencyCheck, CollectEndorsements> toChecking(
      Stage<MaskedInput, CollectMaskedInputs> from, Set<Integer> silent) {
    return phase(
        from,
        silent,
        (device, mail, member) -> device.receive(mail, vectors[member]),
        CollectMaskedInputs::receive,
        CollectMaskedInputs::close);
  }

  Stage<Unmask, CollectReveals> toUnmasking(
      Stage<ConsistencyCheck, CollectEndorsements> from, Set<Integer> silent) {
    return phase(
        from,
        silent,
        (device, mail, member) -> device.receive(mail),
        CollectEndorsements::receive,
        CollectEndorsements::close);
  }

  Aggregated finish(Stage<Unmask, CollectReveals> from, Set<Integer> silent) {
    return phase(
            from,
            silent,
            (device, mail, member) -> device.receive(mail),
            CollectReveals::receive,
            CollectReveals::close)
        .server();
  }

  /** Runs all of it. */
  Aggregated run(List<Set<Integer>> silentBefore) {
    List<Set<Integer>> silent = new ArrayList<>(silentBefore);
    while (silent.size() < 5) {
      silent.add(Set.of());
    }
    return finish(
        toUnmasking(
            toChecking(toMasking(toSharing(start(), silent.get(0)), silent.get(1)), silent.get(2)),
            silent.get(3)),
        silent.get(4));
  }

  private interface Transition<C extends ClientState, D extends ClientState> {
    Step<D> apply(C device, byte[] mail, int member);
  }

  private <
          C extends ClientState,
          D extends ClientState,
          S extends ServerState,
          T extends ServerState>
      Stage<D, T> phase(
          Stage<C, S> from,
          Set<Integer> silent,
          Transition<C, D> transition,
          BiConsumer<S, byte[]> receive,
          Function<S, Closed<T>> close) {
    Map<Integer, byte[]> messages = new TreeMap<>();
    Map<Integer, D> next = new TreeMap<>();
    from.devices()
        .forEach(
            (member, device) -> {
              byte[] mail = from.mail().get(member);
              if (mail != null && !silent.contains(member)) {
                Step<D> step = transition.apply(device, mail, member);
                next.put(member, step.next());
                messages.put(member, step.message());
                receive.accept(from.server(), step.message());
              }
            });
    sent.add(messages);
    Closed<T> closed = close.apply(from.server());
    return new Stage<>(next, closed.messages(), closed.next());
  }

  int[] sum(Members contributors) {
    int[] sum = new int[session.length()];
    contributors.stream()
        .forEach(
            member -> {
              for (int i = 0; i < sum.length; i++) {
                sum[i] += vectors[member][i];
              }
            });
    return sum;
  }
}
