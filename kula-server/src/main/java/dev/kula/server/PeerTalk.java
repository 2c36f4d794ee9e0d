package dev.kula.server;

import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * What devices say, as far as a fleet carries it: each in its own name; and that something was
 * handed only to who lets things be handed to it, for others need not know such a message.
 *
 * <p>Counts the bytes of what devices say to each other, whichever way. Thread safe.
 */
final class PeerTalk {
  private final Predicate<DeviceId> takesParcels;
  private final Onlooker onlooker;
  private final AtomicLong direct = new AtomicLong();
  private final AtomicLong relayed = new AtomicLong();

  /**
   * Nobody has said anything.
   *
   * @param takesParcels whether others may hand things to a device
   */
  PeerTalk(Predicate<DeviceId> takesParcels, Onlooker onlooker) {
    this.takesParcels = takesParcels;
    this.onlooker = onlooker;
  }

  /** Of what a device says, that which is carried. */
  List<Envelope> admitted(DeviceId from, List<Envelope> said) {
    List<Envelope> own = said.stream().filter(one -> one.from().equals(from)).toList();
    if (own.size() < said.size()) {
      onlooker.refused("%s: a message in another's name, must be in its own".formatted(from));
    }
    List<Envelope> admitted = own.stream().filter(this::isAdmitted).toList();
    if (admitted.size() < own.size()) {
      onlooker.refused(
          "%s: something handed to one who takes nothing, must be said through the orchestrator"
              .formatted(from));
    }
    admitted.forEach(this::count);
    return admitted;
  }

  private boolean isAdmitted(Envelope envelope) {
    return !(envelope.message() instanceof Message.Handed) || takesParcels.test(envelope.to());
  }

  private void count(Envelope envelope) {
    Message message = envelope.message();
    if (message instanceof Message.Handed) {
      direct.addAndGet(message.bytes());
    } else if (!envelope.to().name().startsWith(Envelope.RESERVED)
        && !envelope.from().name().startsWith(Envelope.RESERVED)) {
      relayed.addAndGet(message.bytes());
    }
  }

  /** Bytes that one device has handed to another. */
  long direct() {
    return direct.get();
  }

  /** Bytes that went from one device to another through this process. */
  long relayed() {
    return relayed.get();
  }
}
