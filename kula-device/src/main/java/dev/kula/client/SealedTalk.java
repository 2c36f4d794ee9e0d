package dev.kula.client;

import dev.kula.KulaException;
import dev.kula.OneLine;
import dev.kula.data.DeviceId;
import dev.kula.data.Sealer;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.sealing.Hpke;
import dev.kula.wire.MessageCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a device and others say to each other, sealed, so that the orchestrator carries what it
 * cannot read. What is not sealed is not listened to, and to whom nothing can be sealed nothing is
 * said. What servers say and are told is for them, and not sealed.
 *
 * <p>Not thread safe.
 */
final class SealedTalk {
  private final Sealer sealer;
  private final Acquaintances others;
  private final Consumer<String> troubles;

  /**
   * @param others of whom the device has been introduced to
   * @param troubles is told in a line what was not listened to or not said
   */
  SealedTalk(Sealer sealer, Acquaintances others, Consumer<String> troubles) {
    this.sealer = sealer;
    this.others = others;
    this.troubles = troubles;
  }

  /** Whose messages are not sealed; other reserved names are nobody's. */
  private static final Set<DeviceId> SERVERS =
      Set.of(Envelope.ORCHESTRATOR, Envelope.MONITOR, Envelope.EVALUATOR);

  /** Whether it is between a server and a device; what devices say to each other never is. */
  private static boolean isServers(DeviceId name, Message message) {
    return SERVERS.contains(name) && !isBetweenDevices(message);
  }

  private static boolean isBetweenDevices(Message message) {
    return message instanceof Message.Offered
        || message instanceof Message.Refused
        || message instanceof Message.Fetch
        || message instanceof Message.Fetched
        || message instanceof Message.Visit
        || message instanceof Message.Visited
        || message instanceof Message.Summarise
        || message instanceof Message.Summarised;
  }

  /** A delivery as the device is to handle it. */
  List<Envelope> opened(List<Envelope> inbox) {
    List<Envelope> opened = new ArrayList<>();
    for (Envelope envelope : inbox) {
      if (isServers(envelope.from(), envelope.message())) {
        opened.add(envelope);
      } else {
        opened(envelope)
            .ifPresent(
                message -> opened.add(new Envelope(envelope.from(), envelope.to(), message)));
      }
    }
    return opened;
  }

  private Optional<Message> opened(Envelope envelope) {
    DeviceId from = envelope.from();
    if (!(envelope.message() instanceof Message.Sealed sealed)) {
      return unheard(from, "is not sealed");
    }
    Optional<byte[]> key = others.sealing(from);
    if (key.isEmpty()) {
      return unheard(from, "comes from a device that has shown no sealing key");
    }
    Optional<byte[]> bytes =
        sealer.open(
            from,
            key.get(),
            sealed.of().name(),
            new Hpke.Sealed(sealed.encapsulated(), sealed.ciphertext()));
    if (bytes.isEmpty()) {
      return unheard(from, "is not what that device sealed");
    }
    try {
      Message message = MessageCodec.decode(bytes.get());
      return message instanceof Message.Sealed || message.kind() != sealed.of()
          ? unheard(from, "is of another kind than it says")
          : Optional.of(message);
    } catch (KulaException broken) {
      return unheard(from, String.valueOf(broken.getMessage()));
    }
  }

  private Optional<Message> unheard(DeviceId from, String why) {
    troubles.accept(OneLine.of("a message from '%s' %s; it is let lie".formatted(from, why)));
    return Optional.empty();
  }

  /** What the device says, as the orchestrator is to carry it. */
  List<Envelope> sealed(List<Envelope> said) {
    List<Envelope> sealed = new ArrayList<>();
    for (Envelope envelope : said) {
      if (isServers(envelope.to(), envelope.message())) {
        sealed.add(envelope);
      } else {
        sealed(envelope).ifPresent(sealed::add);
      }
    }
    return sealed;
  }

  private Optional<Envelope> sealed(Envelope envelope) {
    Optional<byte[]> key = others.sealing(envelope.to());
    if (key.isEmpty()) {
      troubles.accept(
          OneLine.of(
              "nothing is said to '%s', which has shown no sealing key".formatted(envelope.to())));
      return Optional.empty();
    }
    Message message = envelope.message();
    try {
      Hpke.Sealed sealed =
          sealer.seal(
              envelope.to(), key.get(), message.kind().name(), MessageCodec.encode(message));
      return Optional.of(
          new Envelope(
              envelope.from(),
              envelope.to(),
              new Message.Sealed(message.kind(), sealed.encapsulated(), sealed.ciphertext())));
    } catch (KulaException unusable) {
      troubles.accept(
          "nothing is said to '%s': %s".formatted(envelope.to(), unusable.getMessage()));
      return Optional.empty();
    }
  }
}
