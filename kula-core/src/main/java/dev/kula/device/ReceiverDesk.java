package dev.kula.device;

import dev.kula.Seed;
import dev.kula.data.BlockId;
import dev.kula.data.DataPointer;
import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.data.Lease;
import dev.kula.data.SampleSet;
import dev.kula.data.SampleStore;
import dev.kula.device.Message.Ending;
import dev.kula.model.ParameterLayout;
import dev.kula.model.TrainingEngine;
import dev.kula.privacy.GaussianMechanism;
import dev.kula.privacy.NoiseSource;
import dev.kula.privacy.PrivacyLedger.Release;
import dev.kula.swap.Admission;
import dev.kula.swap.Gate.Verdict;
import dev.kula.swap.SwapOrder;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
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
  private final Function<DeviceId, PublicKey> directory;
  private final Account account;
  private final Ledgers ledgers;
  private final List<AcceptedSwap> accepted;
  private final PersonalModel personal;
  private final Seed seed;
  private final Map<Long, Pending> pending = new TreeMap<>();

  /** An order that this device expects to receive on, and how far it has come. */
  private static final class Pending {
    final SwapOrder order;
    @Nullable DataPointer pointer;
    float @Nullable [] headDelta;
    boolean fetched;
    long bytes = 2 * SwapOrder.BYTES;
    long cacheHitBytes;
    @Nullable String refusal;

    Pending(SwapOrder order) {
      this.order = order;
    }

    boolean hasArrived() {
      return fetched || headDelta != null;
    }
  }

  ReceiverDesk(
      DeviceId id,
      SampleStore store,
      TrainingData data,
      DeviceSettings settings,
      Function<DeviceId, PublicKey> directory,
      Account account,
      Ledgers ledgers,
      List<AcceptedSwap> accepted,
      PersonalModel personal,
      Seed seed) {
    this.id = id;
    this.store = store;
    this.data = data;
    this.settings = settings;
    this.directory = directory;
    this.account = account;
    this.ledgers = ledgers;
    this.accepted = accepted;
    this.personal = personal;
    this.seed = seed;
  }

  void expect(SwapOrder order) {
    pending.put(order.number(), new Pending(order));
  }

  /** Resolves pointers: one fetch a pointer, one visit a source however many pointers it gave. */
  List<Envelope> resolve(
      Collection<Map.Entry<DeviceId, Message.Offered>> offers, float[] global, Workbench bench) {
    List<Envelope> out = new ArrayList<>();
    Map<DeviceId, List<Promised>> visits = new TreeMap<>();
    for (Map.Entry<DeviceId, Message.Offered> entry : offers) {
      Message.Offered offer = entry.getValue();
      Pending swap = pending.get(offer.order());
      if (swap == null || !isGenuine(swap, entry.getKey(), offer)) {
        continue; // nobody asked for it, or it is not what was asked for: it expires with its lease
      }
      swap.pointer = offer.pointer();
      swap.bytes += offer.bytes();
      if (swap.order.exchange() == Exchange.VISIT) {
        visits
            .computeIfAbsent(entry.getKey(), source -> new ArrayList<>())
            .add(new Promised(swap, offer.lease()));
      } else if (store.fetched(offer.pointer().block()).isPresent()) {
        swap.fetched = true;
        swap.cacheHitBytes = rawBytes(store.fetched(offer.pointer().block()).get());
      } else {
        Message.Fetch fetch = new Message.Fetch(offer.order(), offer.lease());
        swap.bytes += fetch.bytes();
        out.add(new Envelope(id, entry.getKey(), fetch));
      }
    }
    visits.forEach((source, promises) -> out.add(visit(source, promises, global, bench)));
    return out;
  }

  /** A visit that a source has given a lease for. */
  private record Promised(Pending swap, Lease lease) {}

  private Envelope visit(
      DeviceId source, List<Promised> promises, float[] global, Workbench bench) {
    ParameterLayout layout = bench.engine().layout();
    float[] start = personal.current(layout, global).start();
    float[] head = Arrays.copyOfRange(start, layout.headOffset(), layout.size());
    Map<Long, Lease> leases = new TreeMap<>();
    promises.forEach(promise -> leases.put(promise.swap().order.number(), promise.lease()));
    int round = promises.getFirst().swap().order.round();
    Message.Visit message = new Message.Visit(leases, round, head);
    promises.forEach(promise -> promise.swap().bytes += message.bytes() / promises.size());
    return new Envelope(id, source, message);
  }

  private boolean isGenuine(Pending swap, DeviceId sender, Message.Offered offer) {
    return sender.equals(swap.order.source())
        && offer.pointer().source().equals(sender)
        && offer.lease().holder().equals(id)
        && offer.lease().block().equals(offer.pointer().block())
        && offer.pointer().isSignedBy(directory.apply(sender));
  }

  void fetched(DeviceId sender, Message.Fetched message) {
    Pending swap = pending.get(message.order());
    if (swap == null || swap.pointer == null || !sender.equals(swap.order.source())) {
      return;
    }
    swap.bytes += message.bytes();
    swap.fetched = store.keep(swap.pointer, message.batch(), directory.apply(sender));
  }

  void visited(DeviceId sender, Message.Visited message) {
    Pending swap = pending.get(message.order());
    if (swap == null || swap.pointer == null || !sender.equals(swap.order.source())) {
      return;
    }
    swap.bytes += message.bytes();
    swap.headDelta = message.headDelta();
  }

  void refused(DeviceId sender, Message.Refused message) {
    Pending swap = pending.get(message.order());
    if (swap != null && sender.equals(swap.order.source())) {
      swap.refusal = message.reason();
    }
  }

  /** Decides on everything that was ordered, in the order of the orders. */
  List<Envelope> close(int round, float[] global, Workbench bench) {
    List<Envelope> out = new ArrayList<>();
    Map<DeviceId, Tally> ratings = new TreeMap<>();
    GateRun gate = new GateRun(global, bench);
    for (Pending swap : pending.values()) {
      Message.Settlement settlement = settle(swap, gate, ratings);
      out.add(new Envelope(id, Envelope.EVALUATOR, new Message.Settled(settlement)));
    }
    pending.clear();
    outcomes(round, ratings)
        .ifPresent(message -> out.add(new Envelope(id, Envelope.ORCHESTRATOR, message)));
    return out;
  }

  /** What a receiver has to say of one source. */
  private static final class Tally {
    final double[] verdicts = new double[Verdict.values().length];
    int answered;
    int asked;

    void count(Verdict verdict) {
      verdicts[
          switch (verdict) {
            case USEFUL -> 0;
            case NEUTRAL -> 1;
            case HARMFUL -> 2;
          }]++;
    }

    boolean judged() {
      return Arrays.stream(verdicts).sum() > 0;
    }
  }

  private Message.Settlement settle(Pending swap, GateRun gate, Map<DeviceId, Tally> ratings) {
    SwapOrder order = swap.order;
    Tally rating = ratings.computeIfAbsent(order.source(), source -> new Tally());
    rating.asked++;
    if (!swap.hasArrived()) {
      String reason = swap.refusal;
      if (reason != null) {
        rating.answered++;
        return settlement(swap, Ending.REJECTED, "refused: " + reason);
      }
      return settlement(swap, Ending.EXPIRED, "no answer before the swaps of the round closed");
    }
    rating.answered++;
    if (swap.fetched && holds(pointer(swap).block())) {
      return settlement(swap, Ending.REJECTED, "these samples are in the ledger already");
    }
    if (order.admission() == Admission.UNGATED_BOTH) {
      accept(swap);
      return settlement(swap, Ending.ACCEPTED, "admitted without a gate");
    }
    if (data.gateFold().size() == 0) {
      forget(swap);
      return settlement(swap, Ending.REJECTED, "the receiver has no held-out samples to judge by");
    }
    PersonalModel.Ingredients candidate = gate.plus(swap);
    double without = gate.loss();
    double with = gate.loss(candidate);
    Verdict verdict = settings.gate().judge(without, with, order.trusted());
    rating.count(verdict);
    String change = "held-out loss %.4f to %.4f".formatted(without, with);
    if (verdict == Verdict.USEFUL) {
      accept(swap);
      gate.advance(candidate, with);
      return settlement(swap, Ending.ACCEPTED, without, with, change + ": useful");
    }
    forget(swap);
    String word = verdict == Verdict.HARMFUL ? ": harmful" : ": not useful";
    return settlement(swap, Ending.REJECTED, without, with, change + word);
  }

  /** The gate at one closing: losses with the same seeds on both sides, the current one kept. */
  private final class GateRun {
    private final float[] global;
    private final Workbench bench;
    private PersonalModel.@Nullable Ingredients base;
    private double baseLoss = Double.NaN;

    GateRun(float[] global, Workbench bench) {
      this.global = global;
      this.bench = bench;
    }

    private PersonalModel.Ingredients base() {
      PersonalModel.Ingredients known = base;
      if (known == null) {
        known = personal.current(bench.engine().layout(), global);
        base = known;
      }
      return known;
    }

    PersonalModel.Ingredients plus(Pending swap) {
      float[] headDelta = swap.headDelta;
      return headDelta == null
          ? personal.plusFetched(base(), pointer(swap).block())
          : personal.plusVisit(bench.engine().layout(), base(), headDelta);
    }

    double loss() {
      if (Double.isNaN(baseLoss)) {
        baseLoss = loss(base());
      }
      return baseLoss;
    }

    double loss(PersonalModel.Ingredients ingredients) {
      TrainingEngine engine = bench.engine();
      SampleSet fold = data.gateFold();
      double sum = 0;
      for (int repeat = 0; repeat < settings.gate().repeats(); repeat++) {
        Personalizer.Personal made =
            personal.make(engine, ingredients, seed.derive("gate").derive(repeat));
        sum += engine.evaluate(made.parameters(), fold).loss();
        account.worked(made.forwardPasses() + fold.size());
      }
      return sum / settings.gate().repeats();
    }

    void advance(PersonalModel.Ingredients next, double loss) {
      base = next;
      baseLoss = loss;
    }
  }

  private void accept(Pending swap) {
    DataPointer pointer = pointer(swap);
    float[] headDelta = swap.headDelta;
    ledgers.personal().add(pointer);
    if (swap.order.admission() == Admission.UNGATED_BOTH && headDelta == null) {
      ledgers.shared().add(pointer);
    }
    if (pointer.source().equals(Envelope.BASE)) {
      store.fetched(pointer.block()).ifPresent(data::base);
      return;
    }
    accepted.add(
        new AcceptedSwap(
            swap.order.number(),
            pointer.block().hex(),
            pointer.source().name(),
            samples(swap),
            labels(swap),
            headDelta == null ? new float[0] : headDelta));
  }

  /** Whether an earlier swap let in these very samples; visits to them do not count. */
  private boolean holds(BlockId block) {
    return accepted.stream()
        .anyMatch(swap -> swap.headDelta().length == 0 && swap.blockId().equals(block));
  }

  private void forget(Pending swap) {
    BlockId block = pointer(swap).block();
    if (swap.fetched && !ledgers.personal().contains(block)) {
      store.forget(block);
    }
  }

  private static DataPointer pointer(Pending swap) {
    DataPointer pointer = swap.pointer;
    if (pointer == null) {
      throw new IllegalStateException("order " + swap.order.number() + " arrived unpointed");
    }
    return pointer;
  }

  /** Raw samples are counted; of a visit only what was asked for is known. */
  private int samples(Pending swap) {
    return store
        .fetched(pointer(swap).block())
        .map(SampleSet::size)
        .orElseGet(() -> pointer(swap).size());
  }

  private List<Integer> labels(Pending swap) {
    int bins = settings.labels().size();
    SampleSet fetched = store.fetched(pointer(swap).block()).orElse(null);
    if (fetched != null) {
      double[] counts = fetched.labelCounts(settings.labels());
      return Arrays.stream(counts).mapToObj(count -> (int) count).toList();
    }
    List<Integer> asked = swap.order.labels();
    List<Integer> counts = new ArrayList<>();
    for (int bin = 0; bin < bins; bin++) {
      int at = asked.indexOf(bin);
      int share = asked.isEmpty() ? 0 : pointer(swap).size() / asked.size();
      counts.add(at < 0 ? 0 : share + (at < pointer(swap).size() % asked.size() ? 1 : 0));
    }
    return counts;
  }

  private long rawBytes(SampleSet samples) {
    return (long) samples.size() * store.sampleBytes();
  }

  private Message.Settlement settlement(Pending swap, Ending ending, String reason) {
    return settlement(swap, ending, OptionalDouble.empty(), OptionalDouble.empty(), reason);
  }

  private Message.Settlement settlement(
      Pending swap, Ending ending, double without, double with, String reason) {
    return settlement(swap, ending, OptionalDouble.of(without), OptionalDouble.of(with), reason);
  }

  private Message.Settlement settlement(
      Pending swap, Ending ending, OptionalDouble without, OptionalDouble with, String reason) {
    boolean entered = ending == Ending.ACCEPTED;
    long copies = swap.hasArrived() ? (long) samples(swap) * store.sampleBytes() : 0;
    return new Message.Settlement(
        swap.order,
        swap.order.exchange(),
        ending,
        without,
        with,
        entered ? samples(swap) : 0,
        entered ? labels(swap) : List.of(),
        swap.bytes,
        copies,
        swap.cacheHitBytes,
        reason);
  }

  /** The ratings, noised and charged; only whether sources answered, if the account is spent. */
  private Optional<Message> outcomes(int round, Map<DeviceId, Tally> ratings) {
    ratings.remove(Envelope.BASE);
    if (ratings.isEmpty()) {
      return Optional.empty();
    }
    Release release = new Release(round, "outcomes");
    boolean judged = ratings.values().stream().anyMatch(Tally::judged);
    boolean noised = account.noises(Account.Kind.OUTCOME);
    double rho = settings.privacy().outcomeRho();
    boolean open = judged && account.charge(release, rho, Account.Kind.OUTCOME);
    // One record can turn every verdict of the round: each moves two counts by one.
    double sensitivity = Math.sqrt(2.0 * ratings.size());
    GaussianMechanism mechanism = new GaussianMechanism(sensitivity, noised ? rho : 1);
    NoiseSource noise = account.noise(release);
    List<Message.Rating> messages = new ArrayList<>();
    for (Map.Entry<DeviceId, Tally> entry : ratings.entrySet()) {
      Tally tally = entry.getValue();
      double[] verdicts = open ? tally.verdicts.clone() : new double[tally.verdicts.length];
      if (open && noised) {
        mechanism.addTo(verdicts, noise);
      }
      messages.add(
          new Message.Rating(
              entry.getKey(), verdicts[0], verdicts[1], verdicts[2], tally.answered, tally.asked));
    }
    return Optional.of(
        new Message.Outcomes(round, messages, open && noised ? mechanism.stddev() : 0));
  }
}
