package dev.kula.device;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.data.DataPointer;
import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.data.Lease;
import dev.kula.data.LeaseRefusedException;
import dev.kula.data.SampleBatch;
import dev.kula.data.SampleSet;
import dev.kula.data.SampleStore;
import dev.kula.model.Scope;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingPlan;
import dev.kula.privacy.PrivacyLedger.Release;
import dev.kula.swap.Selection;
import dev.kula.swap.SwapOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A device as the source of swaps: it selects, points, leases, and answers who holds a lease. */
final class SourceDesk {
  private final DeviceId id;
  private final SampleStore store;
  private final TrainingData data;
  private final DeviceSettings settings;
  private final Account account;
  private final Seed seed;
  private final Map<DeviceId, BitSet> given = new TreeMap<>();
  private Selection.@Nullable Candidates candidates;
  private int candidatesRound = -1;

  /** Those of the last round in which some were asked for; empty if the account refused. */
  private Optional<ClassSums> sums = Optional.empty();

  private int sumsRound = -1;

  /** Whether swaps were ordered of it that are not closed. */
  private boolean open;

  SourceDesk(
      DeviceId id,
      SampleStore store,
      TrainingData data,
      DeviceSettings settings,
      Account account,
      Seed seed) {
    this.id = id;
    this.store = store;
    this.data = data;
    this.settings = settings;
    this.account = account;
    this.seed = seed;
  }

  /** Answers an order: a pointer and a lease for the receiver, or why not. */
  Message offer(SwapOrder order, float[] global, Workbench bench) {
    open = true;
    Optional<String> refusal = refusal(order);
    if (refusal.isPresent()) {
      return new Message.Refused(order.number(), refusal.get());
    }
    String purpose = id.equals(Envelope.BASE) ? "base" : "swap";
    if (order.exchange() == Exchange.SYNTHETIC) {
      store.forgetExpired(bench.now());
      return offered(
          order, store.publishSums(order.round(), order.samples(), order.labels(), purpose), bench);
    }
    int[] indices = pick(order, global, bench.engine());
    if (indices.length == 0) {
      return new Message.Refused(order.number(), "the source has nothing to offer");
    }
    store.forgetExpired(bench.now());
    return offered(
        order,
        store.publish(indices, order.samples(), order.labels(), order.exchange(), purpose),
        bench);
  }

  private Message offered(SwapOrder order, DataPointer pointer, Workbench bench) {
    Lease lease =
        store.grant(
            pointer,
            order.number(),
            order.receiver(),
            bench.now().plus(order.lease()),
            order.uses());
    return new Message.Offered(order.number(), pointer, lease);
  }

  /** Whether swaps are under way, for which it has more in mind than survives a restart. */
  boolean isOpen() {
    return open;
  }

  /** Answers no more what it leased for an order. */
  void revoked(long order) {
    store.revoke(order);
  }

  /** The swaps of the round are closed. */
  void close() {
    open = false;
  }

  /** Picks among what the receiver has not been pointed to yet. */
  private int[] pick(SwapOrder order, float[] global, TrainingEngine engine) {
    int[] trainable = trainable();
    BitSet known = given.computeIfAbsent(order.receiver(), receiver -> new BitSet());
    int[] fresh =
        IntStream.range(0, trainable.length).filter(i -> !known.get(trainable[i])).toArray();
    int[] picked =
        order
            .selection()
            .select(
                candidates(trainable, order, global, engine).only(fresh),
                order.labels(),
                order.samples(),
                order.diversity(),
                seed.derive("select").derive(order.round()).generator());
    int[] indices = new int[picked.length];
    for (int i = 0; i < picked.length; i++) {
      indices[i] = trainable[fresh[picked[i]]];
      known.set(indices[i]);
    }
    return indices;
  }

