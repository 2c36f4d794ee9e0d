package dev.kula.pki;

import dev.kula.data.DeviceId;
import dev.kula.peer.Role;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Optional;

/**
 * A certificate that an authority has issued.
 *
 * @param revoked when it was revoked, if it was
 */
public record Issued(
    BigInteger serial, Role role, DeviceId name, Instant notAfter, Optional<Instant> revoked) {}
