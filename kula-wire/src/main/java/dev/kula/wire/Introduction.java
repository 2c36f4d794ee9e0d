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
 */
public record Introduction(List<byte[]> chain, Optional<SealingKey> sealing) {
  public Introduction {
    chain = List.copyOf(chain);
  }

  /** The same with a sealing key. */
  public Introduction with(SealingKey shown) {
    return new Introduction(chain, Optional.of(shown));
  }
}
