package dev.kula.fuzz;

import dev.kula.data.DataPointer;
import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.data.Lease;
import dev.kula.data.SampleBatch;
import dev.kula.device.AcceptedSwap;
import dev.kula.device.DeviceRuntime;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.privacy.PrivacyLedger.Charge;
import dev.kula.swap.Admission;
import dev.kula.swap.SwapOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What must be true of a device that swaps, whoever tells it whatever. */
final class SwapRules {
  private final Map<String, Granted> granted = new HashMap<>();

  /** Numbers may be used again once swaps have been closed. */
  private final Map<String, List<SwapOrder>> orders = new HashMap<>();

  private final Set<String> baseBlocks = new HashSet<>();

  /** Requests of one inbox that have their answer, by position and order: each has but one. */
  private final Set<String> served = new HashSet<>();

  private static final class Granted {
    final long order;
    final Lease lease;
    int left;

    Granted(long order, Lease lease) {
      this.order = order;
      this.lease = lease;
      this.left = lease.uses();
    }
  }

  /**
   * A device before it heard something.
   *
   * @param ledgers pointers and accepted swaps, and what the blocks in them hold
   */
  record Before(String ledgers, double spent, List<Charge> charges, List<String> withoutNoise) {
    static Before of(DeviceRuntime device) {
      DeviceRuntime.State state = device.state();
      return new Before(
          ledgersOf(device), device.spentEpsilon(), state.account().charges(), bareOf(state));
    }
  }

  private static List<String> bareOf(DeviceRuntime.State state) {
    return state.account().withoutNoise();
  }

  private static Set<String> inLedgers(DeviceRuntime.State state) {
    Set<String> blocks = new TreeSet<>();
    state.shared().forEach(pointer -> blocks.add(pointer.block().hex()));
    state.personalPointers().forEach(pointer -> blocks.add(pointer.block().hex()));
    return blocks;
  }

  private static String ledgersOf(DeviceRuntime device) {
    DeviceRuntime.State state = device.state();
    StringBuilder text = new StringBuilder();
    state.shared().forEach(pointer -> text.append(" s").append(pointer.block().hex()));
    state.personalPointers().forEach(pointer -> text.append(" p").append(pointer.block().hex()));
    for (AcceptedSwap swap : state.accepted()) {
      text.append(" a").append(swap.order()).append(Arrays.hashCode(swap.numbers()));
    }
    Map<String, SampleBatch> fetched = device.fetchedBlocks();
    for (String block : inLedgers(state)) {
      SampleBatch batch = fetched.get(block);
      text.append(" f").append(batch == null ? 0 : content(batch));
    }
    return text.toString();
  }

  private static int content(SampleBatch batch) {
    float[] row = new float[batch.features().columns()];
    int hash = Arrays.hashCode(batch.targets());
    for (int i = 0; i < batch.size(); i++) {
      batch.features().copyRow(i, row, 0);
      hash = 31 * hash + Arrays.hashCode(row);
    }
    return hash;
  }

  /** Checks what a device made of what it heard, and takes note of what it granted. */
  void check(
      DeviceRuntime device, Before before, List<Envelope> inbox, List<Envelope> said, Instant now) {
    for (Envelope envelope : inbox) {
      if (isServer(envelope.from()) && envelope.message() instanceof Message.Ordered ordered) {
        orders
            .computeIfAbsent(key(device.id(), ordered.order().number()), key -> new ArrayList<>())
            .add(ordered.order());
      }
    }
    List<Message> told =
        inbox.stream().filter(one -> isServer(one.from())).map(Envelope::message).toList();
    boolean changes =
        told.stream()
            .anyMatch(one -> one instanceof Message.CloseSwaps || one instanceof Message.Revoked);
    require(changes || ledgersOf(device).equals(before.ledgers()), device, "changed a ledger");
    requireAccount(device, before);
    requireHoldings(device, inbox);
    served.clear();
    for (Envelope envelope : said) {
      require(envelope.from().equals(device.id()), device, "speaks for somebody else");
      check(device, envelope, inbox, now);
    }
    for (Message message : told) {
      if (message instanceof Message.Revoked revoked) {
        revoke(device, revoked.order());
      }
    }
  }

