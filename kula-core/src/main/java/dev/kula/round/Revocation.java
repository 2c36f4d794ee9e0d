package dev.kula.round;

import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import java.util.List;

/**
 * The lease of a swap order, to be taken back.
 *
 * @param order its number in the run
 * @param receiver who holds the lease, if it was granted
 * @param source who granted it
 */
public record Revocation(long order, DeviceId receiver, DeviceId source) {
  List<Envelope> envelopes(int round) {
    Message message = new Message.Revoked(round, order);
    return List.of(
        new Envelope(Envelope.ORCHESTRATOR, source, message),
        new Envelope(Envelope.ORCHESTRATOR, receiver, message));
  }
}
