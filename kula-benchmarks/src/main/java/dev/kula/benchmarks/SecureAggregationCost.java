package dev.kula.benchmarks;

import dev.kula.secagg.Advertise;
import dev.kula.secagg.ClientState;
import dev.kula.secagg.ClientState.Step;
import dev.kula.secagg.CollectAdvertisements;
import dev.kula.secagg.CollectEndorsements;
import dev.kula.secagg.CollectMaskedInputs;
import dev.kula.secagg.CollectReveals;
import dev.kula.secagg.CollectShares;
import dev.kula.secagg.ConsistencyCheck;
import dev.kula.secagg.Identity;
import dev.kula.secagg.MaskedInput;
import dev.kula.secagg.Modulus;
import dev.kula.secagg.NeighbourhoodSize;
import dev.kula.secagg.Neighbourhoods;
import dev.kula.secagg.ServerState;
import dev.kula.secagg.ServerState.Aggregated;
import dev.kula.secagg.ServerState.Closed;
import dev.kula.secagg.Session;
import dev.kula.secagg.ShareKeys;
import dev.kula.secagg.Unmask;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * What secure aggregation costs: bytes of a device against its plain update of four bytes a
 * parameter, and processor seconds of a device and of the server. Every device is run, two at a
 * time, and the sum is checked. Devices drop out after they have shared their keys, which is what
 * costs most.
 *
 * <p>Arguments: {@code COHORT complete|sparse DROPOUT_PERCENT}.
 */
public final class SecureAggregationCost {
  private static final int PARAMETERS = 160_000;
  private static final int LARGEST = Short.MAX_VALUE;
  private static final double CORRUPT = 0.1;
  private static final double DROPPING = 0.1;
  private static final int SECURITY_BITS = 40;
  private static final int CORRECTNESS_BITS = 20;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final Session session;
  private final List<Identity> identities;
  private final int silent;
  private final LongAdder[] up;
  private final LongAdder[] down;
  private final LongAdder[] deviceNanos;
  private final LongAdder serverNanos = new LongAdder();

  private SecureAggregationCost(Session session, List<Identity> identities, int silent) {
    this.session = session;
    this.identities = identities;
    this.silent = silent;
    this.up = adders(session.cohort());
    this.down = adders(session.cohort());
    this.deviceNanos = adders(session.cohort());
  }

  private static LongAdder[] adders(int count) {
    LongAdder[] adders = new LongAdder[count];
    Arrays.setAll(adders, i -> new LongAdder());
    return adders;
  }

  /** Of the devices that stayed: those that drop out have less to do and would flatter it. */
  private double mean(LongAdder[] adders) {
    return Arrays.stream(adders).skip(silent).mapToLong(LongAdder::sum).average().orElseThrow();
  }

