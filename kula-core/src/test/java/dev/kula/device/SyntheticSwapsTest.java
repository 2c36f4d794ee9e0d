package dev.kula.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.data.BlockId;
import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.data.FederatedData;
import dev.kula.data.LabelSpace;
import dev.kula.data.Lease;
import dev.kula.data.SampleSet;
import dev.kula.data.ToyClusters;
import dev.kula.fleet.WatchedFleet;
import dev.kula.swap.Admission;
import dev.kula.swap.Gate;
import dev.kula.swap.SwapOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Class sums between whole devices: what is asked, answered, drawn, kept and forgotten. */
final class SyntheticSwapsTest {
  private static final DeviceId SOURCE = new DeviceId("device-02");
  private static final DeviceId RECEIVER = new DeviceId("device-00");
  private static final DeviceId OTHER = new DeviceId("device-01");
  private static final Gate CLOSED = new Gate(1e6, 1e6, 0, 2);

  private final FederatedData data = ToyClusters.skewed(4, 40, 0);
  private final float[] model = ToyDevices.model(data, 1);

  private WatchedFleet fleet(DeviceSettings settings) {
    WatchedFleet fleet = new WatchedFleet(new ToyDevices(data, settings).all());
    deliverModel(fleet, 0);
    return fleet;
  }

