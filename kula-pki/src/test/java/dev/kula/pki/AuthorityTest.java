package dev.kula.pki;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import dev.kula.KulaException.Blame;
import dev.kula.data.DeviceId;
import dev.kula.peer.EnrolmentRequest;
import dev.kula.peer.EnrolmentToken;
import dev.kula.peer.Fingerprint;
import dev.kula.peer.Peer;
import dev.kula.peer.Role;
import dev.kula.peer.Trust;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What an authority gives, to whom, and what it makes of files that are not whole. */
final class AuthorityTest {
  private static final DeviceId NAME = new DeviceId("gateway 7/Zürich");
  private static final DeviceId SERVER = new DeviceId("orchestrator");
  private static final Duration DAY = Duration.ofDays(1);

  private final Path root;
  private final Path directory;
  private Instant now = Instant.parse("2026-06-01T12:00:00Z");
  private final Authority authority;
  private final KeyPair connection = keys("EC");
  private final KeyPair signing = keys("Ed25519");

  AuthorityTest(@TempDir Path root) {
    this.root = root;
    directory = root.resolve("authority");
    authority = Authority.create(directory, () -> now);
  }

  @Test
  void aTokenGetsOneCertificateThatNamesItsDevice() {
    List<X509Certificate> chain = enrol(authority.token(NAME, DAY));
    Peer peer =
        new Trust(authority.certificate(), () -> now, s -> false).peer(chain, Trust.Side.CLIENT);
    assertEquals(new Peer(Role.DEVICE, NAME, Optional.of(signing.getPublic())), peer);
    assertEquals(now.plus(Authority.VALIDITY), chain.getFirst().getNotAfter().toInstant());
    assertEquals(connection.getPublic(), chain.getFirst().getPublicKey());
  }

  @Test
  void aTokenIsOfUseOnceInItsTimeAndForItsName() {
    EnrolmentToken token = authority.token(NAME, DAY);
    assertRemote("is for another name", () -> enrolment().enrol(request(token, new DeviceId("b"))));
    now = now.plus(DAY);
    assertRemote("was valid until", () -> enrol(token));
    EnrolmentToken other = authority.token(NAME, DAY);
    enrol(other);
    EnrolmentToken guess = new EnrolmentToken("guess", other.authority());
    assertRemote("is not of this authority", () -> enrol(guess));
    assertUser("must be one without", () -> authority.token(NAME, DAY));
  }

  /** As after an answer that was lost on the way, or a crash before it was given. */
  @Test
  void theSameKeysGetTheSameCertificateAgainAndOtherKeysNone() throws Exception {
    EnrolmentToken token = authority.token(NAME, DAY);
    X509Certificate first = enrol(token).getFirst();
    now = now.plus(Duration.ofHours(1));
    X509Certificate second =
        new Enrolment(reopen(), DAY).enrol(request(token, NAME)).chain().getFirst();
    assertArrayEquals(first.getTBSCertificate(), second.getTBSCertificate());
    assertEquals(1, authority.issued().size());
    KeyPair others = keys("EC");
    assertRemote(
        "was used already, works once",
        () -> enrolment().enrol(request(token, Role.DEVICE, NAME, others)));
    now = now.plus(DAY);
    assertRemote("was valid until", () -> enrol(token));
    assertEquals(1, authority.issued().size());
  }

  @Test
  void aTokenIsForItsRoleAndNamesItsHosts() throws Exception {
    List<Host> hosts = List.of(new Host("node1.example.org"), new Host("::1"));
    EnrolmentToken token = authority.token(Role.ORCHESTRATOR, SERVER, hosts, DAY);
    assertRemote("is for another role", () -> enrolment().enrol(request(token, SERVER)));
    assertRemote(
        "is for another role",
        () -> enrolment().enrol(request(token, Role.MONITOR, SERVER, connection)));
    X509Certificate issued =
        new Enrolment(reopen(), DAY)
            .enrol(request(token, Role.ORCHESTRATOR, SERVER, connection))
            .chain()
            .getFirst();
    assertEquals(new Peer(Role.ORCHESTRATOR, SERVER, Optional.empty()), Peer.named(issued));
    assertEquals(3, issued.getSubjectAlternativeNames().size());
    assertUser(
        "the authority alone has it", () -> authority.token(Role.AUTHORITY, NAME, List.of(), DAY));
    assertUser("must be none", () -> authority.token(Role.MONITOR, NAME, hosts, DAY));
    assertRemote(
        "must be one that is given", () -> request(token, Role.AUTHORITY, SERVER, connection));
  }

