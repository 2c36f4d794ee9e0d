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
import dev.kula.data.ToyClusters;
import dev.kula.fleet.WatchedFleet;
import dev.kula.swap.Admission;
import dev.kula.swap.Gate;
import dev.kula.swap.SwapOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Swaps between whole devices: what enters which ledger, and what leaves no trace. */
final class DeviceSwapsTest {
  private static final DeviceId SOURCE = new DeviceId("device-02");
  private static final DeviceId RECEIVER = new DeviceId("device-00");

  /** Lets nothing in, and calls everything neutral. */
  private static final Gate CLOSED = new Gate(1e6, 1e6, 1);

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
    toAll(fleet, round, new Message.GlobalModel(round, model, Message.Occasion.ROUND));
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
  private static List<Message.Settlement> swap(WatchedFleet fleet, SwapOrder... orders) {
    List<Envelope> sent = new ArrayList<>();
    for (SwapOrder order : orders) {
      sent.addAll(SwapOrders.envelopes(order));
    }
    fleet.carry(1, sent);
    List<Message.Settlement> settlements = new ArrayList<>();
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
    return fleet.runtime(RECEIVER).personalParameters().orElseThrow();
  }

  @ParameterizedTest
  @EnumSource(Exchange.class)
  void aRejectedSwapLeavesNoTrace(Exchange exchange) {
    WatchedFleet fleet = fleet(CLOSED);
    WatchedFleet untouched = fleet(CLOSED);
    Message.Settlement settled =
        swap(fleet, order(1, exchange, Admission.GATED_PERSONAL)).getFirst();
    assertEquals(Message.Ending.REJECTED, settled.ending());
    assertTrue(settled.lossWithout().isPresent() && settled.lossWith().isPresent());
    assertEquals(0, settled.samples());
    assertTrue(settled.bytes() > 0, "the bytes were moved all the same");

    DeviceRuntime.State state = fleet.runtime(RECEIVER).state();
    assertEquals(List.of(), state.shared());
    assertEquals(List.of(), state.personalPointers());
    assertEquals(List.of(), state.accepted());
    assertEquals(List.of(), state.store().fetched());
    assertEquals(Map.of(), fleet.runtime(RECEIVER).fetchedBlocks());
    assertEquals(0, fleet.runtime(RECEIVER).receivedSamples());
    deliverModel(fleet, 1);
    deliverModel(untouched, 1);
    assertArrayEquals(personal(untouched), personal(fleet));
  }

  /** Rejected swaps do not blur what is let in beside them. */
  @Test
  void onlyTheUsefulOnesStay() {
    WatchedFleet fleet = fleet(CLOSED);
    List<Message.Settlement> settled =
        swap(
            fleet,
            order(1, Exchange.RAW, Admission.UNGATED_BOTH),
            SwapOrders.of(
                2, new DeviceId("device-03"), RECEIVER, Exchange.RAW, Admission.GATED_PERSONAL, 3));
    assertEquals(
        List.of(Message.Ending.ACCEPTED, Message.Ending.REJECTED),
        settled.stream().map(Message.Settlement::ending).toList());
    DeviceRuntime.State state = fleet.runtime(RECEIVER).state();
    assertEquals(1, state.store().fetched().size());
    assertEquals(1, state.personalPointers().size());
    assertEquals(state.store().fetched().getFirst(), state.shared().getFirst().block().hex());
  }

  @Test
  void anAcceptedVisitChangesThePersonalModelAndNoSharedLedger() {
    WatchedFleet fleet = fleet(Gate.defaults());
    WatchedFleet untouched = fleet(Gate.defaults());
    Message.Settlement settled =
        swap(fleet, order(1, Exchange.VISIT, Admission.UNGATED_BOTH)).getFirst();
    assertEquals(Message.Ending.ACCEPTED, settled.ending());
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
    assertEquals(head, state.accepted().getFirst().headDelta().length);
  }

  @Test
  void rawSamplesEnterBothLedgersAndAreTrainedOn() {
    WatchedFleet fleet = fleet(Gate.defaults());
    WatchedFleet untouched = fleet(Gate.defaults());
    swap(fleet, order(1, Exchange.RAW, Admission.UNGATED_BOTH));
    DeviceRuntime device = fleet.runtime(RECEIVER);
    assertEquals(device.state().shared(), device.state().personalPointers());
    assertEquals(6, device.receivedSamples());
    assertArrayEquals(new double[] {20, 20, 3, 3}, device.ledgerLabelCounts());
    assertArrayEquals(new double[] {20, 20, 0, 0}, device.ownLabelCounts());
    float[] with = delta(device);
    float[] without = delta(untouched.runtime(RECEIVER));
    assertFalse(Arrays.equals(without, with));
  }

