package dev.kula.round;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Leases that are to be taken back of devices that may be away. */
final class StandingRevocationsTest {
  private static final DeviceId RECEIVER = new DeviceId("receiver");
  private static final DeviceId SOURCE = new DeviceId("source");
  private static final Revocation LEASE = new Revocation(7, RECEIVER, SOURCE);

  private final StandingRevocations standing = new StandingRevocations();

  private List<DeviceId> told(int round) {
    return standing.envelopes(round, List.of()).stream().map(Envelope::to).toList();
  }

  @Test
  void whoHasNotHeardIsToldAgain() {
    standing.ask(List.of(LEASE));
    standing.ask(List.of(LEASE)); // a click more changes nothing
    assertEquals(
        List.of(
            new Envelope(Envelope.ORCHESTRATOR, RECEIVER, new Message.Revoked(3, 7)),
            new Envelope(Envelope.ORCHESTRATOR, SOURCE, new Message.Revoked(3, 7))),
        standing.envelopes(3, List.of()));
    assertEquals(
        List.of(SOURCE),
        standing.envelopes(3, List.of(RECEIVER)).stream().map(Envelope::to).toList());
    assertTrue(standing.isAwaited(SOURCE, 7));
    assertEquals(Optional.empty(), standing.heard(SOURCE, 7));
    assertEquals(Optional.empty(), standing.heard(SOURCE, 7));
    assertEquals(List.of(RECEIVER), told(4));
    assertEquals(Optional.of(LEASE), standing.heard(RECEIVER, 7));
    assertEquals(List.of(), told(5));
    assertEquals(List.of(), standing.state());
  }

  @Test
  void nobodySpeaksForAnother() {
    standing.ask(List.of(LEASE));
    DeviceId other = new DeviceId("other");
    assertFalse(standing.isAwaited(other, 7));
    assertFalse(standing.isAwaited(SOURCE, 8));
    assertEquals(Optional.empty(), standing.heard(other, 7));
    assertEquals(List.of(RECEIVER, SOURCE), told(1));
  }

  @Test
  void aRunThatGoesOnTellsBoth() {
    standing.ask(List.of(LEASE));
    standing.heard(SOURCE, 7);
    List<Revocation> state = standing.state();
    StandingRevocations again = new StandingRevocations();
    again.restore(state);
    assertEquals(2, again.envelopes(1, List.of()).size());
  }
}
