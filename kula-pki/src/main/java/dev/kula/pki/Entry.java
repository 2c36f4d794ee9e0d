package dev.kula.pki;

import dev.kula.data.DeviceId;
import dev.kula.peer.Role;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What an authority has written down; it never takes any of it back. */
sealed interface Entry {
  /** When it happened. */
  Instant at();

  /**
   * A token was given out.
   *
   * @param hash its SHA-256, in hexadecimal
   * @param hosts that the certificate is to name
   */
  record Token(Instant at, String hash, Role role, DeviceId name, List<Host> hosts, Instant until)
      implements Entry {
    public Token {
      hosts = List.copyOf(hosts);
    }
  }

  /**
   * For what a token was used.
   *
   * @param token its hash
   * @param keys hash of the public keys that the certificate is for; empty if written by a version
   *     that did not keep it
   */
  record Spent(String token, String keys) {}

  /**
   * A certificate was issued.
   *
   * @param spent the token that was spent on it, if one was
   */
  record Issued(
      Instant at,
      BigInteger serial,
      Role role,
      DeviceId name,
      Instant notAfter,
      Optional<Spent> spent)
      implements Entry {}

  /** A certificate was revoked. */
  record Revoked(Instant at, BigInteger serial) implements Entry {}
}