  /** From here on, what it granted for an order opens nothing. */
  private void revoke(DeviceRuntime device, long order) {
    granted.forEach(
        (key, one) -> {
          if (key.startsWith(device.id() + " ") && one.order == order) {
            one.left = 0;
          }
        });
  }

  private List<SwapOrder> orders(DeviceRuntime device, long number) {
    return orders.getOrDefault(key(device.id(), number), List.of());
  }

  private static boolean isServer(DeviceId sender) {
    return sender.equals(Envelope.MONITOR) || sender.equals(Envelope.ORCHESTRATOR);
  }

  private static String key(DeviceId device, long number) {
    return device + " " + number;
  }

  static void requireAccount(DeviceRuntime device, Before before) {
    DeviceRuntime.State state = device.state();
    List<Charge> charges = state.account().charges();
    double spent = device.spentEpsilon();
    require(spent >= before.spent(), device, "took a charge back");
    require(spent <= state.account().filter().epsilon(), device, "spent more than it has");
    require(
        charges.size() >= before.charges().size()
            && charges.subList(0, before.charges().size()).equals(before.charges()),
        device,
        "changed a charge");
    require(bareOf(state).containsAll(before.withoutNoise()), device, "forgot what had no noise");
    if (SwapFleet.noisesAll(device.id())) {
      Set<String> bare = new HashSet<>(bareOf(state));
      bare.remove("raw samples");
      require(bare.isEmpty(), device, "released without noise: " + bare);
    }
  }

  /** What a device may hold of others. */
  private void requireHoldings(DeviceRuntime device, List<Envelope> inbox) {
    DeviceRuntime.State state = device.state();
    for (String block : state.store().fetched()) {
      require(
          SwapFleet.consentsToRaw(device.id()) || baseBlocks.contains(block),
          device,
          "took raw samples against its will");
    }
    for (AcceptedSwap swap : state.accepted()) {
      require(
          orders(device, swap.order()).stream()
              .anyMatch(
                  order ->
                      order.receiver().equals(device.id())
                          && order.source().name().equals(swap.source())
                          && order.exchange() == swap.exchange()
                          && (order.exchange() != Exchange.RAW) == swap.numbers().length > 0
                          && swap.samples() <= order.samples()),
          device,
          "let in what nobody ordered");
    }
    for (DataPointer pointer : state.personalPointers()) {
      require(!pointer.source().equals(device.id()), device, "swapped with itself");
    }
    Message last = inbox.getLast().message();
    if (isServer(inbox.getLast().from()) && last instanceof Message.CloseSwaps) {
      require(
          inLedgers(state).containsAll(state.store().fetched()),
          device,
          "kept samples that are in no ledger");
    }
  }

  private void check(DeviceRuntime device, Envelope envelope, List<Envelope> inbox, Instant now) {
    switch (envelope.message()) {
      case Message.Offered offered -> offered(device, envelope.to(), offered);
      case Message.Fetched fetched -> {
        require(SwapFleet.consentsToRaw(device.id()), device, "gave raw samples");
        useOf(device, envelope, inbox, now);
      }
      case Message.Visited visited -> {
        for (float change : visited.delta()) {
          require(Float.isFinite(change), device, "answers with what is no number");
        }
        Lease lease = useOf(device, envelope, inbox, now);
        require(
            !SwapFleet.noisesAll(device.id())
                || isCharged(device, "visit under lease " + lease.number()),
            device,
            "answered a visit that it did not pay for");
      }
      case Message.Summarised summarised -> {
        useOf(device, envelope, inbox, now);
        require(
            !SwapFleet.noisesAll(device.id()) || isCharged(device, "class sums"),
            device,
            "answered with class sums that it did not pay for");
      }
      default -> {
        // Gives nothing of its own samples but what the account has.
      }
    }
  }