  private float[] delta(DeviceRuntime device) {
    var plan = ToyDevices.settings(ToyDevices.OPEN).personalPlan();
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
    WatchedFleet fleet = fleet(new Gate(0, 0, 2));
    for (DeviceId receiver : fleet.devices()) {
      for (DeviceId source : fleet.devices()) {
        if (!source.equals(receiver)) {
          Message.Settlement settled =
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
          assertEquals(gain ? Message.Ending.ACCEPTED : Message.Ending.REJECTED, settled.ending());
          accepted += gain ? 1 : 0;
          rejected += gain ? 0 : 1;
        }
      }
    }
    assertTrue(accepted >= 1 && rejected >= 1, accepted + " accepted, " + rejected + " not");
  }

  /** As the specification's rule orders it: a pair comes up twice, with the same samples. */
  @Test
  void theSameSamplesCountOnce() {
    WatchedFleet fleet = fleet(Gate.defaults());
    List<Message.Settlement> settled =
        swap(
            fleet,
            order(1, Exchange.RAW, Admission.UNGATED_BOTH),
            order(2, Exchange.RAW, Admission.UNGATED_BOTH));
    assertEquals(6, settled.stream().mapToInt(Message.Settlement::samples).sum());
    DeviceRuntime device = fleet.runtime(RECEIVER);
    assertEquals(1, device.state().personalPointers().size());
    assertEquals(6, device.receivedSamples());
    assertArrayEquals(new double[] {20, 20, 3, 3}, device.ledgerLabelCounts());
  }

  /** Nothing moves that is there already. */
  @Test
  void aBlockThatIsHereIsNotFetchedAgain() {
    WatchedFleet fleet = fleet(Gate.defaults());
    swap(fleet, order(1, Exchange.RAW, Admission.UNGATED_BOTH));
    Message.Settlement again =
        swap(fleet, order(2, Exchange.RAW, Admission.UNGATED_BOTH)).getFirst();
    long fetches = fleet.log().stream().filter(e -> e.message() instanceof Message.Fetched).count();
    assertEquals(1, fetches);
    assertEquals(again.asCopyBytes(), again.cacheHitBytes());
    assertEquals(6, fleet.runtime(RECEIVER).receivedSamples());
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

  @Test
  void refusedAndUnansweredOrdersEndWithAReason() {
    DeviceSettings shy = ToyDevices.withoutRaw(ToyDevices.settings(ToyDevices.OPEN));
    Message.Settlement refused =
        swap(fleet(shy), order(1, Exchange.RAW, Admission.GATED_PERSONAL)).getFirst();
    assertEquals(Message.Ending.REJECTED, refused.ending());
    assertEquals("refused: the source does not consent to raw exchange", refused.reason());
    Message.Settlement none =
        swap(
                fleet(Gate.defaults()),
                SwapOrders.of(1, SOURCE, RECEIVER, Exchange.RAW, Admission.GATED_PERSONAL, 0))
            .getFirst();
    assertEquals("refused: holds none of the labels asked for", none.reason());

    WatchedFleet deaf = fleet(Gate.defaults());
    Message order = new Message.Ordered(order(1, Exchange.RAW, Admission.GATED_PERSONAL));
    deaf.carry(1, List.of(new Envelope(Envelope.MONITOR, RECEIVER, order)));
    List<Envelope> said = toAll(deaf, 1, new Message.CloseSwaps(1));
    Message.Settled expired = assertInstanceOf(Message.Settled.class, said.getFirst().message());
    assertEquals(Message.Ending.EXPIRED, expired.settlement().ending());
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
    Message offer =
        fleet
            .runtime(SOURCE)
            .receive(
                List.of(
                    new Envelope(
                        Envelope.MONITOR,
                        SOURCE,
                        new Message.Ordered(order(1, Exchange.VISIT, Admission.GATED_PERSONAL)))),
                ToyDevices.bench())
            .getFirst()
            .message();
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
        "the visiting head has 3 numbers, not 28",
        assertInstanceOf(Message.Refused.class, answer).reason());
  }
}