  @Test
  void aJournalOfBeforeIsRead() throws IOException {
    EnrolmentToken used = authority.token(NAME, DAY);
    enrol(used);
    EnrolmentToken open = authority.token(new DeviceId("b"), DAY);
    Path journal = directory.resolve("issued.jsonl");
    String lines = Files.readString(journal);
    Files.writeString(
        journal,
        lines
            .replaceAll("(\"token\":\"[0-9a-f]+\",)\"role\":\"device\",", "$1")
            .replace("\"hosts\":\"\",", "")
            .replaceAll("\"keys\":\"[0-9a-f]*\",", ""));
    Enrolment reopened = new Enrolment(reopen(), DAY);
    assertRemote("was used already", () -> reopened.enrol(request(used, NAME)));
    assertEquals(2, reopened.enrol(request(open, new DeviceId("b"))).chain().size());
  }

  @Test
  void aForgedProofIsRefusedAndLeavesTheTokenAsItWas() {
    EnrolmentToken token = authority.token(NAME, DAY);
    EnrolmentRequest good = request(token, NAME);
    assertRemote(
        "proof of the connection key",
        () ->
            enrolment()
                .enrol(
                    new EnrolmentRequest(
                        token.secret(),
                        Role.DEVICE,
                        NAME,
                        keys("EC").getPublic().getEncoded(),
                        good.signing(),
                        good.connectionProof(),
                        good.signingProof())));
    assertRemote(
        "proof of the signing key",
        () ->
            enrolment()
                .enrol(
                    new EnrolmentRequest(
                        token.secret(),
                        Role.DEVICE,
                        NAME,
                        good.connection(),
                        good.signing(),
                        good.connectionProof(),
                        new byte[64])));
    Authority stranger = Authority.create(root.resolve("stranger"), () -> now);
    assertRemote(
        "proof of the connection key",
        () ->
            enrolment()
                .enrol(
                    EnrolmentRequest.of(
                        token.secret(),
                        Role.DEVICE,
                        NAME,
                        connection,
                        Optional.of(signing),
                        Fingerprint.of(stranger.certificate()))));
    enrol(token);
  }

  @Test
  void onlyTheHashOfATokenIsKept() throws IOException {
    String token = authority.token(NAME, DAY).secret();
    assertEquals(43, token.length());
    String journal = Files.readString(directory.resolve("issued.jsonl"));
    assertFalse(journal.contains(token));
    assertTrue(journal.contains(Authority.hash(token)));
  }

  @Test
  void whoIsRevokedStaysOutEvenWithATokenOfBefore() {
    EnrolmentToken first = authority.token(NAME, DAY);
    EnrolmentToken second = authority.token(NAME, DAY);
    enrol(first);
    Issued revoked = authority.revoke(NAME).getFirst();
    assertEquals(Optional.of(now), revoked.revoked());
    assertRemote("was withdrawn", () -> enrol(second));
    assertUser("which was revoked at", () -> authority.revoke(revoked.serial()));
    assertUser("must be of a certificate that holds", () -> authority.revoke(NAME));
    enrol(authority.token(NAME, DAY));
    assertEquals(2, authority.issued().size());
  }

