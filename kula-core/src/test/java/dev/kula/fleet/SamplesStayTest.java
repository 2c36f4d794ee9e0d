package dev.kula.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.data.BlockId;
import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.data.FederatedData;
import dev.kula.data.Lease;
import dev.kula.data.ToyClusters;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.device.SwapOrders;
import dev.kula.device.ToyDevices;
import dev.kula.model.ParameterLayout;
import dev.kula.swap.Admission;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Neither orchestrator nor monitor nor another device can hold a sample without a lease. */
final class SamplesStayTest {
  private static final DeviceId SOURCE = new DeviceId("device-00");
  private static final DeviceId RECEIVER = new DeviceId("device-02");
  private static final DeviceId EVE = new DeviceId("device-03");
  private static final int BASE_ROWS = 12;

  private final FederatedData data = ToyClusters.skewed(5, 30, BASE_ROWS);
  private final ToyDevices devices = new ToyDevices(data, ToyDevices.settings(ToyDevices.OPEN));
  private final WatchedFleet fleet = new WatchedFleet(devices.all());

  @BeforeEach
  void everybodyHasAModel() {
    Message model = new Message.GlobalModel(0, ToyDevices.model(data, 3));
    fleet.carry(0, toAll(model));
  }

  private List<Envelope> toAll(Message message) {
    return fleet.devices().stream()
        .map(to -> new Envelope(Envelope.ORCHESTRATOR, to, message))
        .toList();
  }

  private List<Envelope> rounds() {
    List<Envelope> orders = new ArrayList<>();
    long number = 1;
    for (DeviceId source : fleet.devices()) {
      for (DeviceId receiver : fleet.devices()) {
        if (!source.equals(receiver)) {
          Exchange exchange = number % 2 == 0 ? Exchange.RAW : Exchange.VISIT;
          Admission admission = number % 3 == 0 ? Admission.UNGATED_BOTH : Admission.GATED_PERSONAL;
          orders.addAll(
              SwapOrders.envelopes(SwapOrders.of(number++, source, receiver, exchange, admission)));
        }
      }
    }
    return orders;
  }

  @Test
  void everyFetchedBatchWasLeasedToWhoGotIt() {
    fleet.carry(1, rounds());
    fleet.carry(1, toAll(new Message.CloseSwaps(1)));
    Map<String, Lease> granted = new HashMap<>();
    Map<String, Lease> presented = new HashMap<>();
    int fetched = 0;
    for (Envelope envelope : fleet.log()) {
      String way = envelope.from() + ">" + envelope.to() + " ";
      String back = envelope.to() + ">" + envelope.from() + " ";
      switch (envelope.message()) {
        case Message.Offered offer -> {
          assertEquals(envelope.to(), offer.lease().holder());
          granted.put(way + offer.order(), offer.lease());
        }
        case Message.Fetch fetch -> {
          assertEquals(granted.get(back + fetch.order()), fetch.lease());
          presented.put(way + fetch.order(), fetch.lease());
        }
        case Message.Fetched batch -> {
          Lease lease = Optional.ofNullable(presented.remove(back + batch.order())).orElseThrow();
          assertEquals(lease.block(), batch.block());
          assertEquals(lease.source(), envelope.from());
          assertTrue(fleet.devices().contains(envelope.to()), "to a device, never a server");
          fetched++;
        }
        default -> {}
      }
    }
    assertEquals(10, fetched, "half of the twenty orders were raw");
  }

  /** The order was 'visit': no sample of it moves, and what comes back has the size of a head. */
  @Test
  void visitsBringBackAHeadAndNothingElse() {
    fleet.carry(
        1,
        SwapOrders.envelopes(
            SwapOrders.of(1, SOURCE, RECEIVER, Exchange.VISIT, Admission.UNGATED_BOTH)));
    int visited = 0;
    for (Envelope envelope : fleet.log()) {
      assertTrue(!(envelope.message() instanceof Message.Fetched), "fetched a visit");
      if (envelope.message() instanceof Message.Visited answer) {
        assertEquals(ToyDevices.engine().layout().headSize(), answer.delta().length);
        visited++;
      }
    }
    assertEquals(1, visited);
  }

  private Lease leaseOfReceiver(Exchange exchange) {
    var order = SwapOrders.of(1, SOURCE, RECEIVER, exchange, Admission.UNGATED_BOTH);
    Message answer =
        fleet
            .runtime(SOURCE)
            .receive(
                List.of(new Envelope(Envelope.MONITOR, SOURCE, new Message.Ordered(order))),
                ToyDevices.bench())
            .getFirst()
            .message();
    return assertInstanceOf(Message.Offered.class, answer).lease();
  }

