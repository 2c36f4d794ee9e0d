package dev.kula.pki;

import dev.kula.data.DeviceId;
import dev.kula.peer.Role;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Optional;

/** What an authority has written down; it never takes any of it back. */
sealed interface Entry {
  /** When it happened. */
  Instant at();

  /**
   * A token was given out.
   *
   * @param hash its SHA-256, in hexadecimal
   */
  record Token(Instant at, String hash, DeviceId name, Instant until) implements Entry {}

  /**
   * A certificate was issued.
   *
   * @param token the hash of the token that was spent on it, if one was
   */
  record Issued(
      Instant at,
      BigInteger serial,
      Role role,
      DeviceId name,
      Instant notAfter,
      Optional<String> token)
      implements Entry {}

  /** A certificate was revoked. */
  record Revoked(Instant at, BigInteger serial) implements Entry {}
}
