package dev.kula.device;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.data.BlockId;
import dev.kula.data.DataPointer;
import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.data.Lease;
import dev.kula.data.SampleBatch;
import dev.kula.data.SampleSet;
import dev.kula.data.SampleStore;
import dev.kula.device.PendingSwap.Arrival;
import dev.kula.device.Settlement.Ending;
import dev.kula.model.ParameterLayout;
import dev.kula.model.Scope;
import dev.kula.swap.Admission;
import dev.kula.swap.Gate.Verdict;
import dev.kula.swap.SwapOrder;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A device as the receiver of swaps: it resolves the pointers it was promised, and when the round's
 * swaps close it decides on each with the gate. Until then nothing is in any ledger, so a round
 * that is cut short leaves no trace.
 */
final class ReceiverDesk {
  private final DeviceId id;
  private final SampleStore store;
  private final TrainingData data;
  private final DeviceSettings settings;
  private final Function<DeviceId, Optional<PublicKey>> directory;
  private final Account account;
  private final LabelPrior prior;
  private final Ledgers ledgers;
  private final List<AcceptedSwap> accepted;
  private final Seed seed;
  private final Map<Long, PendingSwap> pending = new TreeMap<>();

  ReceiverDesk(
      DeviceId id,
      SampleStore store,
      TrainingData data,
      DeviceSettings settings,
      Function<DeviceId, Optional<PublicKey>> directory,
      Account account,
      LabelPrior prior,
      Ledgers ledgers,
      List<AcceptedSwap> accepted,
      Seed seed) {
    this.id = id;
    this.store = store;
    this.data = data;
    this.settings = settings;
    this.directory = directory;
    this.account = account;
    this.prior = prior;
    this.ledgers = ledgers;
    this.accepted = accepted;
    this.seed = seed;
  }

  void expect(SwapOrder order) {
    PendingSwap swap = new PendingSwap(order);
    if (account.isSpent()) {
      swap.refusal = "the receiver's privacy account is spent";
    } else if (order.exchange() == Exchange.RAW
        && !settings.consentsToRaw()
        && !order.source().equals(Envelope.BASE)) {
      swap.refusal = "the receiver does not consent to raw exchange";
    }
    pending.putIfAbsent(order.number(), swap); // ordered again, it goes on as it is
  }

  /** Whether it waits for what was ordered. */
  boolean isWaiting() {
    return !pending.isEmpty();
  }

  /**
   * Resolves pointers: one message a pointer for copies and class sums; one visit of a kind to a
   * source, however many pointers it gave.
   */
  List<Envelope> resolve(
      Collection<Map.Entry<DeviceId, Message.Offered>> offers, float[] global, Workbench bench) {
    List<Envelope> out = new ArrayList<>();
    Map<Exchange, Map<DeviceId, List<Promised>>> visits = new EnumMap<>(Exchange.class);
    for (Map.Entry<DeviceId, Message.Offered> entry : offers) {
      Message.Offered offer = entry.getValue();
      PendingSwap swap = pending.get(offer.order());
      if (swap == null
          || swap.refusal != null
          || swap.pointer != null
          || !isGenuine(swap, entry.getKey(), offer)) {
        continue; // nobody asked for it, or it is not what was asked for: it expires with its lease
      }
      swap.pointer = offer.pointer();
      swap.bytes += offer.bytes();
      if (swap.order.exchange().isVisit()) {
        visits
            .computeIfAbsent(swap.order.exchange(), kind -> new TreeMap<>())
            .computeIfAbsent(entry.getKey(), source -> new ArrayList<>())
            .add(new Promised(swap, offer.lease()));
      } else if (swap.order.exchange() == Exchange.SYNTHETIC) {
        Message.Summarise ask =
            new Message.Summarise(offer.order(), swap.order.round(), offer.lease());
        swap.bytes += ask.bytes();
        out.add(new Envelope(id, entry.getKey(), ask));
      } else if (store.fetched(offer.pointer().block()).isPresent()) {
        SampleSet samples = store.fetched(offer.pointer().block()).get();
        swap.arrival = new Arrival.Copies(samples);
        swap.cacheHitBytes = samples.size() * store.sampleBytes();
      } else {
        Message.Fetch fetch = new Message.Fetch(offer.order(), offer.lease());
        swap.bytes += fetch.bytes();
        out.add(new Envelope(id, entry.getKey(), fetch));
      }
    }
    visits.forEach(
        (kind, bySource) ->
            bySource.forEach(
                (source, promises) ->
                    out.add(visit(source, promises, scope(kind), global, bench))));
    return out;
  }

