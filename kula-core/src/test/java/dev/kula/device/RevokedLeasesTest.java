package dev.kula.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.data.FederatedData;
import dev.kula.data.ToyClusters;
import dev.kula.fleet.WatchedFleet;
import dev.kula.swap.Admission;
import dev.kula.swap.Gate;
import dev.kula.swap.SwapOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What devices make of it when an operator takes a lease back. */
final class RevokedLeasesTest {
  private static final DeviceId SOURCE = new DeviceId("device-02");
  private static final DeviceId RECEIVER = new DeviceId("device-00");

  private final FederatedData data = ToyClusters.skewed(4, 40, 0);
  private final float[] model = ToyDevices.model(data, 1);

  private WatchedFleet fleet() {
    DeviceSettings settings = ToyDevices.settings(ToyDevices.OPEN);
    WatchedFleet fleet =
        new WatchedFleet(
            new ToyDevices(data, ToyDevices.withGate(settings, Gate.defaults())).all());
    deliverModel(fleet, 0);
    return fleet;
  }

  private void deliverModel(WatchedFleet fleet, int round) {
    say(fleet, Envelope.ORCHESTRATOR, new Message.GlobalModel(round, model), fleet.devices());
    say(
        fleet,
        Envelope.ORCHESTRATOR,
        new Message.Examine(round, Message.Occasion.ROUND),
        fleet.devices());
  }

  private static void say(
      WatchedFleet fleet, DeviceId from, Message message, List<DeviceId> devices) {
    fleet.carry(1, devices.stream().map(to -> new Envelope(from, to, message)).toList());
  }

  private static void revoke(WatchedFleet fleet, long order) {
    say(fleet, Envelope.ORCHESTRATOR, new Message.Revoked(2, order), List.of(SOURCE, RECEIVER));
  }

  private static SwapOrder order(long number, Exchange exchange, Admission admission) {
    return SwapOrders.of(number, SOURCE, RECEIVER, exchange, admission, 2, 3);
  }

  private static void swap(WatchedFleet fleet, SwapOrder... orders) {
    List<Envelope> sent = new ArrayList<>();
    for (SwapOrder order : orders) {
      sent.addAll(SwapOrders.envelopes(order));
    }
    fleet.carry(1, sent);
    say(fleet, Envelope.ORCHESTRATOR, new Message.CloseSwaps(1), fleet.devices());
  }

  private static float[] personal(WatchedFleet fleet) {
    return fleet.runtime(RECEIVER).personal().orElseThrow().parameters();
  }

  private static void assertHoldsNothing(WatchedFleet fleet) {
    DeviceRuntime receiver = fleet.runtime(RECEIVER);
    DeviceRuntime.State state = receiver.state();
    assertEquals(List.of(), state.shared());
    assertEquals(List.of(), state.personalPointers());
    assertEquals(Map.of(), state.orders());
    assertEquals(List.of(), state.accepted());
    assertEquals(List.of(), state.store().fetched());
    assertEquals(Map.of(), receiver.fetchedBlocks());
    assertEquals(0, receiver.holdings().received());
  }

  /** Whatever came in, the next personal model is what it would be without. */
  @ParameterizedTest
  @EnumSource(Exchange.class)
  void whatCameInIsUsedNoMore(Exchange exchange) {
    WatchedFleet fleet = fleet();
    WatchedFleet untouched = fleet();
    swap(fleet, order(1, exchange, Admission.UNGATED_BOTH));
    deliverModel(fleet, 1);
    deliverModel(untouched, 1);
    assertFalse(Arrays.equals(personal(untouched), personal(fleet)));
    int before = fleet.log().size();
    Message heard = new Message.Revoked(2, 1);

    revoke(fleet, 1);

    assertEquals(
        List.of(SOURCE, RECEIVER),
        fleet.log().subList(before, fleet.log().size()).stream()
            .filter(one -> one.equals(new Envelope(one.from(), Envelope.ORCHESTRATOR, heard)))
            .map(Envelope::from)
            .sorted(Comparator.reverseOrder())
            .toList());
    assertEquals(before + 4, fleet.log().size(), "nobody says what there was to take back");
    assertHoldsNothing(fleet);
    deliverModel(fleet, 2);
    deliverModel(untouched, 2);
    assertArrayEquals(personal(untouched), personal(fleet));
  }

