package dev.kula.peer;

import dev.kula.KulaException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.Set;

/**
 * Whom to believe: certificates that lead to one authority, are in their time, may be used so, name
 * exactly one peer, and were not revoked. Chains are checked as RFC 5280 says, by the JDK.
 *
 * <p>A connection may outlive what made it trustworthy, and TLS may resume a session without asking
 * again. So {@link #peer} has to be asked of every new connection, resumed or not, and {@link
 * #recheck} on every call. Thread safe.
 */
public final class Trust {
  private static final String CLIENT_USE = "1.3.6.1.5.5.7.3.2";
  private static final String SERVER_USE = "1.3.6.1.5.5.7.3.1";

  /** Certificates between a peer's and the authority's, with the peer's. */
  private static final int LONGEST_CHAIN = 5;

  private final X509Certificate authority;
  private final InstantSource clock;
  private final Revocations revocations;

  /** Which side of a connection a peer is. */
  public enum Side {
    /** It opened the connection. */
    CLIENT,
    /** It was connected to. */
    SERVER
  }

  /**
   * @param authority whose word counts
   * @param clock says what time it is
   */
  public Trust(X509Certificate authority, InstantSource clock, Revocations revocations) {
    this.authority = authority;
    this.clock = clock;
    this.revocations = revocations;
  }

  /**
   * Trust in the authority that a chain ends in, for who knows no more of it than its fingerprint.
   *
   * @throws KulaException the other party's mistake, if it ends in another
   */
  public static Trust pinned(
      List<X509Certificate> chain, Fingerprint authority, InstantSource clock) {
    if (chain.isEmpty() || !Fingerprint.of(chain.getLast()).equals(authority)) {
      throw KulaException.remote(
          "fingerprint of the authority is %s, must be %s; connect to the authority that printed the"
                  .formatted(
                      chain.isEmpty() ? "not sent" : Fingerprint.of(chain.getLast()).text(),
                      authority.text())
              + " token");
    }
    return new Trust(chain.getLast(), clock, Revocations.none());
  }

  /** Whose word counts. */
  public X509Certificate authority() {
    return authority;
  }

  /** What time certificates have to hold at. */
  public Instant now() {
    return clock.instant();
  }

  /**
   * Who the holder of {@code chain} is. That it holds the private key, TLS has shown.
   *
   * @param chain its own certificate first, each issued by the next; the authority's may be left
   *     out
   * @throws KulaException the other party's mistake, if it is not to be believed
   */
  public Peer peer(List<X509Certificate> chain, Side side) {
    List<X509Certificate> below = below(chain);
    X509Certificate own = below.getFirst();
    recheck(below);
    validate(below, clock.instant());
    checkUse(own, side);
    return Peer.named(own);
  }

  /**
   * To whom the authority has issued {@code chain}, whether it still holds or not. Lets nobody in:
   * it is for a server's handshake, which cannot say why it fails, so that {@link #peer} can say it
   * on the first call.
   *
   * @throws KulaException the other party's mistake, if it is of another authority
   */
  public Peer issued(List<X509Certificate> chain, Side side) {
    List<X509Certificate> below = below(chain);
    X509Certificate own = below.getFirst();
    Instant now = clock.instant();
    Instant from = own.getNotBefore().toInstant();
    Instant until = own.getNotAfter().toInstant();
    validate(below, now.isBefore(from) ? from : now.isAfter(until) ? until : now);
    checkUse(own, side);
    return Peer.named(own);
  }

  /**
   * Whether what {@link #peer} believed still holds: dates and revocation, and so fit for each
   * call.
   *
   * @throws KulaException the other party's mistake, if it does not
   */
  public void recheck(List<X509Certificate> chain) {
    Instant now = clock.instant();
    for (X509Certificate certificate : below(chain)) {
      if (now.isBefore(certificate.getNotBefore().toInstant())) {
        throw KulaException.remote(
            "%s holds from %s, it is %s; set the clocks right"
                .formatted(
                    described(certificate),
                    certificate.getNotBefore().toInstant(),
                    now.truncatedTo(ChronoUnit.SECONDS)));
      }
      if (now.isAfter(certificate.getNotAfter().toInstant())) {
        throw KulaException.remote(
            "%s held until %s, it is %s; have another issued, or set the clocks right"
                .formatted(
                    described(certificate),
                    certificate.getNotAfter().toInstant(),
                    now.truncatedTo(ChronoUnit.SECONDS)));
      }
      if (revocations.isRevoked(certificate.getSerialNumber())) {
        throw KulaException.remote(
            "%s was revoked, must not be; enrol anew".formatted(described(certificate)));
      }
    }
  }

  /** The chain without the authority itself, which has nobody above it to vouch for it. */
  private List<X509Certificate> below(List<X509Certificate> chain) {
    List<X509Certificate> below =
        !chain.isEmpty() && chain.getLast().equals(authority)
            ? chain.subList(0, chain.size() - 1)
            : chain;
    if (below.isEmpty() || below.size() > LONGEST_CHAIN) {
      throw KulaException.remote(
          "chain below the authority has %d certificates, must have 1 to %d; send the peer's own"
                  .formatted(below.size(), LONGEST_CHAIN)
              + " first");
    }
    return below;
  }

  private void validate(List<X509Certificate> chain, Instant at) {
    try {
      PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
      parameters.setRevocationEnabled(false); // checked before, by the authority's own list
      parameters.setDate(Date.from(at));
      CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(chain);
      CertPathValidator.getInstance("PKIX").validate(path, parameters);
    } catch (CertPathValidatorException e) {
      throw KulaException.remote(
          "%s does not lead to the authority '%s' (%s), must be issued by it; enrol with this fleet"
              .formatted(
                  described(chain.getFirst()),
                  authority.getSubjectX500Principal().getName(),
                  e.getMessage()));
    } catch (GeneralSecurityException e) {
      throw KulaException.resource("certificates cannot be checked: " + e.getMessage(), e);
    }
  }

  private static void checkUse(X509Certificate certificate, Side side) {
    boolean[] usage = certificate.getKeyUsage();
    if (usage == null || !usage[0]) {
      throw KulaException.remote(
          "%s has a key usage without digitalSignature, must have it; have another issued"
              .formatted(described(certificate)));
    }
    String use = side == Side.CLIENT ? CLIENT_USE : SERVER_USE;
    try {
      List<String> uses = certificate.getExtendedKeyUsage();
      if (uses == null || !uses.contains(use)) {
        throw KulaException.remote(
            "%s has the extended key usages %s, must have %s for a %s; have another issued"
                .formatted(
                    described(certificate),
                    uses == null ? List.of() : uses,
                    use,
                    side == Side.CLIENT ? "client" : "server"));
      }
    } catch (CertificateParsingException e) {
      throw KulaException.remote(
          "extended key usage of %s cannot be read, must be as RFC 5280 has it; have another issued"
              .formatted(described(certificate)));
    }
  }

  /** As it is shown and typed: hexadecimal. */
  public static String serial(X509Certificate certificate) {
    return certificate.getSerialNumber().toString(16);
  }

  /** With its name, if it has one; what it is read from may be anybody's. */
  private static String described(X509Certificate certificate) {
    try {
      Peer peer = Peer.named(certificate);
      return "certificate %s of %s '%s'"
          .formatted(serial(certificate), peer.role().word(), peer.name());
    } catch (KulaException nameless) {
      return "certificate " + serial(certificate);
    }
  }
}
