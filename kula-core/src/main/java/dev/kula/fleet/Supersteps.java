package dev.kula.fleet;

import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Delivery in supersteps, as in Pregel (Malewicz et al. 2010): all that was sent in one step
 * arrives in the next, at each device in the order of its senders' names. So it makes no difference
 * which device answers first.
 */
public final class Supersteps {
  private Supersteps() {}

  /**
   * Carries messages, and what answers them, until only messages to servers are left.
   *
   * @param isParticipant whether somebody is a device, or holds the base set; others are servers
   * @param isPresent whether a participant answers now; what is for another is lost, but for what
   *     {@linkplain #waits waits}
   * @param deliver hands inboxes to participants, and returns what these say in the order of their
   *     names
   */
  public static Fleet.Delivery carry(
      List<Envelope> messages,
      Predicate<DeviceId> isParticipant,
      Predicate<DeviceId> isPresent,
      Function<SortedMap<DeviceId, List<Envelope>>, List<Envelope>> deliver) {
    Map<Message.Kind, Long> bytes = new EnumMap<>(Message.Kind.class);
    List<Envelope> toServers = new ArrayList<>();
    List<Envelope> moving = messages;
    while (!moving.isEmpty()) {
      SortedMap<DeviceId, List<Envelope>> inboxes = new TreeMap<>();
      for (Envelope envelope : moving) {
        if (!isParticipant.test(envelope.to())) {
          account(bytes, envelope);
          toServers.add(envelope);
        } else if (isPresent.test(envelope.to()) || waits(envelope.message())) {
          account(bytes, envelope);
          inboxes.computeIfAbsent(envelope.to(), id -> new ArrayList<>()).add(envelope);
        }
      }
      moving = deliver.apply(inboxes);
    }
    return new Fleet.Delivery(toServers, bytes);
  }

  private static void account(Map<Message.Kind, Long> bytes, Envelope envelope) {
    bytes.merge(envelope.message().kind(), envelope.message().bytes(), Long::sum);
  }

  /** Whether a message waits for a device that is away. */
  public static boolean waits(Message message) {
    return message instanceof Message.GlobalModel
        || message instanceof Message.GroupModels
        || message instanceof Message.Assigned
        || message instanceof Message.Examine
        || message instanceof Message.Revoked
        || message instanceof Message.CloseSwaps;
  }
}
