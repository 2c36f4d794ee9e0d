package dev.kula.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.data.FederatedData;
import dev.kula.data.Ledger;
import dev.kula.data.SampleBatch;
import dev.kula.data.ToyClusters;
import dev.kula.fleet.WatchedFleet;
import dev.kula.swap.Admission;
import dev.kula.swap.Gate;
import dev.kula.swap.SwapOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Swaps between whole devices: what enters which ledger, and what leaves no trace. */
final class DeviceSwapsTest {
  private static final DeviceId SOURCE = new DeviceId("device-02");
  private static final DeviceId RECEIVER = new DeviceId("device-00");

  /** Lets nothing in, and calls everything neutral. */
  private static final Gate CLOSED = new Gate(1e6, 1e6, 0, 2);

  private final FederatedData data = ToyClusters.skewed(4, 40, 0);
  private final float[] model = ToyDevices.model(data, 1);

  private WatchedFleet fleet(DeviceSettings settings) {
    WatchedFleet fleet = new WatchedFleet(new ToyDevices(data, settings).all());
    deliverModel(fleet, 0);
    return fleet;
  }

  private WatchedFleet fleet(Gate gate) {
    return fleet(ToyDevices.withGate(ToyDevices.settings(ToyDevices.OPEN), gate));
  }

  private void deliverModel(WatchedFleet fleet, int round) {
    toAll(fleet, round, new Message.GlobalModel(round, model));
    toAll(fleet, round, new Message.Examine(round, Message.Occasion.ROUND));
  }

  private static List<Envelope> toAll(WatchedFleet fleet, int round, Message message) {
    return fleet
        .carry(
            round,
            fleet.devices().stream()
                .map(to -> new Envelope(Envelope.ORCHESTRATOR, to, message))
                .toList())
        .toServers();
  }

  /** Orders, lets everything happen, closes; gives the receivers' settlements. */
  private static List<Settlement> swap(WatchedFleet fleet, SwapOrder... orders) {
    List<Envelope> sent = new ArrayList<>();
    for (SwapOrder order : orders) {
      sent.addAll(SwapOrders.envelopes(order));
    }
    fleet.carry(1, sent);
    List<Settlement> settlements = new ArrayList<>();
    for (Envelope envelope : toAll(fleet, 1, new Message.CloseSwaps(1))) {
      if (envelope.message() instanceof Message.Settled settled) {
        assertEquals(Envelope.EVALUATOR, envelope.to());
        settlements.add(settled.settlement());
      }
    }
    return settlements;
  }

  private static SwapOrder order(long number, Exchange exchange, Admission admission) {
    return SwapOrders.of(number, SOURCE, RECEIVER, exchange, admission, 2, 3);
  }

  private static float[] personal(WatchedFleet fleet) {
    return fleet.runtime(RECEIVER).personal().orElseThrow().parameters();
  }

  @ParameterizedTest
  @EnumSource(Exchange.class)
  void aRejectedSwapLeavesNoTrace(Exchange exchange) {
    WatchedFleet fleet = fleet(CLOSED);
    WatchedFleet untouched = fleet(CLOSED);
    Settlement settled = swap(fleet, order(1, exchange, Admission.GATED_PERSONAL)).getFirst();
    assertEquals(Settlement.Ending.REJECTED, settled.ending());
    assertTrue(settled.lossWithout().isPresent() && settled.lossWith().isPresent());
    assertEquals(0, settled.samples());
    assertTrue(settled.bytes() > 0, "the bytes were moved all the same");

    DeviceRuntime.State state = fleet.runtime(RECEIVER).state();
    assertEquals(List.of(), state.shared());
    assertEquals(List.of(), state.personalPointers());
    assertEquals(List.of(), state.accepted());
    assertEquals(List.of(), state.store().fetched());
    assertEquals(Map.of(), fleet.runtime(RECEIVER).fetchedBlocks());
    assertEquals(0, fleet.runtime(RECEIVER).holdings().received());
    deliverModel(fleet, 1);
    deliverModel(untouched, 1);
    assertArrayEquals(personal(untouched), personal(fleet));
  }