  /** Positions of own samples that each receiver has been pointed to. */
  Map<String, int[]> given() {
    Map<String, int[]> positions = new TreeMap<>();
    given.forEach((receiver, known) -> positions.put(receiver.name(), known.stream().toArray()));
    return positions;
  }

  void restore(Map<String, int[]> positions) {
    given.clear();
    positions.forEach(
        (receiver, known) -> {
          BitSet set = new BitSet();
          IntStream.of(known).forEach(set::set);
          given.put(new DeviceId(receiver), set);
        });
  }

  /** What others may learn from: never its own held-out fold; all of a base set. */
  private int[] trainable() {
    return id.equals(Envelope.BASE)
        ? IntStream.range(0, store.own().size()).toArray()
        : data.ownTrainIndices();
  }

  private Optional<String> refusal(SwapOrder order) {
    if (order.exchange() == Exchange.SYNTHETIC && !settings.labels().edges().isEmpty()) {
      return Optional.of("a regression has no classes to sum by");
    }
    if (id.equals(Envelope.BASE)) {
      return Optional.empty();
    }
    if (account.isSpent()) {
      return Optional.of("the source's privacy account is spent");
    }
    if (order.exchange() == Exchange.RAW && !settings.consentsToRaw()) {
      return Optional.of("the source does not consent to raw exchange");
    }
    return Optional.empty();
  }

  /** What selection looks at, computed once a round however many orders come. */
  private Selection.Candidates candidates(
      int[] trainable, SwapOrder order, float[] global, TrainingEngine engine) {
    Selection.Candidates known = candidates;
    boolean looks = order.selection() != Selection.UNIFORM; // what picks at random looks at none
    if (known != null
        && candidatesRound == order.round()
        && (known.embeddingSize() > 0 || !looks)) {
      return known;
    }
    SampleSet samples = store.own().select(trainable);
    int size = samples.size();
    int[] bins = new int[size];
    for (int i = 0; i < size; i++) {
      bins[i] = settings.labels().bin(samples.target(i));
    }
    float[] losses = new float[size];
    float[] importance = new float[size];
    int width = looks ? engine.embeddingSize() : 0;
    float[] embeddings = new float[size * width];
    if (looks) {
      engine.losses(global, samples, losses);
      engine.importance(global, samples, importance);
      engine.embed(global, samples, embeddings);
      account.worked(5.0 * size);
    }
    Selection.Candidates fresh =
        new Selection.Candidates(bins, losses, importance, embeddings, width);
    candidates = fresh;
    candidatesRound = order.round();
    return fresh;
  }

  /** Answers a lease with raw samples, or says why it opens nothing. */
  Message fetch(Message.Fetch request, DeviceId presenter, Workbench bench) {
    if (!settings.consentsToRaw() && !id.equals(Envelope.BASE)) {
      return new Message.Refused(request.order(), "the source does not consent to raw exchange");
    }
    try {
      SampleBatch batch = store.fetch(request.lease(), presenter, bench.now());
      if (!id.equals(Envelope.BASE)) {
        account.withoutNoise("raw samples");
      }
      return new Message.Fetched(request.order(), request.lease().block(), batch);
    } catch (LeaseRefusedException e) {
      return new Message.Refused(request.order(), e.reason());
    }
  }

  /**
   * Answers a lease with the class sums of a round: one release, whoever asks and however often.
   */
  Message summarise(
      Message.Summarise request, DeviceId presenter, float[] global, Workbench bench) {
    SampleSet samples;
    try {
      samples = store.sums(request.lease(), request.round(), presenter, bench.now());
    } catch (LeaseRefusedException e) {
      return new Message.Refused(request.order(), e.reason());
    }
    if (request.round() < sumsRound) {
      return new Message.Refused(request.order(), "the round of these class sums is over");
    }
    if (request.round() > sumsRound) {
      sums = release(request.round(), samples, global, bench);
      sumsRound = request.round();
    }
    return sums.isPresent()
        ? new Message.Summarised(request.order(), request.lease().block(), sums.get())
        : new Message.Refused(request.order(), "the source's privacy account is spent");
  }