  private WatchedFleet fleet(PrivacySettings privacy) {
    return fleet(ToyDevices.settings(privacy));
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

  private static Settlement close(WatchedFleet fleet, int round) {
    return toAll(fleet, round, new Message.CloseSwaps(round)).stream()
        .map(Envelope::message)
        .filter(Message.Settled.class::isInstance)
        .map(Message.Settled.class::cast)
        .findFirst()
        .orElseThrow()
        .settlement();
  }

  private static SwapOrder order(long number, DeviceId receiver, Admission admission) {
    return SwapOrders.of(number, SOURCE, receiver, Exchange.SYNTHETIC, admission, 2, 3);
  }

  private static Settlement swap(WatchedFleet fleet, Admission admission) {
    fleet.carry(1, SwapOrders.envelopes(order(1, RECEIVER, admission)));
    return close(fleet, 1);
  }

  private static Message say(WatchedFleet fleet, DeviceId from, Message message) {
    return fleet
        .runtime(SOURCE)
        .receive(List.of(new Envelope(from, SOURCE, message)), ToyDevices.bench())
        .getFirst()
        .message();
  }

  private static Message.Offered offer(WatchedFleet fleet, SwapOrder order) {
    return assertInstanceOf(
        Message.Offered.class, say(fleet, Envelope.MONITOR, new Message.Ordered(order)));
  }

  private static float[] personal(WatchedFleet fleet) {
    return fleet.runtime(RECEIVER).personal().orElseThrow().parameters();
  }

  @Test
  void whatIsDrawnEntersThePersonalModelUntilTheNextSwapsAreDecided() {
    WatchedFleet fleet = fleet(ToyDevices.OPEN);
    WatchedFleet untouched = fleet(ToyDevices.OPEN);
    Settlement settled = swap(fleet, Admission.UNGATED_BOTH);
    assertEquals(Settlement.Ending.ACCEPTED, settled.ending());
    assertEquals(6, settled.samples());
    assertEquals(List.of(0, 0, 3, 3), settled.labels());
    DeviceRuntime.State state = fleet.runtime(RECEIVER).state();
    assertEquals(List.of(), state.shared(), "embeddings train no body");
    assertEquals(List.of(), state.store().fetched(), "no sample came along");
    assertEquals(1, state.personalPointers().size());
    assertEquals(6 * ToyClusters.FEATURES, state.accepted().getFirst().numbers().length);
    assertEquals(6, fleet.runtime(RECEIVER).holdings().received());
    deliverModel(fleet, 1);
    deliverModel(untouched, 1);
    assertFalse(Arrays.equals(personal(untouched), personal(fleet)));

    WatchedFleet closed = fleet(ToyDevices.withGate(ToyDevices.settings(ToyDevices.OPEN), CLOSED));
    swap(closed, Admission.UNGATED_BOTH);
    swap(closed, Admission.GATED_PERSONAL);
    assertEquals(List.of(), closed.runtime(RECEIVER).state().accepted());
    assertEquals(List.of(), closed.runtime(RECEIVER).state().personalPointers());
  }

  /**
   * A receiver that lacks two classes answers more of their questions with the sums than without.
   */
  @Test
  void sumsTeachClassesThatTheReceiverLacks() {
    WatchedFleet fleet = fleet(ToyDevices.OPEN);
    deliverModel(fleet, 1);
    float[] without = personal(fleet);
    assertEquals(Settlement.Ending.ACCEPTED, swap(fleet, Admission.UNGATED_BOTH).ending());
    deliverModel(fleet, 1);
    float[] with = personal(fleet);
    SampleSet foreign =
        SampleSet.of(
            data.dataset().features(), data.dataset().targets(), data.devices().get(2).test());
    double loss = ToyDevices.engine().evaluate(with, foreign).loss();
    assertTrue(loss < ToyDevices.engine().evaluate(without, foreign).loss());
  }

  @Test
  void noNoiseIsNamedAndNoiseIsChargedOnceForAllWhoAsk() {
    WatchedFleet open = fleet(ToyDevices.privacy(8, Protection.PROFILES, 0.01));
    swap(open, Admission.GATED_PERSONAL);
    assertEquals(Set.of("class sums"), open.runtime(SOURCE).releasesWithoutNoise());
    assertEquals(0, open.runtime(SOURCE).spentEpsilon());

    WatchedFleet noised = fleet(ToyDevices.privacy(8, Protection.ALL, 0.01));
    List<Envelope> orders = new ArrayList<>();
    orders.addAll(SwapOrders.envelopes(order(1, RECEIVER, Admission.GATED_PERSONAL)));
    orders.addAll(SwapOrders.envelopes(order(2, OTHER, Admission.GATED_PERSONAL)));
    noised.carry(1, orders);
    List<ClassSums> answers =
        noised.log().stream()
            .map(Envelope::message)
            .filter(Message.Summarised.class::isInstance)
            .map(message -> ((Message.Summarised) message).sums())
            .toList();
    assertEquals(2, answers.size());
    assertArrayEquals(answers.get(0).sums(), answers.get(1).sums());
    assertArrayEquals(answers.get(0).counts(), answers.get(1).counts());
    assertTrue(answers.getFirst().sumStddev() > 0);
    DeviceRuntime source = noised.runtime(SOURCE);
    assertEquals(Set.of(), source.releasesWithoutNoise());
    double once = ToyDevices.privacy(8, Protection.ALL, 0.01).filter().epsilonOf(0.01);
    assertEquals(once, source.spentEpsilon(), 1e-9);
    assertEquals("class sums", source.state().account().charges().getFirst().release().purpose());
  }

  /** The next round is another release; who comes late for the last one gets nothing. */
  @Test
  void sumsOfAnotherRoundAreAnotherRelease() {
    WatchedFleet fleet = fleet(ToyDevices.privacy(8, Protection.ALL, 0.01));
    Lease first = offer(fleet, order(1, RECEIVER, Admission.GATED_PERSONAL)).lease();
    Lease late = offer(fleet, order(2, OTHER, Admission.GATED_PERSONAL)).lease();
    SwapOrder next = inRound(2, order(3, RECEIVER, Admission.GATED_PERSONAL));
    Lease second = offer(fleet, next).lease();
    Lease wrong = offer(fleet, inRound(2, order(4, OTHER, Admission.GATED_PERSONAL))).lease();
    assertNotEquals(first.block(), second.block());
    ClassSums one = sums(say(fleet, RECEIVER, new Message.Summarise(1, 1, first)));
    ClassSums two = sums(say(fleet, RECEIVER, new Message.Summarise(3, 2, second)));
    assertFalse(Arrays.equals(one.sums(), two.sums()), "fresh noise");
    assertEquals(
        "the round of these class sums is over",
        refusal(say(fleet, OTHER, new Message.Summarise(2, 1, late))));
    assertTrue(
        refusal(say(fleet, OTHER, new Message.Summarise(4, 9, wrong)))
            .contains("is not for the class sums of round 9"));
    assertEquals(2, fleet.runtime(SOURCE).state().account().charges().size());
  }

  private static SwapOrder inRound(int round, SwapOrder order) {
    return new SwapOrder(
        order.number(),
        round,
        order.source(),
        order.receiver(),
        order.samples(),
        order.labels(),
        order.exchange(),
        order.admission(),
        order.selection(),
        order.diversity(),
        order.trusted(),
        order.lease(),
        order.uses());
  }

  private static ClassSums sums(Message answer) {
    return assertInstanceOf(Message.Summarised.class, answer).sums();
  }

  private static String refusal(Message answer) {
    return assertInstanceOf(Message.Refused.class, answer).reason();
  }

  /** Other samples, none of the labels asked for: the same pointer, and an answer as long. */
  @Test
  void whatIsOfferedDependsOnNoSample() {
    WatchedFleet full = fleet(ToyDevices.OPEN);
    FederatedData other = ToyClusters.skewed(3, 8, 0);
    WatchedFleet poor =
        new WatchedFleet(new ToyDevices(other, ToyDevices.settings(ToyDevices.OPEN)).all());
    toAll(poor, 0, new Message.GlobalModel(0, model));
    SwapOrder order =
        SwapOrders.of(1, SOURCE, RECEIVER, Exchange.SYNTHETIC, Admission.GATED_PERSONAL, 0, 1);
    Message.Offered one = offer(full, order);
    Message.Offered two = offer(poor, order);
    assertEquals(one.pointer().block(), two.pointer().block());
    assertArrayEquals(one.pointer().signature(), two.pointer().signature());
    assertArrayEquals(one.lease().signature(), two.lease().signature());
    Message.Summarised much =
        assertInstanceOf(
            Message.Summarised.class,
            say(full, RECEIVER, new Message.Summarise(1, 1, one.lease())));
    Message.Summarised little =
        assertInstanceOf(
            Message.Summarised.class,
            say(poor, RECEIVER, new Message.Summarise(1, 1, two.lease())));
    assertEquals(much.bytes(), little.bytes());
  }

  @Test
  void aSpentAccountAndARegressionAnswerNothing() {
    PrivacySettings tight = ToyDevices.privacy(1, Protection.ALL, 1e3);
    assertEquals(
        "refused: the source's privacy account is spent",
        swap(fleet(tight), Admission.GATED_PERSONAL).reason());
    DeviceSettings open = ToyDevices.settings(ToyDevices.OPEN);
    DeviceSettings regression =
        new DeviceSettings(
            new LabelSpace(List.of("a", "b", "c", "d"), List.of(1f, 2f, 3f)),
            open.personalization(),
            open.localPlan(),
            open.fineTunePlan(),
            open.visitPlan(),
            open.gate(),
            open.privacy(),
            true);
    WatchedFleet fleet =
        new WatchedFleet(new ToyDevices(data, open).with(SOURCE, regression).all());
    deliverModel(fleet, 0);
    assertEquals(
        "refused: a regression has no classes to sum by",
        swap(fleet, Admission.GATED_PERSONAL).reason());
  }

  @Test
  void noiseThatDrownsAllIsTurnedDownWithoutAGate() {
    WatchedFleet fleet = fleet(ToyDevices.privacy(8, Protection.ALL, 1e-5));
    Settlement settled = swap(fleet, Admission.UNGATED_BOTH);
    assertEquals(Settlement.Ending.REJECTED, settled.ending());
    assertEquals("no class asked for stands out from the noise", settled.reason());
    assertEquals(List.of(), fleet.runtime(RECEIVER).state().accepted());
    assertEquals(List.of(), fleet.runtime(RECEIVER).state().personalPointers());
  }

  /** Wrong length, not a number, from another device: refused or ignored, and nothing changes. */
  @Test
  void malformedAnswersChangeNothing() {
    float[] counts = {9, 9, 9, 9};
    float[] sums = new float[ToyClusters.CLASSES * ToyClusters.FEATURES];
    float[] nan = sums.clone();
    nan[3] = Float.NaN;
    for (ClassSums bad :
        List.of(
            new ClassSums(counts, new float[5], 0, 0),
            new ClassSums(new float[0], sums, 0, 0),
            new ClassSums(counts, nan, 0, 0),
            new ClassSums(counts, sums, 0, Double.NaN))) {
      Settlement settled = answered(SOURCE, bad);
      assertEquals(
          "refused: what the source sent is no sums of the model's embeddings by class",
          settled.reason());
    }
    ClassSums sound = new ClassSums(counts, sums, 0, 0);
    assertEquals(Settlement.Ending.EXPIRED, answered(OTHER, sound).ending());
    assertEquals(Settlement.Ending.ACCEPTED, answered(SOURCE, sound).ending());
  }

  /** A receiver that has asked and gets this for an answer. */
  private Settlement answered(DeviceId from, ClassSums answer) {
    WatchedFleet fleet = fleet(ToyDevices.OPEN);
    DeviceRuntime receiver = fleet.runtime(RECEIVER);
    SwapOrder order = order(1, RECEIVER, Admission.UNGATED_BOTH);
    Message.Offered offer = offer(fleet, order);
    receive(receiver, Envelope.MONITOR, new Message.Ordered(order));
    receive(receiver, SOURCE, offer);
    BlockId block = offer.pointer().block();
    receive(receiver, from, new Message.Summarised(1, block, answer));
    Settlement settled = close(fleet, 1);
    if (settled.ending() != Settlement.Ending.ACCEPTED) {
      assertEquals(List.of(), receiver.state().accepted());
      assertEquals(List.of(), receiver.state().personalPointers());
      assertEquals(List.of(), receiver.state().shared());
    }
    return settled;
  }

  /** What an order did not ask for is ignored, whatever it is. */
  @Test
  void anAnswerOfAnotherKindIsIgnored() {
    WatchedFleet fleet = fleet(ToyDevices.OPEN);
    DeviceRuntime receiver = fleet.runtime(RECEIVER);
    SwapOrder order = order(1, RECEIVER, Admission.UNGATED_BOTH);
    Message.Offered offer = offer(fleet, order);
    receive(receiver, Envelope.MONITOR, new Message.Ordered(order));
    receive(receiver, SOURCE, offer);
    float[] head = new float[ToyDevices.engine().layout().headSize()];
    receive(receiver, SOURCE, new Message.Visited(1, offer.pointer().block(), head));
    assertEquals(Settlement.Ending.EXPIRED, close(fleet, 1).ending());
  }

  /** An answer counts once; a second one, such as of a replay, changes nothing. */
  @Test
  void theFirstAnswerCounts() {
    WatchedFleet fleet = fleet(ToyDevices.OPEN);
    DeviceRuntime receiver = fleet.runtime(RECEIVER);
    SwapOrder order = order(1, RECEIVER, Admission.UNGATED_BOTH);
    Message.Offered offer = offer(fleet, order);
    receive(receiver, Envelope.MONITOR, new Message.Ordered(order));
    receive(receiver, SOURCE, offer);
    BlockId block = offer.pointer().block();
    float[] none = new float[ToyClusters.CLASSES * ToyClusters.FEATURES];
    ClassSums first = new ClassSums(new float[] {0, 0, 9, 0}, none, 0, 0);
    ClassSums second = new ClassSums(new float[] {0, 0, 0, 9}, none, 0, 0);
    receive(receiver, SOURCE, new Message.Summarised(1, block, first));
    receive(receiver, SOURCE, new Message.Summarised(1, block, second));
    assertEquals(List.of(0, 0, 6, 0), close(fleet, 1).labels());
  }

  /** Before there is a model there is nothing to embed by. */
  @Test
  void withoutAModelNobodyIsAskedForSums() {
    WatchedFleet fleet =
        new WatchedFleet(new ToyDevices(data, ToyDevices.settings(ToyDevices.OPEN)).all());
    fleet.carry(1, SwapOrders.envelopes(order(1, RECEIVER, Admission.UNGATED_BOTH)));
    assertEquals(2, fleet.log().size(), "two orders, and no answer");
    assertEquals(List.of(), toAll(fleet, 1, new Message.CloseSwaps(1)));
  }

  private static void receive(DeviceRuntime device, DeviceId from, Message message) {
    device.receive(List.of(new Envelope(from, device.id(), message)), ToyDevices.bench());
  }
}
