package dev.kula.round;

import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Leases that are to be taken back, until both devices of each have said that they heard it: one
 * that is away in a round is told again in the next. Told twice, a device does nothing more.
 */
final class StandingRevocations {
  private final Map<Long, Standing> standing = new TreeMap<>();

  /** A lease, and which of its devices have not heard yet. */
  private record Standing(Revocation lease, Set<DeviceId> unheard) {
    Standing(Revocation lease) {
      this(lease, new TreeSet<>(Set.of(lease.receiver(), lease.source())));
    }
  }

  /** Takes in what the operator asks for. */
  void ask(List<Revocation> leases) {
    leases.forEach(lease -> standing.putIfAbsent(lease.order(), new Standing(lease)));
  }

  /**
   * What is to be said, in the order of the orders' numbers and the devices' names.
   *
   * @param atWork devices that hear nothing now
   */
  List<Envelope> envelopes(int round, List<DeviceId> atWork) {
    List<Envelope> all = new ArrayList<>();
    standing.forEach(
        (order, one) -> {
          for (DeviceId device : one.unheard()) {
            if (!atWork.contains(device)) {
              Message message = new Message.Revoked(round, order);
              all.add(new Envelope(Envelope.ORCHESTRATOR, device, message));
            }
          }
        });
    return all;
  }

  /** Whether a device has still to say that it heard. */
  boolean isAwaited(DeviceId device, long order) {
    Standing one = standing.get(order);
    return one != null && one.unheard().contains(device);
  }

  /**
   * Notes that a device has heard.
   *
   * @return the lease, if it was the second of the two
   */
  Optional<Revocation> heard(DeviceId device, long order) {
    Standing one = standing.get(order);
    if (one == null || !one.unheard().remove(device) || !one.unheard().isEmpty()) {
      return Optional.empty();
    }
    standing.remove(order);
    return Optional.of(one.lease());
  }

  /** Those that stand. Who had heard is told again after a {@link #restore}. */
  List<Revocation> state() {
    return standing.values().stream().map(Standing::lease).toList();
  }

  void restore(List<Revocation> leases) {
    standing.clear();
    ask(leases);
  }
}