  private Optional<ClassSums> release(
      int round, SampleSet samples, float[] global, Workbench bench) {
    SumProtection protection = settings.privacy().sums();
    boolean noised = account.noises(Account.Kind.CLASS_SUMS);
    return account.release(
        new Release(round, "class sums"),
        protection.rho(),
        Account.Kind.CLASS_SUMS,
        ClassSums.class,
        noise -> {
          account.worked(samples.size());
          return ClassSums.of(
              samples,
              bench.engine(),
              global,
              settings.labels(),
              noised ? protection : protection.withoutNoise(),
              noise);
        });
  }

  /** Trains a visiting model, or its head, on what each of its leases opens. */
  List<Message> visit(Message.Visit request, DeviceId presenter, float[] global, Workbench bench) {
    List<Message> answers = new ArrayList<>();
    for (Map.Entry<Long, Lease> entry : new TreeMap<>(request.leases()).entrySet()) {
      long order = entry.getKey();
      try {
        SampleSet samples = store.visit(entry.getValue(), presenter, bench.now());
        answers.add(train(order, entry.getValue(), request, samples, global, bench));
      } catch (LeaseRefusedException e) {
        answers.add(new Message.Refused(order, e.reason()));
      }
    }
    return answers;
  }

  private Message train(
      long order,
      Lease lease,
      Message.Visit request,
      SampleSet samples,
      float[] global,
      Workbench bench) {
    TrainingEngine engine = bench.engine();
    Scope scope = lease.exchange() == Exchange.VISIT ? Scope.HEAD : Scope.ALL;
    int offset = engine.layout().offset(scope);
    int size = engine.layout().size() - offset;
    if (request.parameters().length != size) {
      return new Message.Refused(
          order, "what visits has %d numbers, not %d".formatted(request.parameters().length, size));
    }
    if (!Doorkeeper.isSound(request.parameters(), size)) {
      return new Message.Refused(order, "what visits has numbers that are not finite");
    }
    // The source counts leases, so no requester can have one release twice.
    Release release = new Release(request.round(), "visit under lease " + lease.number());
    ChangeProtection.WholeChange protection = settings.privacy().visit();
    Optional<Message.Visited> visited =
        account.release(
            release,
            protection.rho(),
            Account.Kind.VISIT,
            Message.Visited.class,
            noise -> {
              float[] delta =
                  change(order, scope, request.parameters(), samples, global, offset, bench);
              if (account.noises(Account.Kind.VISIT)) {
                protection.noise(delta, noise);
              }
              return new Message.Visited(order, lease.block(), delta);
            });
    return visited.isPresent()
        ? visited.get()
        : new Message.Refused(order, "the source's privacy account is spent");
  }

  /**
   * What a visit's parameters become on {@code samples}, less what they were; nothing if they leave
   * the finite numbers, as to refuse would say of the samples that they make them do so.
   */
  private float[] change(
      long order,
      Scope scope,
      float[] visiting,
      SampleSet samples,
      float[] global,
      int offset,
      Workbench bench) {
    float[] parameters = global.clone();
    System.arraycopy(visiting, 0, parameters, offset, visiting.length);
    TrainingPlan plan = settings.visitPlan().withScope(scope);
    try {
      bench
          .engine()
          .train(parameters, samples, plan, seed.derive("visit").derive(order).generator());
    } catch (KulaException diverged) {
      System.arraycopy(visiting, 0, parameters, offset, visiting.length);
    }
    account.worked(samples.size() * (scope == Scope.HEAD ? 2.0 : 3.0 * plan.epochs()));
    float[] delta = new float[visiting.length];
    for (int i = 0; i < delta.length; i++) {
      delta[i] = parameters[offset + i] - visiting[i];
    }
    return delta;
  }
}
