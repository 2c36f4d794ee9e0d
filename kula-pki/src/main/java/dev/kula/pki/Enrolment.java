package dev.kula.pki;

import dev.kula.KulaException;
import dev.kula.peer.EnrolmentAnswer;
import dev.kula.peer.EnrolmentRequest;
import dev.kula.peer.Issuer;
import dev.kula.peer.Peer;
import dev.kula.peer.Trust;
import dev.kula.pki.Journal.Decision;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Gives certificates: the first for a token, later ones for the one before. Errors blame who asks.
 * Thread safe.
 */
public final class Enrolment implements Issuer {
  /** Of the kinds of alternative names: DNS names and addresses (RFC 5280, 4.2.1.6). */
  private static final int DNS = 2;

  private static final int ADDRESS = 7;

  private final Authority authority;
  private final Duration validity;

  /**
   * @param validity of the certificates that it gives
   */
  public Enrolment(Authority authority, Duration validity) {
    this.authority = authority;
    this.validity = validity;
  }

  /**
   * The first certificate of a name. The token is spent when the certificate is written down, in
   * one step; what was refused leaves it as it was. Who has lost the answer and asks again with the
   * same keys while the token is valid gets the same certificate; other keys get none.
   *
   * @throws KulaException the other party's mistake
   */
  @Override
  public EnrolmentAnswer enrol(EnrolmentRequest request) {
    return authority.decide(
        state -> {
          authority.requireOwnTime().ifPresent(Enrolment::refuse);
          Instant now = authority.clock().instant();
          String hash = Authority.hash(request.token());
          Entry.Token token =
              state
                  .token(hash)
                  .orElseThrow(
                      () ->
                          refused(
                              request, "is not of this authority or was withdrawn, must be valid"));
          Optional<Entry.Issued> before = state.spentOn(hash);
          if (before.isPresent() && !isFor(before.get(), request, now)) {
            throw refused(request, "was used already, works once");
          }
          if (!now.isBefore(token.until())) {
            throw refused(request, "was valid until %s, it is %s".formatted(token.until(), now));
          }
          if (!token.name().equals(request.name())) {
            throw refused(request, "is for another name, must be for this one");
          }
          if (token.role() != request.role()) {
            throw refused(
                request,
                "is for another role, must be for this one, %s".formatted(request.role().word()));
          }
          Peer peer = request.proven(authority.certificate());
          if (before.isPresent()) {
            return Decision.nothing(
                new EnrolmentAnswer(
                    authority.again(peer, request.connectionKey(), token.hosts(), before.get())));
          }
          Authority.requireFree(state, peer.name(), now).ifPresent(Enrolment::refuse);
          Decision<List<X509Certificate>> decision =
              authority.issued(
                  peer,
                  request.connectionKey(),
                  token.hosts(),
                  validity,
                  Optional.of(new Entry.Spent(hash, keysHash(request))));
          return new Decision<>(decision.entries(), new EnrolmentAnswer(decision.result()));
        });
  }

  /**
   * Another certificate for the same name, role, hosts and keys, in the second half of the time of
   * the one before, which goes on to hold.
   *
   * @param chain with which the asking party has authenticated itself on the connection that asks;
   *     that it holds the private key is not checked here, TLS has done it
   * @throws KulaException the other party's mistake
   */
  @Override
  public EnrolmentAnswer renew(List<X509Certificate> chain) {
    return authority.decide(
        state -> {
          authority.requireOwnTime().ifPresent(Enrolment::refuse);
          Trust trust =
              new Trust(
                  authority.certificate(),
                  authority.clock(),
                  serial -> state.revoked(serial).isPresent());
          Peer peer = trust.peer(chain, Trust.Side.CLIENT);
          X509Certificate old = chain.getFirst();
          if (state.issued(old.getSerialNumber()).isEmpty()) {
            throw KulaException.remote(
                "certificate %s of '%s' is not in this authority's journal, must be; ask who issued"
                        .formatted(Trust.serial(old), peer.name())
                    + " it");
          }
          Instant from = old.getNotBefore().toInstant();
          Instant half =
              from.plus(Duration.between(from, old.getNotAfter().toInstant()).dividedBy(2));
          Instant now = authority.clock().instant().truncatedTo(ChronoUnit.SECONDS);
          if (now.isBefore(half)) {
            throw KulaException.remote(
                "certificate %s of '%s' is renewed from %s, it is %s; ask again then"
                    .formatted(Trust.serial(old), peer.name(), half, now));
          }
          Decision<List<X509Certificate>> decision =
              authority.issued(peer, old.getPublicKey(), hosts(old), validity, Optional.empty());
          return new Decision<>(decision.entries(), new EnrolmentAnswer(decision.result()));
        });
  }

  /** Whether a token was spent on the keys that ask again, and what they got still holds. */
  private static boolean isFor(Entry.Issued before, EnrolmentRequest request, Instant now) {
    return before.spent().map(Entry.Spent::keys).equals(Optional.of(keysHash(request)))
        && now.isBefore(before.notAfter());
  }

  private static String keysHash(EnrolmentRequest request) {
    return HexFormat.of().formatHex(request.keysHash());
  }

  /** To whoever asks from another process, every refusal is of what it asked for. */
  private static void refuse(String reason) {
    throw KulaException.remote(reason);
  }

  /** The token itself is a secret, and is not shown. */
  private static KulaException refused(EnrolmentRequest request, String reason) {
    return KulaException.remote(
        "token for '%s' %s; have one printed with kula pki token --name '%s'"
            .formatted(request.name(), reason, request.name()));
  }

  private static List<Host> hosts(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      List<Host> hosts = new ArrayList<>();
      if (names != null) {
        for (List<?> name : names) {
          if (name.get(0) instanceof Integer kind && (kind == DNS || kind == ADDRESS)) {
            hosts.add(new Host(String.valueOf(name.get(1))));
          }
        }
      }
      return hosts;
    } catch (CertificateParsingException e) {
      throw KulaException.remote(
          "alternative names of certificate %s cannot be read, must be as RFC 5280 has them; have"
                  .formatted(Trust.serial(certificate))
              + " another issued");
    }
  }
}
