package dev.kula.wire;

import dev.kula.data.SealingKey;
import java.util.List;
import java.util.Optional;

/**
 * Whose word a device may take, and how it talks to it alone: the certificate of another, which
 * names the key that it signs with, and its sealing key, signed with that. An orchestrator hands
 * them on and can make neither.
 *
 * @param chain in DER, the other's own first, each issued by the next; not checked. The arrays are
 *     not copied: nobody writes to them
 * @param sealing what messages for it are sealed to; not checked. Empty if it has shown none
 * @param address where it takes parcels, as it says; empty if it takes none
 */
public record Introduction(
    List<byte[]> chain, Optional<SealingKey> sealing, Optional<PeerAddress> address) {
  public Introduction {
    chain = List.copyOf(chain);
  }

  /** The same of a device that has shown these. */
  public Introduction with(Optional<SealingKey> shown, Optional<PeerAddress> at) {
    return new Introduction(chain, shown, at);
  }
}