  /** Runs one case and prints a row. */
  public static void main(String[] arguments) throws Exception {
    int cohort = Integer.parseInt(arguments[0]);
    int dropouts = cohort * Integer.parseInt(arguments[2]) / 100;
    Neighbourhoods graph =
        switch (arguments[1]) {
          case "complete" -> Neighbourhoods.Complete.against((int) (CORRUPT * cohort), cohort);
          case "sparse" ->
              new NeighbourhoodSize(cohort, CORRUPT, DROPPING, SECURITY_BITS, CORRECTNESS_BITS)
                  .smallest();
          default -> throw new IllegalArgumentException("graph is neither complete nor sparse");
        };
    SecureRandom random = new SecureRandom();
    List<Identity> identities = new ArrayList<>();
    for (int i = 0; i < cohort; i++) {
      identities.add(Identity.create(random));
    }
    byte[] graphSeed = new byte[32];
    random.nextBytes(graphSeed);
    Session session =
        new Session(
            random.nextLong(),
            identities.stream().map(Identity::publicKey).toList(),
            PARAMETERS,
            Modulus.forSums(cohort, LARGEST),
            graph,
            graphSeed);
    SecureAggregationCost cost = new SecureAggregationCost(session, identities, dropouts);
    long start = System.nanoTime();
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      cost.check(cost.run(pool, random));
    }
    cost.print(arguments[1], (System.nanoTime() - start) / 1e9);
  }

  private Aggregated run(ExecutorService pool, SecureRandom random) throws Exception {
    Map<Integer, Advertise> devices = new TreeMap<>();
    Map<Integer, byte[]> nothing = new TreeMap<>();
    for (int i = 0; i < session.cohort(); i++) {
      devices.put(i, Advertise.create(session, i, identities.get(i), random));
      nothing.put(i, new byte[0]);
    }
    CollectAdvertisements first = CollectAdvertisements.create(session);
    Map<Integer, ShareKeys> sharing =
        phase(pool, devices, nothing, first, (d, m, i) -> d.advertise(), (s, m) -> s.receive(m));
    Closed<CollectShares> second = timed(serverNanos, first::close);
    Map<Integer, MaskedInput> masking =
        phase(
            pool,
            sharing,
            second.messages(),
            second.next(),
            (d, m, i) -> d.receive(m),
            (s, m) -> s.receive(m));
    Closed<CollectMaskedInputs> third = timed(serverNanos, second.next()::close);
    // Which members drop out does not matter: on a sparse graph the seed has put them anywhere.
    masking.keySet().removeIf(member -> member < silent);
    Map<Integer, ConsistencyCheck> checking =
        phase(
            pool,
            masking,
            third.messages(),
            third.next(),
            (d, m, i) -> d.receive(m, vector(i)),
            (s, m) -> s.receive(m));
    Closed<CollectEndorsements> fourth = timed(serverNanos, third.next()::close);
    Map<Integer, Unmask> unmasking =
        phase(
            pool,
            checking,
            fourth.messages(),
            fourth.next(),
            (d, m, i) -> d.receive(m),
            (s, m) -> s.receive(m));
    Closed<CollectReveals> fifth = timed(serverNanos, fourth.next()::close);
    phase(
        pool,
        unmasking,
        fifth.messages(),
        fifth.next(),
        (d, m, i) -> d.receive(m),
        (s, m) -> s.receive(m));
    return timed(serverNanos, fifth.next()::close).next();
  }

  private interface Transition<C extends ClientState, D extends ClientState> {
    Step<D> apply(C device, byte[] mail, int member);
  }

  private <C extends ClientState, D extends ClientState, S extends ServerState>
      Map<Integer, D> phase(
          ExecutorService pool,
          Map<Integer, C> devices,
          Map<Integer, byte[]> mail,
          S server,
          Transition<C, D> transition,
          BiConsumer<S, byte[]> receive)
          throws Exception {
    Map<Integer, Future<D>> running = new TreeMap<>();
    devices.forEach(
        (member, device) -> {
          byte[] message = mail.get(member);
          if (message != null) {
            running.put(
                member,
                pool.submit(
                    () -> {
                      Step<D> step =
                          timed(
                              deviceNanos[member], () -> transition.apply(device, message, member));
                      down[member].add(message.length);
                      up[member].add(step.message().length);
                      synchronized (server) {
                        timed(
                            serverNanos,
                            () -> {
                              receive.accept(server, step.message());
                              return server;
                            });
                      }
                      return step.next();
                    }));
          }
        });
    Map<Integer, D> next = new TreeMap<>();
    for (Map.Entry<Integer, Future<D>> one : running.entrySet()) {
      next.put(one.getKey(), one.getValue().get());
    }
    return next;
  }

  private static <T> T timed(LongAdder nanos, Supplier<T> work) {
    long start = THREADS.getCurrentThreadCpuTime();
    T result = work.get();
    nanos.add(THREADS.getCurrentThreadCpuTime() - start);
    return result;
  }

  /** Any vector; made again when the sum is checked, as a thousand would fill the memory. */
  private static int[] vector(int member) {
    SplittableRandom random = new SplittableRandom(member);
    int[] vector = new int[PARAMETERS];
    Arrays.setAll(vector, i -> random.nextInt(-LARGEST, LARGEST + 1));
    return vector;
  }

  private void check(Aggregated aggregated) {
    int[] expected = new int[PARAMETERS];
    aggregated.contributors().stream()
        .forEach(
            member -> {
              int[] vector = vector(member);
              for (int i = 0; i < PARAMETERS; i++) {
                expected[i] += vector[i];
              }
            });
    if (aggregated.contributors().size() != session.cohort() - silent
        || !Arrays.equals(expected, aggregated.sum())) {
      throw new IllegalStateException("the sum is not that of the survivors");
    }
  }

  private void print(String graph, double seconds) {
    int cohort = session.cohort();
    int degree = session.neighbourhoods().degree(cohort);
    double plain = 4.0 * PARAMETERS;
    double upBytes = mean(up);
    double downBytes = mean(down);
    double vectorBytes = PARAMETERS * session.modulus().bits() / 8.0;
    // 2n keys and 5n − 4 shares of 32 bytes, and the vector: Bonawitz et al. 2017, a server that
    // does
    // not lie; for a sparse graph (Bell et al. 2020) n is k + 1.
    double formula = 32.0 * (2 * (degree + 1) + 5 * (degree + 1) - 4) + vectorBytes;
    System.out.printf(
        Locale.ROOT,
        "| %d %s | %d, %d | %d | %.0f %% | %.0f | %.0f | %.2f | %.0f | %.3f | %.2f | %.0f |%n",
        cohort,
        graph,
        degree,
        session.neighbourhoods().threshold(),
        session.modulus().bits(),
        100.0 * silent / cohort,
        upBytes,
        downBytes,
        (upBytes + downBytes) / plain,
        formula,
        mean(deviceNanos) / 1e9,
        serverNanos.sum() / 1e9,
        seconds);
  }
}