  /** A visit that a source has given a lease for. */
  private record Promised(PendingSwap swap, Lease lease) {}

  private Envelope visit(
      DeviceId source, List<Promised> promises, Scope scope, float[] global, Workbench bench) {
    ParameterLayout layout = bench.engine().layout();
    // The bare global model: it says nothing of what this device holds or has let in.
    float[] visitor = Arrays.copyOfRange(global, layout.offset(scope), layout.size());
    Map<Long, Lease> leases = new TreeMap<>();
    promises.forEach(promise -> leases.put(promise.swap().order.number(), promise.lease()));
    int round = promises.getFirst().swap().order.round();
    Message.Visit message = new Message.Visit(leases, round, visitor);
    promises.forEach(promise -> promise.swap().bytes += message.bytes() / promises.size());
    return new Envelope(id, source, message);
  }

  private static Scope scope(Exchange visit) {
    return visit == Exchange.VISIT ? Scope.HEAD : Scope.ALL;
  }

  private boolean isGenuine(PendingSwap swap, DeviceId sender, Message.Offered offer) {
    return sender.equals(swap.order.source())
        && offer.pointer().source().equals(sender)
        && offer.pointer().size() <= swap.order.samples()
        && offer.pointer().labels().equals(swap.order.labels())
        && offer.pointer().exchange() == swap.order.exchange()
        && offer.lease().holder().equals(id)
        && offer.lease().block().equals(offer.pointer().block())
        && directory.apply(sender).filter(offer.pointer()::isSignedBy).isPresent();
  }

  /** A swap that waits for this sender's answer. */
  private @Nullable PendingSwap awaited(DeviceId sender, long order) {
    PendingSwap swap = pending.get(order);
    return swap != null && swap.awaits(sender) ? swap : null;
  }

  void fetched(DeviceId sender, Message.Fetched message) {
    PendingSwap swap = awaited(sender, message.order());
    if (swap == null || swap.order.exchange() != Exchange.RAW) {
      return; // nor may a second answer change what a ledger may have already
    }
    swap.bytes += message.bytes();
    if (isSound(message.batch())
        && directory
            .apply(sender)
            .filter(key -> store.keep(swap.pointer(), message.batch(), key))
            .isPresent()) {
      swap.arrival = new Arrival.Copies(SampleSet.of(message.batch()));
    } else {
      swap.refusal = "what the source sent is not what the pointer promises";
    }
  }

  void visited(DeviceId sender, Message.Visited message, Workbench bench) {
    PendingSwap swap = awaited(sender, message.order());
    if (swap == null || !swap.order.exchange().isVisit()) {
      return;
    }
    swap.bytes += message.bytes();
    ParameterLayout layout = bench.engine().layout();
    int size = layout.size() - layout.offset(scope(swap.order.exchange()));
    if (Doorkeeper.isSound(message.delta(), size)) {
      swap.arrival = new Arrival.Change(message.delta());
    } else {
      swap.refusal = "what the source sent back is no change of what visited it";
    }
  }

  void summarised(DeviceId sender, Message.Summarised message, Workbench bench) {
    PendingSwap swap = awaited(sender, message.order());
    if (swap == null || swap.order.exchange() != Exchange.SYNTHETIC) {
      return;
    }
    swap.bytes += message.bytes();
    if (message.sums().isSound(settings.labels().size(), bench.engine().embeddingSize())) {
      swap.arrival = new Arrival.Sums(message.sums());
    } else {
      swap.refusal = "what the source sent is no sums of the model's embeddings by class";
    }
  }