  private Message ask(DeviceId from, Message request, Instant now) {
    List<Envelope> answers =
        fleet
            .runtime(SOURCE)
            .receive(List.of(new Envelope(from, SOURCE, request)), ToyDevices.bench(now));
    assertEquals(1, answers.size());
    assertEquals(from, answers.getFirst().to());
    return answers.getFirst().message();
  }

  private void refused(String reason, DeviceId from, Lease lease, Instant now) {
    ParameterLayout layout = ToyDevices.engine().layout();
    Message request =
        switch (lease.exchange()) {
          case RAW -> new Message.Fetch(1, lease);
          case VISIT -> new Message.Visit(Map.of(1L, lease), 1, new float[layout.headSize()]);
          case SYNTHETIC -> new Message.Summarise(1, 1, lease);
          case WHOLE_VISIT -> new Message.Visit(Map.of(1L, lease), 1, new float[layout.size()]);
        };
    String said = assertInstanceOf(Message.Refused.class, ask(from, request, now)).reason();
    assertTrue(said.contains(reason), said);
  }

  @Test
  void intrudersAreRefused() {
    for (Exchange exchange : Exchange.values()) {
      Lease lease = leaseOfReceiver(exchange);
      refused("is device-02's, not device-03's", EVE, lease, Instant.EPOCH);
      refused("is device-02's, not kula:monitor's", Envelope.MONITOR, lease, Instant.EPOCH);
      Lease mine =
          new Lease(
              lease.number(),
              lease.block(),
              SOURCE,
              EVE,
              lease.expires(),
              lease.uses(),
              exchange,
              lease.signature());
      refused("was not granted by device-00", EVE, mine, Instant.EPOCH);
      Lease invented =
          new Lease(
              77,
              new BlockId("7".repeat(64)),
              SOURCE,
              EVE,
              lease.expires(),
              1,
              exchange,
              new byte[64]);
      refused("was not granted by device-00", EVE, invented, Instant.EPOCH);
      refused("expired", RECEIVER, lease, Instant.EPOCH.plus(Duration.ofHours(2)));
      devices.store(SOURCE).revoke(1);
      refused("is revoked", RECEIVER, lease, Instant.EPOCH);
    }
  }

  @Test
  void aLeaseIsGoodForItsUsesOnly() {
    Lease lease = leaseOfReceiver(Exchange.RAW);
    assertInstanceOf(
        Message.Fetched.class, ask(RECEIVER, new Message.Fetch(1, lease), Instant.EPOCH));
    refused("is used up", RECEIVER, lease, Instant.EPOCH);
  }

  /** A pointer for a visit names how its samples may be used; copying them is not among it. */
  @Test
  void aLeaseForAVisitFetchesNothing() {
    Lease lease = leaseOfReceiver(Exchange.VISIT);
    Message answer = ask(RECEIVER, new Message.Fetch(1, lease), Instant.EPOCH);
    assertInstanceOf(Message.Refused.class, answer);
  }

  @Test
  void whoDoesNotConsentToRawGivesNoCopies() {
    ToyDevices shy =
        new ToyDevices(data, ToyDevices.withoutRaw(ToyDevices.settings(ToyDevices.OPEN)));
    WatchedFleet quiet = new WatchedFleet(shy.all());
    Message model = new Message.GlobalModel(0, ToyDevices.model(data, 1));
    quiet.carry(0, List.of(new Envelope(Envelope.ORCHESTRATOR, SOURCE, model)));
    quiet.carry(
        1,
        SwapOrders.envelopes(
            SwapOrders.of(1, SOURCE, RECEIVER, Exchange.RAW, Admission.UNGATED_BOTH)));
    Message last = quiet.log().getLast().message();
    assertEquals(
        "the source does not consent to raw exchange",
        assertInstanceOf(Message.Refused.class, last).reason());
  }

  /** Only servers order: else a device could send itself whatever it likes. */
  @Test
  void aDeviceThatOrdersIsIgnored() {
    var order = SwapOrders.of(1, SOURCE, EVE, Exchange.RAW, Admission.UNGATED_BOTH);
    Envelope forged = new Envelope(EVE, SOURCE, new Message.Ordered(order));
    assertEquals(List.of(), fleet.runtime(SOURCE).receive(List.of(forged), ToyDevices.bench()));
  }

  /** Nobody asked for it, or its sender is not who was asked: it is not taken in. */
  @Test
  void unaskedAndForgedAnswersAreIgnored() {
    Lease lease = leaseOfReceiver(Exchange.RAW);
    Message.Fetched real =
        assertInstanceOf(
            Message.Fetched.class, ask(RECEIVER, new Message.Fetch(1, lease), Instant.EPOCH));
    fleet
        .runtime(RECEIVER)
        .receive(List.of(new Envelope(SOURCE, RECEIVER, real)), ToyDevices.bench());
    assertEquals(Map.of(), fleet.runtime(RECEIVER).fetchedBlocks());
    assertNotEquals(0, real.batch().size());
  }
}
