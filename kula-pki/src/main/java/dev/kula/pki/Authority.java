package dev.kula.pki;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.peer.Curve;
import dev.kula.peer.EnrolmentRequest;
import dev.kula.peer.EnrolmentToken;
import dev.kula.peer.Fingerprint;
import dev.kula.peer.Peer;
import dev.kula.peer.Role;
import dev.kula.pki.Journal.Decision;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The certificate authority of a fleet, in a directory: {@code authority.pem}, which everybody may
 * have, {@code authority.key}, {@code issued.jsonl}, the journal of all it does, and {@code
 * revoked.crl}, which servers read.
 *
 * <p>A name has one holder: it gets a second certificate only when the first was revoked or has run
 * out, or, with the same keys, by {@link Enrolment#renew}. What is written down comes before what
 * is given out, so a crash between them costs a certificate that nobody has, and never leaves one
 * that nobody knows of. Several processes may use one directory at a time. Thread safe.
 */
public final class Authority {
  /** For how long a certificate holds, unless told otherwise. */
  public static final Duration VALIDITY = Duration.ofDays(90);

  /** For how long a certificate may hold at most. */
  public static final Duration LONGEST_VALIDITY = Duration.ofDays(825);

  private static final int YEARS = 10;

  /** How far behind other clocks may be. */
  private static final Duration SKEW = Duration.ofMinutes(5);

  private static final int SERIAL_BITS = 127;
  private static final int TOKEN_BYTES = 32;

  private final AuthorityFiles files;
  private final Journal journal;
  private final X509Certificate certificate;
  private final PrivateKey key;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  private Authority(
      AuthorityFiles files, X509Certificate certificate, PrivateKey key, InstantSource clock) {
    this.files = files;
    this.journal = new Journal(files.file(AuthorityFiles.JOURNAL));
    this.certificate = certificate;
    this.key = key;
    this.clock = clock;
  }

  /**
   * Makes a new authority with a key of its own, for ten years.
   *
   * @param directory empty or not there yet
   * @throws KulaException the user's mistake, if something is there
   */
  public static Authority create(Path directory, InstantSource clock) {
    SecureRandom random = new SecureRandom();
    KeyPair keys = keys(random);
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Instant end = now.atOffset(ZoneOffset.UTC).plusYears(YEARS).toInstant();
    X509Certificate root =
        Certificates.root(
            keys, new BigInteger(SERIAL_BITS, random), new Certificates.Span(now.minus(SKEW), end));
    AuthorityFiles files = new AuthorityFiles(directory);
    files.create(
        root, keys.getPrivate(), Certificates.revocations(root, keys.getPrivate(), now, Map.of()));
    return open(directory, clock);
  }

  /**
   * The authority in {@code directory}. A list of revocations that is behind is written anew.
   *
   * @throws KulaException the user's mistake, if there is none, or one that is not whole
   */
  public static Authority open(Path directory, InstantSource clock) {
    AuthorityFiles files = new AuthorityFiles(directory);
    X509Certificate certificate = files.certificate();
    Authority authority = new Authority(files, certificate, files.key(certificate), clock);
    authority.publish();
    return authority;
  }

  /** Its own certificate, which everybody of the fleet has to have. */
  public X509Certificate certificate() {
    return certificate;
  }

  /** A token that lets a device have one certificate. */
  public EnrolmentToken token(DeviceId name, Duration validity) {
    return token(Role.DEVICE, name, List.of(), validity);
  }

  /**
   * A token that lets somebody have one certificate. The authority keeps its SHA-256 alone.
   *
   * @param hosts that the certificate is to name: at least one for servers, none for others
   * @throws KulaException the user's mistake, if the name is none or has a certificate
   */
  public EnrolmentToken token(Role role, DeviceId name, List<Host> hosts, Duration validity) {
    requireName(name.name());
    requireHosts(role, name, hosts);
    requirePositive("validity of a token", validity);
    EnrolmentToken token = new EnrolmentToken(secret(), Optional.of(Fingerprint.of(certificate)));
    return journal.decide(
        state -> {
          Instant now = clock.instant();
          requireFree(state, name, now).ifPresent(Authority::refuse);
          return new Decision<>(
              List.of(
                  new Entry.Token(
                      now, hash(token.secret()), role, name, hosts, now.plus(validity))),
              token);
        });
  }

  /** 256 bits of chance, which nobody takes for an option. */
  private String secret() {
    byte[] bytes = new byte[TOKEN_BYTES];
    String secret;
    do {
      random.nextBytes(bytes);
      secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    } while (secret.startsWith("-"));
    return secret;
  }

  /**
   * A certificate for the process that serves enrolment, as long as the authority's. It is not in
   * the journal: who has its key has the authority's, too, and keeps neither in a file for it.
   *
   * @return its certificate, then the authority's
   */
  public List<X509Certificate> own(Peer peer, PublicKey connection) {
    Instant from = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    return chain(
        peer, connection, List.of(), serial(), from, certificate.getNotAfter().toInstant());
  }

  /**
   * A certificate for who brings no token.
   *
   * @param connection an EC P-256 key
   * @param hosts by which others connect to it: at least one for servers, none for others
   * @return its certificate, then the authority's
   * @throws KulaException the user's mistake
   */
  public List<X509Certificate> issue(
      Peer peer, PublicKey connection, List<Host> hosts, Duration validity) {
    requireHosts(peer.role(), peer.name(), hosts);
    requirePositive("validity of a certificate", validity);
    return journal.decide(
        state -> {
          requireOwnTime().ifPresent(Authority::refuse);
          requireFree(state, peer.name(), clock.instant()).ifPresent(Authority::refuse);
          return issued(peer, connection, hosts, validity, Optional.empty());
        });
  }

  /**
   * Revokes one certificate, for ever.
   *
   * @throws KulaException the user's mistake, if it was not issued here or is revoked already
   */
  public List<Issued> revoke(BigInteger serial) {
    return revoked(
        state -> {
          Entry.Issued one =
              state
                  .issued(serial)
                  .orElseThrow(
                      () ->
                          KulaException.user(
                              "serial is '%s', must be of a certificate that this authority issued;"
                                      .formatted(serial.toString(16))
                                  + " kula pki list shows them"));
          if (state.revoked(serial).isPresent()) {
            throw KulaException.user(
                "serial is '%s', which was revoked at %s, must be of one that holds; nothing is to"
                        .formatted(serial.toString(16), state.revoked(serial).get())
                    + " be done");
          }
          return List.of(one);
        });
  }

  /**
   * Revokes all certificates of a name that still hold, and its tokens.
   *
   * @throws KulaException the user's mistake, if there is none
   */
  public List<Issued> revoke(DeviceId name) {
    return revoked(
        state -> {
          List<Entry.Issued> live = state.live(name, clock.instant());
          if (live.isEmpty()) {
            throw KulaException.user(
                "name is '%s', must be of a certificate that holds; kula pki list shows them"
                    .formatted(name));
          }
          return live;
        });
  }

  /** All certificates, in the order in which they were issued. */
  public List<Issued> issued() {
    return journal.decide(
        state -> Decision.nothing(state.issued().stream().map(one -> issued(one, state)).toList()));
  }

  private List<Issued> revoked(Function<State, List<Entry.Issued>> which) {
    List<Entry.Issued> revoked =
        journal.decide(
            state -> {
              Instant now = clock.instant();
              List<Entry.Issued> found = which.apply(state);
              return new Decision<>(
                  found.stream().<Entry>map(one -> new Entry.Revoked(now, one.serial())).toList(),
                  found);
            });
    publish();
    return journal.decide(
        state -> Decision.nothing(revoked.stream().map(one -> issued(one, state)).toList()));
  }

  /** Writes the list of revocations, unless what is there says the same. */
  private void publish() {
    journal.decide(
        state -> {
          Map<BigInteger, Instant> revoked = state.revoked();
          boolean same =
              files
                  .revocations(certificate)
                  .map(list -> list.getRevokedCertificates())
                  .map(Set::size)
                  .orElse(0)
                  .equals(revoked.size());
          if (!same || files.revocations(certificate).isEmpty()) {
            files.publish(Certificates.revocations(certificate, key, clock.instant(), revoked));
          }
          return Decision.nothing(!same);
        });
  }

  /** Decides to issue; for who has checked that this may be. */
  Decision<List<X509Certificate>> issued(
      Peer peer,
      PublicKey connection,
      List<Host> hosts,
      Duration validity,
      Optional<Entry.Spent> spent) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Instant end = certificate.getNotAfter().toInstant();
    Instant until = now.plus(validity).isBefore(end) ? now.plus(validity) : end;
    BigInteger serial = serial();
    Entry entry = new Entry.Issued(now, serial, peer.role(), peer.name(), until, spent);
    return new Decision<>(List.of(entry), chain(peer, connection, hosts, serial, now, until));
  }

  /** The certificate that was written down, once more: it differs in the signature alone. */
  List<X509Certificate> again(
      Peer peer, PublicKey connection, List<Host> hosts, Entry.Issued issued) {
    return chain(peer, connection, hosts, issued.serial(), issued.at(), issued.notAfter());
  }

  private List<X509Certificate> chain(
      Peer peer,
      PublicKey connection,
      List<Host> hosts,
      BigInteger serial,
      Instant from,
      Instant until) {
    Curve.check(connection);
    Certificates.Span span = new Certificates.Span(from.minus(SKEW), until);
    return List.of(
        Certificates.peer(certificate, key, serial, span, peer, hosts, connection), certificate);
  }

  private BigInteger serial() {
    return new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1);
  }

  <T> T decide(Function<State, Decision<T>> decision) {
    return journal.decide(decision);
  }

  InstantSource clock() {
    return clock;
  }

  /** Why the authority can issue nothing any more; empty if it can. */
  Optional<String> requireOwnTime() {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Instant end = certificate.getNotAfter().toInstant();
    return now.isBefore(end)
        ? Optional.empty()
        : Optional.of(
            "the authority's certificate held until %s, it is %s; begin with another authority"
                .formatted(end, now));
  }

  /** Why a name cannot have another certificate; empty if it can. */
  static Optional<String> requireFree(State state, DeviceId name, Instant now) {
    return state.live(name, now).stream()
        .findFirst()
        .map(
            one ->
                ("name is '%s', whose certificate %s holds until %s, must be one without; renew it,"
                        + " or revoke it first with kula pki revoke")
                    .formatted(name, one.serial().toString(16), one.notAfter()));
  }

  static String hash(String token) {
    return HexFormat.of().formatHex(EnrolmentRequest.tokenHash(token));
  }

  private static void refuse(String reason) {
    throw KulaException.user(reason);
  }

  private static void requireName(String name) {
    Peer.nameRule(name)
        .ifPresent(rule -> refuse("name is '%s', must %s; choose another".formatted(name, rule)));
  }

  private static void requireHosts(Role role, DeviceId name, List<Host> hosts) {
    if (!role.isForOthers()) {
      refuse(
          "role of '%s' is %s, must be one of %s; the authority alone has it"
              .formatted(name, role.word(), String.join(", ", Role.words())));
    }
    if (role.isServer() == hosts.isEmpty()) {
      throw KulaException.user(
          "hosts of the %s '%s' are %s, must be %s"
              .formatted(
                  role.word(),
                  name,
                  hosts.stream().map(Host::text).toList(),
                  role.isServer()
                      ? "at least one; name with --host what others connect to"
                      : "none, as nobody connects to it; leave out --host"));
    }
  }

  private static void requirePositive(String what, Duration duration) {
    if (duration.isNegative() || duration.isZero() || duration.compareTo(LONGEST_VALIDITY) > 0) {
      throw KulaException.user(
          "%s is %s, must be above 0 and at most %d days; try 24h"
              .formatted(what, duration, LONGEST_VALIDITY.toDays()));
    }
  }

  private static Issued issued(Entry.Issued one, State state) {
    return new Issued(
        one.serial(), one.role(), one.name(), one.notAfter(), state.revoked(one.serial()));
  }

  private static KeyPair keys(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(Curve.NAME), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw KulaException.resource("this Java lacks EC P-256; use a JDK 25", e);
    }
  }
}