  private boolean isSound(SampleBatch batch) {
    boolean sound = batch.features().isFinite();
    for (float target : batch.targets()) {
      sound &= settings.labels().contains(target);
    }
    return sound;
  }

  /** Uses no more what came in under an order. */
  void revoked(long order) {
    PendingSwap swap = pending.get(order);
    if (swap != null) {
      if (swap.arrival != null) {
        forget(swap);
      }
      swap.arrival = null;
      swap.refusal = "its lease was revoked";
    }
    ledgers
        .revoke(order)
        .ifPresent(
            block -> {
              accepted.removeIf(one -> one.blockId().equals(block));
              store.forget(block);
            });
  }

  void refused(DeviceId sender, Message.Refused message) {
    PendingSwap swap = pending.get(message.order());
    if (swap != null && sender.equals(swap.order.source())) {
      swap.refusal = message.reason();
    }
  }

  /** Decides on everything that was ordered, in the order of the orders. */
  List<Envelope> close(int round, float[] global, Workbench bench) {
    if (pending.isEmpty()) {
      return List.of();
    }
    dropPassing();
    List<Envelope> out = new ArrayList<>();
    Ratings ratings = new Ratings();
    Supplier<GateRun> gate = memoized(() -> gateRun(global, bench));
    for (PendingSwap swap : pending.values()) {
      Settlement settlement = settle(swap, gate, ratings);
      if (account.tellsEvaluator(Account.Kind.OUTCOME)) {
        out.add(new Envelope(id, Envelope.EVALUATOR, new Message.Settled(settlement)));
      }
    }
    pending.clear();
    ratings
        .release(round, account, settings.privacy().outcomeRho())
        .ifPresent(message -> out.add(new Envelope(id, Envelope.ORCHESTRATOR, message)));
    return out;
  }

  private GateRun gateRun(float[] global, Workbench bench) {
    float[] start = prior.towardsTarget(global, bench.engine().layout());
    HeadTuning tuning = new HeadTuning(data, settings.fineTunePlan(), start, bench, account);
    return new GateRun(
        data,
        tuning.ingredients(data.ledger(ledgers.personal()), accepted),
        settings.gate(),
        seed,
        bench);
  }

  /** Embedding all samples is not free: only once, and only if a swap comes to the gate. */
  private static <T> Supplier<T> memoized(Supplier<T> maker) {
    List<T> made = new ArrayList<>(1);
    return () -> {
      if (made.isEmpty()) {
        made.add(maker.get());
      }
      return made.getFirst();
    };
  }

  /**
   * Forgets what earlier visits changed and class sums gave. Both belong to the model they were
   * made on; as that model moves on they go stale, so they are kept until the next swaps are
   * decided and no longer.
   */
  private void dropPassing() {
    List<AcceptedSwap> passing = accepted.stream().filter(AcceptedSwap::passes).toList();
    passing.forEach(swap -> ledgers.drop(swap.blockId()));
    accepted.removeAll(passing);
  }