  /** The lease under which an answer with samples, or with what they changed, was given. */
  private Lease useOf(DeviceRuntime device, Envelope answer, List<Envelope> inbox, Instant now) {
    for (int i = 0; i < inbox.size(); i++) {
      Envelope one = inbox.get(i);
      Lease lease = presented(one.message(), answer.message());
      if (one.from().equals(answer.to())
          && lease != null
          && isOpen(device, one.from(), lease, answer.message(), now)
          && served.add(i + " " + order(answer.message()))) {
        Objects.requireNonNull(granted.get(key(device.id(), lease.number()))).left--;
        return lease;
      }
    }
    throw new AssertionError(device.id() + " gave what no lease opens");
  }

  private static @Nullable Lease presented(Message request, Message answer) {
    if (request instanceof Message.Fetch fetch
        && answer instanceof Message.Fetched fetched
        && fetch.order() == fetched.order()) {
      return fetch.lease();
    }
    if (request instanceof Message.Summarise asked
        && answer instanceof Message.Summarised summarised
        && asked.order() == summarised.order()) {
      return asked.lease();
    }
    if (request instanceof Message.Visit visit && answer instanceof Message.Visited visited) {
      return visit.leases().get(visited.order());
    }
    return null;
  }

  private static long order(Message answer) {
    if (answer instanceof Message.Fetched fetched) {
      return fetched.order();
    }
    if (answer instanceof Message.Visited visited) {
      return visited.order();
    }
    if (answer instanceof Message.Summarised summarised) {
      return summarised.order();
    }
    throw new IllegalArgumentException(answer.getClass() + " answers no order");
  }

  private static boolean isCharged(DeviceRuntime device, String purpose) {
    return device.state().account().charges().stream()
        .anyMatch(charge -> charge.release().purpose().equals(purpose));
  }

  private void offered(DeviceRuntime device, DeviceId to, Message.Offered offered) {
    Lease lease = offered.lease();
    require(
        lease.exchange() != Exchange.RAW || SwapFleet.consentsToRaw(device.id()),
        device,
        "offers raw samples");
    require(
        orders(device, offered.order()).stream()
            .anyMatch(order -> order.receiver().equals(to) && lease.holder().equals(to)),
        device,
        "offers what nobody ordered");
    granted.put(key(device.id(), lease.number()), new Granted(offered.order(), lease));
    if (device.id().equals(Envelope.BASE)) {
      baseBlocks.add(lease.block().hex());
    }
  }

  private boolean isOpen(
      DeviceRuntime device, DeviceId presenter, Lease lease, Message answer, Instant now) {
    Granted known = granted.get(key(device.id(), lease.number()));
    return known != null
        && known.left > 0
        && known.lease.toString().equals(withSignatureOf(known.lease, lease).toString())
        && Arrays.equals(known.lease.signature(), lease.signature())
        && lease.holder().equals(presenter)
        && answers(lease.exchange(), answer)
        && !now.isAfter(lease.expires());
  }

  private static boolean answers(Exchange exchange, Message answer) {
    return switch (exchange) {
      case RAW -> answer instanceof Message.Fetched;
      case VISIT, WHOLE_VISIT -> answer instanceof Message.Visited;
      case SYNTHETIC -> answer instanceof Message.Summarised;
    };
  }

  /** Arrays have no text of their own. */
  private static Lease withSignatureOf(Lease known, Lease lease) {
    return new Lease(
        lease.number(),
        lease.block(),
        lease.source(),
        lease.holder(),
        lease.expires(),
        lease.uses(),
        lease.exchange(),
        known.signature());
  }

  /** Whether a server told a device to train on whatever a source sends. */
  boolean isOrderedToTrust(DeviceRuntime device) {
    return orders.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(device.id() + " "))
        .flatMap(entry -> entry.getValue().stream())
        .anyMatch(order -> order.admission() != Admission.GATED_PERSONAL);
  }

  private static void require(boolean holds, DeviceRuntime device, String fault) {
    if (!holds) {
      throw new AssertionError(device.id() + " " + fault);
    }
  }
}
