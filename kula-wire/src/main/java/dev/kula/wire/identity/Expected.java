package dev.kula.wire.identity;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.peer.Peer;
import dev.kula.peer.Role;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who may be at the other end. All certificates of a fleet are good for both ends, so a device
 * could pose as a server to whoever does not look at the role.
 *
 * @param roles at least one
 * @param name that the other must have, if it matters
 */
public record Expected(Set<Role> roles, Optional<DeviceId> name) {
  public Expected {
    if (roles.isEmpty()) {
      throw new IllegalArgumentException("nobody is expected");
    }
    roles = Set.copyOf(roles);
  }

  /** Anybody of a role. */
  public static Expected role(Role first, Role... others) {
    return new Expected(EnumSet.of(first, others), Optional.empty());
  }

  /** One party alone. */
  public static Expected peer(Role role, DeviceId name) {
    return new Expected(EnumSet.of(role), Optional.of(name));
  }

  /**
   * Lets {@code peer} pass.
   *
   * @throws KulaException the other party's mistake, if it is not expected
   */
  public void check(Peer peer) {
    if (!roles.contains(peer.role())) {
      throw KulaException.remote(
          "role of '%s' is %s, must be %s; connect to another address, or as another"
              .formatted(
                  peer.name(),
                  peer.role().word(),
                  String.join(" or ", new TreeSet<>(roles).stream().map(Role::word).toList())));
    }
    if (name.isPresent() && !name.get().equals(peer.name())) {
      throw KulaException.remote(
          "name of the %s is '%s', must be '%s'; connect to another address"
              .formatted(peer.role().word(), peer.name(), name.get()));
    }
  }
}
