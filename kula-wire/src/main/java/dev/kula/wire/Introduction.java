package dev.kula.wire;

import java.util.List;

/**
 * Whose word a device may take: the certificate of another, which names its key. An orchestrator
 * hands it on and cannot make one, since the authority has signed it.
 *
 * @param chain in DER, the other's own first, each issued by the next; not checked. The arrays are
 *     not copied: nobody writes to them
 */
public record Introduction(List<byte[]> chain) {
  public Introduction {
    chain = List.copyOf(chain);
  }
}