  /** Rejected swaps do not blur what is let in beside them. */
  @Test
  void onlyTheUsefulOnesStay() {
    WatchedFleet fleet = fleet(CLOSED);
    List<Settlement> settled =
        swap(
            fleet,
            order(1, Exchange.RAW, Admission.UNGATED_BOTH),
            SwapOrders.of(
                2, new DeviceId("device-03"), RECEIVER, Exchange.RAW, Admission.GATED_PERSONAL, 3));
    assertEquals(
        List.of(Settlement.Ending.ACCEPTED, Settlement.Ending.REJECTED),
        settled.stream().map(Settlement::ending).toList());
    DeviceRuntime.State state = fleet.runtime(RECEIVER).state();
    assertEquals(1, state.store().fetched().size());
    assertEquals(1, state.personalPointers().size());
    assertEquals(state.store().fetched().getFirst(), state.shared().getFirst().block().hex());
  }

  @Test
  void anAcceptedVisitChangesThePersonalModelAndNoSharedLedger() {
    WatchedFleet fleet = fleet(Gate.defaults());
    WatchedFleet untouched = fleet(Gate.defaults());
    Settlement settled = swap(fleet, order(1, Exchange.VISIT, Admission.UNGATED_BOTH)).getFirst();
    assertEquals(Settlement.Ending.ACCEPTED, settled.ending());
    assertEquals(6, settled.samples());
    assertEquals(List.of(0, 0, 3, 3), settled.labels());
    DeviceRuntime.State state = fleet.runtime(RECEIVER).state();
    assertEquals(List.of(), state.shared());
    assertEquals(1, state.personalPointers().size());
    assertEquals(List.of(), state.store().fetched(), "no sample came along");

    deliverModel(fleet, 1);
    deliverModel(untouched, 1);
    assertFalse(Arrays.equals(personal(untouched), personal(fleet)));
    int head = ToyDevices.engine().layout().headSize();
    assertEquals(head, state.accepted().getFirst().numbers().length);
  }

  @Test
  void anAcceptedWholeVisitChangesWhatFineTuningStartsFrom() {
    WatchedFleet fleet = fleet(Gate.defaults());
    WatchedFleet untouched = fleet(Gate.defaults());
    Settlement settled =
        swap(fleet, order(1, Exchange.WHOLE_VISIT, Admission.UNGATED_BOTH)).getFirst();
    assertEquals(Settlement.Ending.ACCEPTED, settled.ending());
    DeviceRuntime.State state = fleet.runtime(RECEIVER).state();
    assertEquals(List.of(), state.store().fetched(), "no sample came along");
    int size = ToyDevices.engine().layout().size();
    assertEquals(size, state.accepted().getFirst().numbers().length);

    deliverModel(fleet, 1);
    deliverModel(untouched, 1);
    float[] with = personal(fleet);
    float[] without = personal(untouched);
    assertFalse(Arrays.equals(with, without));
    int body = ToyDevices.engine().layout().headOffset();
    if (body > 0) {
      assertFalse(
          Arrays.equals(Arrays.copyOf(with, body), Arrays.copyOf(without, body)),
          "the body moved as well");
    }
  }

  @Test
  void rawSamplesEnterBothLedgersAndAreTrainedOn() {
    WatchedFleet fleet = fleet(Gate.defaults());
    WatchedFleet untouched = fleet(Gate.defaults());
    swap(fleet, order(1, Exchange.RAW, Admission.UNGATED_BOTH));
    DeviceRuntime device = fleet.runtime(RECEIVER);
    assertEquals(device.state().shared(), device.state().personalPointers());
    assertEquals(6, device.holdings().received());
    assertEquals(List.of(20, 20, 3, 3), device.holdings().ledger());
    assertEquals(List.of(20, 20, 0, 0), device.holdings().own());
    float[] with = delta(device);
    float[] without = delta(untouched.runtime(RECEIVER));
    assertFalse(Arrays.equals(without, with));
  }