  @Test
  void aCertificateIsRenewedInItsSecondHalfWithTheSameKeys() {
    List<X509Certificate> first = enrol(authority.token(NAME, DAY));
    assertRemote("is renewed from", () -> enrolment().renew(first));
    now = now.plus(Duration.ofDays(60));
    X509Certificate second = enrolment().renew(first).chain().getFirst();
    assertEquals(first.getFirst().getPublicKey(), second.getPublicKey());
    assertEquals(Peer.named(first.getFirst()), Peer.named(second));
    assertEquals(now.plus(Authority.VALIDITY), second.getNotAfter().toInstant());
    assertEquals(2, authority.revoke(NAME).size());
    assertRemote("was revoked", () -> enrolment().renew(first));
    now = now.plus(Duration.ofDays(60));
    assertRemote("held until", () -> enrolment().renew(first));
  }

  @Test
  void aRenewalKeepsTheHostsOfAServer() throws GeneralSecurityException {
    Peer peer = new Peer(Role.ORCHESTRATOR, SERVER, Optional.empty());
    List<X509Certificate> chain =
        authority.issue(
            peer,
            connection.getPublic(),
            List.of(new Host("node1.example.org"), new Host("192.0.2.1"), new Host("::1")),
            Authority.VALIDITY);
    now = now.plus(Duration.ofDays(80));
    X509Certificate renewed = enrolment().renew(chain).chain().getFirst();
    assertEquals(
        List.copyOf(chain.getFirst().getSubjectAlternativeNames()),
        List.copyOf(renewed.getSubjectAlternativeNames()));
    assertEquals(4, renewed.getSubjectAlternativeNames().size());
  }

  @Test
  void whatIsAskedForHasRules() {
    Peer server = new Peer(Role.ORCHESTRATOR, new DeviceId("m"), Optional.empty());
    assertUser("must be at least one", () -> issue(server, List.of(), DAY));
    Peer operator = new Peer(Role.OPERATOR, new DeviceId("o"), Optional.empty());
    assertUser("must be none", () -> issue(operator, List.of(new Host("a")), DAY));
    assertUser("must be above 0", () -> issue(operator, List.of(), Duration.ZERO));
    assertUser("must be above 0", () -> authority.token(NAME, Duration.ofDays(1000)));
    assertUser("must not begin with kula:", () -> authority.token(new DeviceId("kula:base"), DAY));
    assertUser("host is '300.1.1.1'", () -> new Host("300.1.1.1"));
    assertUser("host is 'a b'", () -> new Host("a b"));
    assertRemote(
        "must be EC P-256",
        () -> authority.issue(operator, keys("Ed25519").getPublic(), List.of(), DAY));
    assertRemote("has no signing key", () -> new Peer(Role.DEVICE, NAME, Optional.empty()));
  }

  @Test
  void onlyTheOwnerReadsWhatIsSecret() throws IOException {
    assertEquals("rw-------", permissions("authority.key"));
    assertEquals("rw-------", permissions("issued.jsonl"));
    assertEquals("rw-r--r--", permissions("authority.pem"));
    assertEquals("rw-r--r--", permissions("revoked.crl"));
    Files.setPosixFilePermissions(
        directory.resolve("authority.key"), PosixFilePermissions.fromString("rw-r-----"));
    assertUser("run chmod 600", this::reopen);
  }

  @Test
  void nothingIsOverwritten() throws IOException {
    byte[] key = Files.readAllBytes(directory.resolve("authority.key"));
    assertUser("nothing is overwritten", () -> Authority.create(directory, () -> now));
    assertEquals(
        new String(key, StandardCharsets.UTF_8),
        Files.readString(directory.resolve("authority.key")));
    try (var files = Files.list(root)) {
      assertEquals(List.of(directory), files.toList());
    }
  }

  @Test
  void halfALineIsRefusedWithTheRemedyThatWorks() throws IOException {
    enrol(authority.token(NAME, DAY));
    Path journal = directory.resolve("issued.jsonl");
    String whole = Files.readString(journal);
    Files.writeString(journal, whole + "{\"issued\":\"12");
    String message = assertUser("ends in half a line", () -> reopen().issued());
    assertTrue(message.contains("cut the file to " + whole.length() + " bytes"), message);
    Files.writeString(journal, whole);
    assertEquals(1, reopen().issued().size());
    Files.writeString(journal, whole + "{}\n");
    assertUser("line 3 is '{}'", () -> reopen().issued());
  }

