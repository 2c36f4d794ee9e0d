package dev.kula.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kula.data.BlockId;
import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.data.Lease;
import dev.kula.device.PointerEvent.What;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PointerEventTest {
  private static final DeviceId SELF = new DeviceId("self");
  private static final DeviceId PEER = new DeviceId("peer");
  private static final BlockId ONE = new BlockId("01".repeat(32));
  private static final BlockId TWO = new BlockId("02".repeat(32));

  private static Lease lease(BlockId block) {
    return new Lease(1, block, SELF, PEER, Instant.EPOCH, 1, Exchange.VISIT, new byte[64]);
  }

  private static List<PointerEvent> events(List<Message> came, List<Message> went) {
    return PointerEvent.of(
        Instant.EPOCH,
        came.stream().map(message -> new Envelope(PEER, SELF, message)).toList(),
        went.stream().map(message -> new Envelope(SELF, PEER, message)).toList());
  }

  /** A peer that names one order for two leases hides neither block. */
  @Test
  void whatWasAnsweredFromIsNamed() {
    Message visits = new Message.Visit(Map.of(9L, lease(ONE)), 1, new float[1]);
    List<PointerEvent> events =
        events(
            List.of(visits, visits),
            List.of(
                new Message.Visited(9, ONE, new float[1]),
                new Message.Visited(9, TWO, new float[1])));
    assertEquals(List.of(What.USED, What.USED), events.stream().map(PointerEvent::what).toList());
    assertEquals(
        List.of(Optional.of(ONE.hex()), Optional.of(TWO.hex())),
        events.stream().map(PointerEvent::block).toList());
  }

  @Test
  void aReceiverAsksAndIsAnsweredOrDenied() {
    assertEquals(
        List.of(What.RECEIVED, What.DENIED, What.ASKED, What.ASKED),
        events(
                List.of(new Message.Visited(3, ONE, new float[1]), new Message.Refused(4, "spent")),
                List.of(new Message.Visit(Map.of(5L, lease(ONE), 6L, lease(TWO)), 1, new float[1])))
            .stream()
            .map(PointerEvent::what)
            .toList());
  }

  @Test
  void whoTookALeaseBackIsNamed() {
    Message revoked = new Message.Revoked(2, 7);
    List<Envelope> told = List.of(new Envelope(Envelope.ORCHESTRATOR, SELF, revoked));
    PointerEvent event = PointerEvent.of(Instant.EPOCH, told, List.of()).getFirst();
    assertEquals(What.REVOKED, event.what());
    assertEquals(7, event.order());
    assertEquals(Envelope.ORCHESTRATOR, event.peer());
    assertEquals(List.of(), events(List.of(revoked), List.of()), "a device cannot");
  }

  @Test
  void aPeersWordsAreOneLine() {
    PointerEvent event =
        events(List.of(new Message.Refused(4, "no\n\u001b[2Jgranted")), List.of()).getFirst();
    assertEquals("no [2Jgranted", event.detail());
  }
}