  private float[] delta(DeviceRuntime device) {
    var plan = ToyDevices.settings(ToyDevices.OPEN).localPlan();
    return device.train(1, model, plan, ToyDevices.bench()).orElseThrow().delta();
  }

  /**
   * The gate lets in what helps on its own held-out samples, by the losses it reports. Any gain
   * will do from a trusted source, and none if the tolerance is beyond all gains.
   */
  @Test
  void theGateDecidesByTheLossesItReports() {
    int accepted = 0;
    int rejected = 0;
    long number = 1;
    WatchedFleet fleet = fleet(new Gate(0, 0, 0, 3));
    for (DeviceId receiver : fleet.devices()) {
      for (DeviceId source : fleet.devices()) {
        if (!source.equals(receiver)) {
          Settlement settled =
              swap(
                      fleet,
                      SwapOrders.of(
                          number++,
                          source,
                          receiver,
                          number % 2 == 0 ? Exchange.RAW : Exchange.VISIT,
                          Admission.GATED_PERSONAL))
                  .getFirst();
          boolean gain = settled.lossWith().orElseThrow() < settled.lossWithout().orElseThrow();
          assertEquals(
              gain ? Settlement.Ending.ACCEPTED : Settlement.Ending.REJECTED, settled.ending());
          accepted += gain ? 1 : 0;
          rejected += gain ? 0 : 1;
        }
      }
    }
    assertTrue(accepted >= 1 && rejected >= 1, accepted + " accepted, " + rejected + " not");
  }

  /** Every sample at most once, until there is nothing left that is not held out. */
  @Test
  void aSourceNeverGivesAReceiverTheSameSampleTwice() {
    WatchedFleet fleet = fleet(Gate.defaults());
    List<Settlement> settled = new ArrayList<>();
    do {
      settled.addAll(swap(fleet, order(settled.size() + 1, Exchange.RAW, Admission.UNGATED_BOTH)));
    } while (settled.getLast().ending() == Settlement.Ending.ACCEPTED);
    assertEquals("refused: the source has nothing to offer", settled.getLast().reason());
    Set<String> rows = new HashSet<>();
    float[] row = new float[ToyClusters.FEATURES];
    for (SampleBatch batch : fleet.runtime(RECEIVER).fetchedBlocks().values()) {
      for (int i = 0; i < batch.size(); i++) {
        batch.features().copyRow(i, row, 0);
        assertTrue(rows.add(Arrays.toString(row)), "a sample twice");
      }
    }
    assertTrue(rows.size() >= 34 && rows.size() < 40, rows.size() + " of 40, less a tenth");
    assertEquals(rows.size(), fleet.runtime(RECEIVER).holdings().received());
    assertEquals(rows.size(), settled.stream().mapToInt(Settlement::samples).sum());
  }