  @Test
  void aDirectoryThatIsNotWholeIsRefused() throws IOException {
    Files.writeString(directory.resolve("authority.key"), "-----BEGIN PRIV");
    assertUser("must be a private key in PEM", this::reopen);
    Files.delete(directory.resolve("authority.key"));
    assertUser("which has no authority.key", this::reopen);
    assertUser("which has no authority.pem", () -> Authority.open(root, () -> now));
  }

  /** As after a crash between a line in the journal and the list that tells of it. */
  @Test
  void aListThatIsBehindIsWrittenAnewWhenTheAuthorityIsOpened() throws Exception {
    Path list = directory.resolve("revoked.crl");
    String old = Files.readString(list);
    enrol(authority.token(NAME, DAY));
    authority.revoke(NAME);
    int revoked = 1;
    Files.writeString(list, old);
    reopen();
    assertEquals(revoked, revocations());
    Files.delete(list);
    reopen();
    assertEquals(revoked, revocations());
  }

  @Test
  void processesThatShareADirectorySeeWhatOthersDid() {
    Authority other = reopen();
    EnrolmentToken token = other.token(NAME, DAY);
    enrol(token);
    assertEquals(1, other.issued().size());
    other.revoke(NAME);
    assertTrue(authority.issued().getFirst().revoked().isPresent());
  }

  @Test
  void nothingHoldsLongerThanTheAuthority() {
    now = now.plus(Duration.ofDays(3640));
    X509Certificate last = enrol(authority.token(NAME, DAY)).getFirst();
    assertEquals(authority.certificate().getNotAfter(), last.getNotAfter());
    DeviceId other = new DeviceId("other");
    EnrolmentToken token = authority.token(other, Duration.ofDays(60));
    now = now.plus(Duration.ofDays(30));
    assertRemote("begin with another authority", () -> enrolment().enrol(request(token, other)));
    Peer late = new Peer(Role.OPERATOR, new DeviceId("late"), Optional.empty());
    assertUser("begin with another authority", () -> issue(late, List.of(), DAY));
  }

  private int revocations() throws IOException {
    return new AuthorityFiles(directory)
        .revocations(authority.certificate())
        .orElseThrow()
        .getRevokedCertificates()
        .size();
  }

  private Authority reopen() {
    return Authority.open(directory, () -> now);
  }

  private Enrolment enrolment() {
    return new Enrolment(authority, Authority.VALIDITY);
  }

  private List<X509Certificate> enrol(EnrolmentToken token) {
    return enrolment().enrol(request(token, NAME)).chain();
  }

  private EnrolmentRequest request(EnrolmentToken token, DeviceId name) {
    return request(token, Role.DEVICE, name, connection);
  }

  private EnrolmentRequest request(
      EnrolmentToken token, Role role, DeviceId name, KeyPair connection) {
    return EnrolmentRequest.of(
        token.secret(),
        role,
        name,
        connection,
        role == Role.DEVICE ? Optional.of(signing) : Optional.empty(),
        Fingerprint.of(authority.certificate()));
  }

  private void issue(Peer peer, List<Host> hosts, Duration validity) {
    authority.issue(peer, connection.getPublic(), hosts, validity);
  }

  private String permissions(String name) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(name)));
  }

  private static KeyPair keys(String algorithm) {
    return assertDoesNotThrow(
        () -> {
          KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
          if (algorithm.equals("EC")) {
            generator.initialize(new ECGenParameterSpec("secp256r1"));
          }
          return generator.generateKeyPair();
        });
  }

  private static void assertRemote(String part, Executable action) {
    assertError(Blame.REMOTE, part, action);
  }

  private static String assertUser(String part, Executable action) {
    return assertError(Blame.USER, part, action);
  }

  private static String assertError(Blame blame, String part, Executable action) {
    KulaException error = assertThrows(KulaException.class, action);
    String message = String.valueOf(error.getMessage());
    assertTrue(message.contains(part), message);
    assertEquals(blame, error.blame(), message);
    return message;
  }
}
