package dev.kula.peer;

import java.math.BigInteger;

/** Which certificates no longer hold. Asked on every call: answers are cheap. Thread safe. */
@FunctionalInterface
public interface Revocations {
  /** Whether the certificate with this serial number was revoked. */
  boolean isRevoked(BigInteger serial);

  /** Nothing was revoked. */
  static Revocations none() {
    return serial -> false;
  }
}