  /** Two pointers to one block: a source could send that, though no honest one does. */
  @Test
  void oneBlockUnderTwoOrdersCountsOnceAndBreaksNothing() {
    for (Gate gate : List.of(CLOSED, new Gate(0, 0, 0, 2))) {
      for (Admission admission : Admission.values()) {
        WatchedFleet fleet = fleet(gate);
        List<SwapOrder> orders =
            List.of(order(1, Exchange.RAW, admission), order(2, Exchange.RAW, admission));
        DeviceRuntime receiver = fleet.runtime(RECEIVER);
        Message.Offered offer =
            assertInstanceOf(Message.Offered.class, say(fleet, SOURCE, orders.getFirst()));
        for (SwapOrder order : orders) {
          receiver.receive(
              List.of(new Envelope(Envelope.MONITOR, RECEIVER, new Message.Ordered(order))),
              ToyDevices.bench());
        }
        List<Envelope> fetches =
            receiver.receive(
                List.of(
                    new Envelope(SOURCE, RECEIVER, offer),
                    new Envelope(
                        SOURCE, RECEIVER, new Message.Offered(2, offer.pointer(), offer.lease()))),
                ToyDevices.bench());
        Message.Fetched batch =
            assertInstanceOf(
                Message.Fetched.class,
                fleet
                    .runtime(SOURCE)
                    .receive(List.of(fetches.getFirst()), ToyDevices.bench())
                    .getFirst()
                    .message());
        receiver.receive(
            List.of(
                new Envelope(SOURCE, RECEIVER, batch),
                new Envelope(
                    SOURCE, RECEIVER, new Message.Fetched(2, batch.block(), batch.batch()))),
            ToyDevices.bench());
        toAll(fleet, 1, new Message.CloseSwaps(1));
        assertTrue(receiver.holdings().received() <= 6);
        int held = receiver.holdings().ledger().stream().mapToInt(count -> count).sum() - 40;
        assertTrue(held == 0 || held == 6, held + " samples in the personal ledger");
      }
    }
  }

  private static Message say(WatchedFleet fleet, DeviceId device, SwapOrder order) {
    return fleet
        .runtime(device)
        .receive(
            List.of(new Envelope(Envelope.MONITOR, device, new Message.Ordered(order))),
            ToyDevices.bench())
        .getFirst()
        .message();
  }

  /** A change belongs to the model that it was made on. */
  @Test
  void aVisitLastsUntilTheNextSwapsAreDecided() {
    WatchedFleet fleet = fleet(CLOSED);
    swap(fleet, order(1, Exchange.VISIT, Admission.UNGATED_BOTH));
    toAll(fleet, 2, new Message.CloseSwaps(2));
    assertEquals(1, fleet.runtime(RECEIVER).state().accepted().size(), "nothing was decided");
    swap(fleet, order(2, Exchange.VISIT, Admission.GATED_PERSONAL));
    assertEquals(List.of(), fleet.runtime(RECEIVER).state().accepted());
    assertEquals(List.of(), fleet.runtime(RECEIVER).state().personalPointers());
  }

  /** Into the shared ledger in any case, into the personal one by the gate. */
  @Test
  void theSharedLedgerTakesWhatTheGateKeepsFromThePersonalOne() {
    WatchedFleet fleet = fleet(CLOSED);
    WatchedFleet untouched = fleet(CLOSED);
    Settlement settled =
        swap(fleet, order(1, Exchange.RAW, Admission.SHARED_AND_GATED_PERSONAL)).getFirst();
    assertEquals(Settlement.Ending.ACCEPTED, settled.ending());
    DeviceRuntime.State state = fleet.runtime(RECEIVER).state();
    assertEquals(1, state.shared().size());
    assertEquals(List.of(), state.personalPointers());
    assertEquals(6, fleet.runtime(RECEIVER).holdings().received());
    deliverModel(fleet, 1);
    deliverModel(untouched, 1);
    assertArrayEquals(personal(untouched), personal(fleet));
  }

  @Test
  void visitsToOneSourceTravelTogether() {
    WatchedFleet fleet = fleet(Gate.defaults());
    swap(
        fleet,
        SwapOrders.of(1, SOURCE, RECEIVER, Exchange.VISIT, Admission.GATED_PERSONAL, 2),
        SwapOrders.of(2, SOURCE, RECEIVER, Exchange.VISIT, Admission.GATED_PERSONAL, 3));
    List<Message.Visit> visits =
        fleet.log().stream()
            .map(Envelope::message)
            .filter(Message.Visit.class::isInstance)
            .map(Message.Visit.class::cast)
            .toList();
    assertEquals(1, visits.size());
    assertEquals(2, visits.getFirst().leases().size());
  }

