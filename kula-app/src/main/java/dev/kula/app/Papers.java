package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.peer.Role;
import dev.kula.peer.Trust;
import dev.kula.wire.identity.Credentials;
import dev.kula.wire.identity.Tls;
import java.nio.file.Files;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** What {@code kula doctor} looks at in the certificates of a process. */
final class Papers {
  /** Share of a certificate's time in which another should be had. */
  private static final int LAST_PART = 4;

  private final IdentityOptions identity;
  private final InstantSource clock;

  Papers(IdentityOptions identity, InstantSource clock) {
    this.identity = identity;
    this.clock = clock;
  }

  /**
   * Findings; none without {@code --identity}.
   *
   * @param listens whether the process is to be a server
   */
  List<Finding> look(boolean listens) {
    if (identity.identity().isEmpty()) {
      return List.of();
    }
    List<Finding> findings = new ArrayList<>();
    try {
      X509Certificate root = Credentials.authority(identity.authority());
      findings.add(dates("authority", root));
    } catch (KulaException e) {
      findings.add(Machine.failed("authority", e));
    }
    Credentials own;
    try {
      own = Credentials.read(identity.certificate(), identity.key());
    } catch (KulaException e) {
      findings.add(Machine.failed("identity", e));
      return findings;
    }
    findings.add(
        Finding.ok(
            "identity",
            "the %s '%s'; its key is with it, for its owner alone"
                .formatted(own.peer().role().word(), own.peer().name())));
    findings.add(dates("certificate", own.chain().getFirst()));
    findings.add(believed(own, listens));
    return findings;
  }

  private Finding believed(Credentials own, boolean listens) {
    Role role = own.peer().role();
    boolean isServer = listens || role == Role.ORCHESTRATOR;
    try {
      boolean hasList = Files.exists(identity.authority().resolveSibling("revoked.crl"));
      Tls tls = isServer || hasList ? identity.ofServer(clock) : identity.ofDevice(clock);
      tls.trust().peer(own.chain(), isServer ? Trust.Side.SERVER : Trust.Side.CLIENT);
      return Finding.ok(
          "chain",
          "leads to the authority, fit for a %s%s"
              .formatted(
                  isServer ? "server" : "client", isServer || hasList ? ", not revoked" : ""));
    } catch (KulaException e) {
      return Machine.failed("chain", e);
    }
  }

  private Finding dates(String subject, X509Certificate certificate) {
    Instant now = clock.instant();
    Instant from = certificate.getNotBefore().toInstant();
    Instant until = certificate.getNotAfter().toInstant();
    String found = "holds from %s until %s".formatted(from, until);
    if (now.isBefore(from)) {
      return Finding.fail(
          subject, "%s, it is %s".formatted(found, now), "set the clock of this machine right");
    }
    if (now.isAfter(until)) {
      return Finding.fail(
          subject,
          "%s, it is %s".formatted(found, now),
          "have another issued (kula pki issue or enrol), or set the clock right");
    }
    Duration left = Duration.between(now, until);
    return left.compareTo(Duration.between(from, until).dividedBy(LAST_PART)) < 0
        ? Finding.warn(
            subject,
            "%s, %d days are left".formatted(found, left.toDays()),
            "get the next one with kula pki renew")
        : Finding.ok(subject, "%s, %d days are left".formatted(found, left.toDays()));
  }
}