  private Settlement settle(PendingSwap swap, Supplier<GateRun> gates, Ratings ratings) {
    SwapOrder order = swap.order;
    ratings.asked(order.source());
    if (swap.arrival == null) {
      String reason = swap.refusal;
      if (reason != null) {
        ratings.answered(order.source());
        return settlement(swap, Ending.REJECTED, "refused: " + reason);
      }
      return settlement(swap, Ending.EXPIRED, "no answer before the swaps of the round closed");
    }
    ratings.answered(order.source());
    if (swap.arrival instanceof Arrival.Copies && store.fetched(swap.pointer().block()).isEmpty()) {
      // Counted all the same: how many were judged must not tell what the first verdict was.
      ratings.judged(order.source(), Verdict.NEUTRAL);
      return settlement(swap, Ending.REJECTED, "the same samples were turned down already");
    }
    if (swap.arrival instanceof Arrival.Sums sums) {
      SampleSet drawn = draw(order, sums.sums(), gates.get().judged());
      swap.arrival = new Arrival.Virtual(drawn);
      if (drawn.size() == 0) {
        return settlement(swap, Ending.REJECTED, "no class asked for stands out from the noise");
      }
    }
    if (order.admission() == Admission.UNGATED_BOTH) {
      accept(swap);
      return settlement(swap, Ending.ACCEPTED, "admitted without a gate");
    }
    GateRun gate = gates.get();
    Arrival arrival = swap.arrival;
    double[] lossesWithout = gate.losses();
    HeadTuning.Ingredients candidate;
    double[] lossesWith;
    try {
      candidate = gate.base().plus(arrival);
      lossesWith = gate.losses(candidate);
    } catch (KulaException diverged) { // as it does not without the swap
      ratings.judged(order.source(), Verdict.HARMFUL);
      forget(swap);
      return settlement(swap, Ending.REJECTED, "training on it diverges: harmful");
    }
    Verdict verdict = settings.gate().judge(lossesWithout, lossesWith, order.trusted());
    double without = Arrays.stream(lossesWithout).average().orElseThrow();
    double with = Arrays.stream(lossesWith).average().orElseThrow();
    ratings.judged(order.source(), verdict);
    String change = "cross-validated loss %.4f to %.4f".formatted(without, with);
    if (verdict == Verdict.USEFUL) {
      accept(swap);
      gate.advance(candidate, lossesWith);
      return settlement(swap, Ending.ACCEPTED, without, with, change + ": useful");
    }
    String word = verdict == Verdict.HARMFUL ? ": harmful" : ": not useful";
    boolean copied = swap.arrival instanceof Arrival.Copies;
    if (order.admission() == Admission.SHARED_AND_GATED_PERSONAL && copied) {
      ledgers.shared().add(swap.pointer());
      data.took(swap.pointer().block());
      ledgers.brought(order.number(), swap.pointer().block());
      String reason = change + word + " to the personal model; shared ledger only";
      return settlement(swap, Ending.ACCEPTED, without, with, reason);
    }
    forget(swap);
    return settlement(swap, Ending.REJECTED, without, with, change + word);
  }

  /** The same virtual samples however often they are drawn. */
  private SampleSet draw(SwapOrder order, ClassSums sums, SampleSet own) {
    return new VirtualSamples(own, settings.labels())
        .draw(
            sums,
            order.samples(),
            order.labels(),
            seed.derive("virtual").derive(order.number()).generator());
  }

  private void accept(PendingSwap swap) {
    DataPointer pointer = swap.pointer();
    boolean isNew = !ledgers.personal().contains(pointer.block());
    ledgers.personal().add(pointer);
    if (swap.order.admission() != Admission.GATED_PERSONAL
        && swap.arrival instanceof Arrival.Copies) {
      ledgers.shared().add(pointer);
    }
    if (pointer.source().equals(Envelope.BASE)) {
      store.fetched(pointer.block()).ifPresent(data::base);
      return;
    }
    if (swap.arrival instanceof Arrival.Copies) {
      data.took(pointer.block());
    }
    ledgers.brought(swap.order.number(), pointer.block());
    if (!isNew) {
      return; // held already, counts once
    }
    accepted.add(
        new AcceptedSwap(
            swap.order.number(),
            pointer.block().hex(),
            pointer.source().name(),
            swap.samples(),
            swap.labels(settings.labels()),
            swap.order.exchange(),
            swap.numbers()));
  }

  private void forget(PendingSwap swap) {
    BlockId block = swap.pointer().block();
    boolean held = ledgers.personal().contains(block) || ledgers.shared().contains(block);
    if (swap.arrival instanceof Arrival.Copies && !held) {
      store.forget(block);
    }
  }

  private Settlement settlement(PendingSwap swap, Ending ending, String reason) {
    return swap.settlement(
        ending,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        settings.labels(),
        store.sampleBytes(),
        reason);
  }

  private Settlement settlement(
      PendingSwap swap, Ending ending, double without, double with, String reason) {
    return swap.settlement(
        ending,
        OptionalDouble.of(without),
        OptionalDouble.of(with),
        settings.labels(),
        store.sampleBytes(),
        reason);
  }
}