  /** Raw samples move only where both sides consent: neither can be made to send or to take any. */
  @Test
  void rawExchangeNeedsTheConsentOfBoth() {
    DeviceSettings open = ToyDevices.settings(ToyDevices.OPEN);
    DeviceSettings shy = ToyDevices.withoutRaw(open);
    for (DeviceId one : List.of(SOURCE, RECEIVER)) {
      WatchedFleet fleet = new WatchedFleet(new ToyDevices(data, open).with(one, shy).all());
      deliverModel(fleet, 0);
      Settlement end = swap(fleet, order(1, Exchange.RAW, Admission.GATED_PERSONAL)).getFirst();
      String who = one.equals(SOURCE) ? "source" : "receiver";
      assertEquals("refused: the " + who + " does not consent to raw exchange", end.reason());
      assertTrue(fleet.log().stream().noneMatch(each -> each.message() instanceof Message.Fetched));
    }
  }

  @Test
  void refusedAndUnansweredOrdersEndWithAReason() {
    DeviceSettings shy = ToyDevices.withoutRaw(ToyDevices.settings(ToyDevices.OPEN));
    Settlement refused =
        swap(fleet(shy), order(1, Exchange.RAW, Admission.GATED_PERSONAL)).getFirst();
    assertEquals(Settlement.Ending.REJECTED, refused.ending());
    assertEquals("refused: the source does not consent to raw exchange", refused.reason());
    Settlement none =
        swap(
                fleet(Gate.defaults()),
                SwapOrders.of(1, SOURCE, RECEIVER, Exchange.RAW, Admission.GATED_PERSONAL, 0))
            .getFirst();
    assertEquals("refused: the source has nothing to offer", none.reason());

    WatchedFleet deaf = fleet(Gate.defaults());
    Message order = new Message.Ordered(order(1, Exchange.RAW, Admission.GATED_PERSONAL));
    deaf.carry(1, List.of(new Envelope(Envelope.MONITOR, RECEIVER, order)));
    List<Envelope> said = toAll(deaf, 1, new Message.CloseSwaps(1));
    Message.Settled expired = assertInstanceOf(Message.Settled.class, said.getFirst().message());
    assertEquals(Settlement.Ending.EXPIRED, expired.settlement().ending());
    Message.Outcomes outcomes = assertInstanceOf(Message.Outcomes.class, said.get(1).message());
    assertEquals(0, outcomes.ratings().getFirst().answered());
    assertEquals(1, outcomes.ratings().getFirst().asked());
  }

  /** A round that is cut short before its swaps close has changed nothing. */
  @Test
  void untilTheSwapsCloseNothingIsInALedger() {
    WatchedFleet fleet = fleet(Gate.defaults());
    fleet.carry(1, SwapOrders.envelopes(order(1, Exchange.RAW, Admission.UNGATED_BOTH)));
    DeviceRuntime.State state = fleet.runtime(RECEIVER).state();
    assertEquals(new Ledger().pointers(), state.personalPointers());
    assertEquals(List.of(), state.shared());
    assertEquals(List.of(), state.accepted());
  }

  @Test
  void aHeadOfAnotherModelIsRefused() {
    WatchedFleet fleet = fleet(Gate.defaults());
    Message offer = say(fleet, SOURCE, order(1, Exchange.VISIT, Admission.GATED_PERSONAL));
    Message.Visit visit =
        new Message.Visit(
            Map.of(1L, assertInstanceOf(Message.Offered.class, offer).lease()), 1, new float[3]);
    Message answer =
        fleet
            .runtime(SOURCE)
            .receive(List.of(new Envelope(RECEIVER, SOURCE, visit)), ToyDevices.bench())
            .getFirst()
            .message();
    assertEquals(
        "what visits has 3 numbers, not 28",
        assertInstanceOf(Message.Refused.class, answer).reason());
  }
}