  /** Copies that the gate kept from the personal model are in the shared ledger alone. */
  @Test
  void theSharedLedgerIsLeftToo() {
    WatchedFleet fleet = fleet();
    swap(fleet, order(1, Exchange.RAW, Admission.SHARED_AND_GATED_PERSONAL));
    assertEquals(1, fleet.runtime(RECEIVER).state().shared().size());
    revoke(fleet, 1);
    assertHoldsNothing(fleet);
  }

  @Test
  void theSourceAnswersTheLeaseNoMore() {
    WatchedFleet fleet = fleet();
    DeviceRuntime source = fleet.runtime(SOURCE);
    Message.Ordered order = new Message.Ordered(order(1, Exchange.RAW, Admission.GATED_PERSONAL));
    Message.Offered offered =
        assertInstanceOf(Message.Offered.class, answer(source, Envelope.MONITOR, order));
    revoke(fleet, 1);
    Message.Refused refused =
        assertInstanceOf(
            Message.Refused.class, answer(source, RECEIVER, new Message.Fetch(1, offered.lease())));
    assertEquals("lease 1 is revoked", refused.reason());
  }

  private static Message answer(DeviceRuntime device, DeviceId from, Message message) {
    return device
        .receive(List.of(new Envelope(from, device.id(), message)), ToyDevices.bench())
        .getFirst()
        .message();
  }

  /** A block that two orders brought is there by the right of either. */
  @Test
  void whatAnotherOrderBroughtAsWellStays() {
    WatchedFleet fleet = fleet();
    DeviceRuntime receiver = fleet.runtime(RECEIVER);
    swap(fleet, order(1, Exchange.SYNTHETIC, Admission.UNGATED_BOTH));
    Map<Long, String> one = receiver.state().orders();
    WatchedFleet both = fleet();
    swap(
        both,
        order(1, Exchange.SYNTHETIC, Admission.UNGATED_BOTH),
        order(2, Exchange.SYNTHETIC, Admission.UNGATED_BOTH));
    assertEquals(
        Map.of(1L, one.getOrDefault(1L, ""), 2L, one.getOrDefault(1L, "")),
        both.runtime(RECEIVER).state().orders());

    revoke(both, 1);
    assertEquals(1, both.runtime(RECEIVER).state().accepted().size());
    revoke(both, 2);
    assertHoldsNothing(both);
  }

  /** A receiver that was away when the swaps closed. */
  @Test
  void whatHasNotBeenDecidedOnIsNotLetIn() {
    WatchedFleet fleet = fleet();
    fleet.carry(1, SwapOrders.envelopes(order(1, Exchange.RAW, Admission.UNGATED_BOTH)));
    revoke(fleet, 1);
    say(fleet, Envelope.ORCHESTRATOR, new Message.CloseSwaps(1), fleet.devices());
    assertHoldsNothing(fleet);
    Message.Settled settled =
        fleet.log().stream()
            .map(Envelope::message)
            .filter(Message.Settled.class::isInstance)
            .map(Message.Settled.class::cast)
            .findFirst()
            .orElseThrow();
    assertEquals(Settlement.Ending.REJECTED, settled.settlement().ending());
    assertEquals("refused: its lease was revoked", settled.settlement().reason());
  }

  @Test
  void noDeviceTakesAnothersLeaseBack() {
    WatchedFleet fleet = fleet();
    swap(fleet, order(1, Exchange.RAW, Admission.UNGATED_BOTH));
    say(fleet, new DeviceId("device-03"), new Message.Revoked(2, 1), List.of(SOURCE, RECEIVER));
    revoke(fleet, 7); // and of what was never ordered there is nothing to take back
    assertEquals(1, fleet.runtime(RECEIVER).state().accepted().size());
  }

  /** A device that is made again still knows which order brought what. */
  @Test
  void aRestoredDeviceCanTakeItBack() {
    WatchedFleet fleet = fleet();
    swap(fleet, order(1, Exchange.RAW, Admission.UNGATED_BOTH));
    DeviceRuntime device = fleet.runtime(RECEIVER);
    WatchedFleet again = fleet();
    again.runtime(RECEIVER).restore(device.state(), device.fetchedBlocks(), model, List.of());
    assertEquals(1, again.runtime(RECEIVER).state().personalPointers().size());
    revoke(again, 1);
    assertHoldsNothing(again);
  }
}
