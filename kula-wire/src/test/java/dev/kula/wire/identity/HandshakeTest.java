package dev.kula.wire.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.peer.EnrolmentRequest;
import dev.kula.peer.Fingerprint;
import dev.kula.peer.Peer;
import dev.kula.peer.Revocations;
import dev.kula.peer.Role;
import dev.kula.peer.Trust;
import dev.kula.peer.Trust.Side;
import dev.kula.pki.Authority;
import dev.kula.pki.Enrolment;
import dev.kula.pki.Host;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Real TLS on loopback: who is let in, and who is not. */
final class HandshakeTest {
  private static final DeviceId SERVER = new DeviceId("orchestrator");
  private static final DeviceId DEVICE = new DeviceId("gateway 7");
  private static final Expected DEVICES = Expected.role(Role.DEVICE);
  private static final Expected SERVERS = Expected.role(Role.ORCHESTRATOR);
  private static final int TIMEOUT_MILLIS = 20_000;

  private final Path root;
  private final Path directory;
  private Instant now = Instant.parse("2026-06-01T12:00:00Z");
  private final Authority authority;
  private final Revocations revocations;
  private final Credentials server;
  private final Credentials device;

  HandshakeTest(@TempDir Path root) {
    this.root = root;
    directory = root.resolve("authority");
    authority = Authority.create(directory, () -> now);
    revocations =
        RevocationList.open(directory.resolve("revoked.crl"), authority.certificate(), () -> now);
    server = issued(authority, Role.ORCHESTRATOR, SERVER, "127.0.0.1");
    device = enrolled();
  }

  @Test
  void bothSidesKnowEachOther() throws Exception {
    Met met = meet(tls(server).context(DEVICES), tls(device).context(SERVERS));
    Peer client = tls(server).peer(met.atServer(), Side.CLIENT, DEVICES);
    assertEquals(device.peer(), client);
    assertEquals(device.keys().signing().map(KeyPair::getPublic), client.signing());
    assertEquals(server.peer(), tls(device).peer(met.atClient(), Side.SERVER, SERVERS));
    assertEquals("TLSv1.3", met.atServer().getProtocol());
  }

  @Test
  void whoRanOutIsRefusedByTheClockThatIsInjected() throws Exception {
    Instant then = now;
    now = then.plus(Duration.ofDays(89));
    meet(tls(server).context(DEVICES), tls(device).context(SERVERS));
    now = then.plus(Duration.ofDays(91));
    assertRefused("held until", tls(server).context(DEVICES), tls(device).context(SERVERS));
    now = then.minus(Duration.ofDays(1));
    assertRefused(
        "set the clocks right", tls(server).context(DEVICES), tls(device).context(SERVERS));
  }

  @Test
  void whoIsRevokedIsRefusedOnNewConnectionsAndOnCalls() throws Exception {
    SSLContext atServer = tls(server).context(DEVICES);
    SSLContext atClient = tls(device).context(SERVERS);
    Met before = meet(atServer, atClient);
    authority.revoke(DEVICE);
    now = now.plusSeconds(2);
    assertError("was revoked", () -> tls(server).recheck(before.atServer()));
    assertError("was revoked", () -> tls(server).peer(before.atServer(), Side.CLIENT, DEVICES));
    assertRefused("was revoked", tls(server).context(DEVICES), tls(device).context(SERVERS));
    tls(device).recheck(before.atClient());
  }

  /** TLS resumes without asking the trust manager: what the session keeps is asked again. */
  @Test
  void aResumedSessionIsNoWayIn() throws Exception {
    SSLContext atServer = tls(server).context(DEVICES);
    SSLContext atClient = tls(device).context(SERVERS);
    try (SSLServerSocket listening = listen(atServer)) {
      meet(listening, atClient);
      authority.revoke(DEVICE);
      now = now.plusSeconds(2);
      Met again = meet(listening, atClient); // the handshake would refuse it, had it been asked
      assertError("was revoked", () -> tls(server).peer(again.atServer(), Side.CLIENT, DEVICES));
      assertError("was revoked", () -> tls(server).recheck(again.atServer()));
    }
  }

  @Test
  void anotherAuthorityCountsForNothing() throws Exception {
    Authority stranger = Authority.create(root.resolve("stranger"), () -> now);
    Credentials foreign = issued(stranger, Role.ORCHESTRATOR, SERVER, "127.0.0.1");
    assertRefused(
        "does not lead to the authority",
        tls(foreign).context(DEVICES),
        tls(device).context(SERVERS));
  }

  @Test
  void aDeviceCannotPoseAsAServer() throws Exception {
    assertRefused(
        "role of 'gateway 7' is device, must be orchestrator",
        tls(device).context(DEVICES),
        tls(device).context(SERVERS));
    assertRefused(
        "role of 'orchestrator' is orchestrator, must be device",
        tls(server).context(DEVICES),
        tls(server).context(SERVERS));
  }

  @Test
  void aServerOfAnotherNameOrHostIsRefused() throws Exception {
    assertRefused(
        "name of the orchestrator is 'orchestrator', must be 'other'",
        tls(server).context(DEVICES),
        tls(device).context(Expected.peer(Role.ORCHESTRATOR, new DeviceId("other"))));
    Credentials elsewhere = issued(authority, Role.ORCHESTRATOR, new DeviceId("m"), "192.0.2.1");
    assertRefused("127.0.0.1", tls(elsewhere).context(DEVICES), tls(device).context(SERVERS));
  }

  @Test
  void filesAreReadBackAndKeysAreTheOwnersAlone() throws IOException {
    Path key = root.resolve("device.key");
    Path certificate = root.resolve("device.pem");
    device.keys().write(key);
    Credentials.create(certificate, device.chain());
    Credentials read = Credentials.read(certificate, key);
    assertEquals(device.peer(), read.peer());
    assertEquals(device.chain(), read.chain());
    assertEquals(
        device.keys().signing().map(KeyPair::getPublic),
        PeerKeys.read(key).signing().map(KeyPair::getPublic));
    assertEquals(read.keys().deviceKeys().verifying(), device.keys().deviceKeys().verifying());
    assertError("nothing is overwritten", () -> device.keys().write(key));
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    assertError("run chmod 600", () -> Credentials.read(certificate, key));
    Path other = root.resolve("other.key");
    PeerKeys.create(Role.DEVICE).write(other);
    assertError("key that the certificate names", () -> Credentials.read(certificate, other));
    Path half = Files.writeString(root.resolve("half.pem"), "-----BEGIN CERTIFICATE-----\nMIIB");
    assertError("must be PEM", () -> Credentials.read(half, other));
  }

  @Test
  void aProcessTakesUpAnotherCertificateOfItsOwnKeysAlone() throws Exception {
    Path identity = root.resolve("device");
    Path certificate = root.resolve("device.pem");
    device.keys().write(root.resolve("device.key"));
    Credentials.create(certificate, device.chain());
    Tls own = Tls.read(identity, tls(device).trust());
    now = now.plus(Duration.ofDays(91));
    assertRefused("held until", tls(server).context(DEVICES), own.context(SERVERS));
    Credentials other = enrolled();
    other.replace(certificate);
    assertError("key that the certificate names", own::reread);
    Files.delete(root.resolve("device.key"));
    other.keys().write(root.resolve("device.key"));
    assertError("names the device 'gateway 7' with another key", own::reread);
    assertEquals(device.peer(), own.self());
  }

  @Test
  void aListThatCannotBeUsedLeavesTheOneBeforeInForce() throws IOException {
    Path file = directory.resolve("revoked.crl");
    String empty = Files.readString(file);
    authority.revoke(DEVICE);
    String full = Files.readString(file);
    RevocationList list = RevocationList.open(file, authority.certificate(), () -> now);
    for (String bad : List.of("half", empty)) {
      Files.writeString(file, bad);
      now = now.plusSeconds(2);
      assertTrue(list.isRevoked(device.chain().getFirst().getSerialNumber()));
      assertTrue(list.trouble().isPresent(), bad);
    }
    Files.writeString(file, full);
    now = now.plusSeconds(2);
    assertTrue(list.isRevoked(device.chain().getFirst().getSerialNumber()));
    assertEquals(Optional.empty(), list.trouble());
    Files.delete(file);
    assertError(
        "must be a file that can be read",
        () -> RevocationList.open(file, authority.certificate(), () -> now));
  }

  @Test
  void aClockThatIsSetBackLetsNobodyInWhoWasRevokedSince() {
    authority.revoke(DEVICE);
    now = now.minus(Duration.ofHours(1));
    assertTrue(revocations.isRevoked(device.chain().getFirst().getSerialNumber()));
  }

  private record Met(SSLSession atServer, SSLSession atClient) {}

  private static Met meet(SSLContext atServer, SSLContext atClient) throws Exception {
    try (SSLServerSocket listening = listen(atServer)) {
      return meet(listening, atClient);
    }
  }

  private static SSLServerSocket listen(SSLContext atServer) throws IOException {
    SSLServerSocket listening =
        (SSLServerSocket)
            atServer
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress());
    listening.setSSLParameters(Tls.parameters(Side.SERVER));
    listening.setSoTimeout(TIMEOUT_MILLIS);
    return listening;
  }

  private static Met meet(SSLServerSocket listening, SSLContext atClient) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<SSLSession> serving =
          () -> {
            try (SSLSocket socket = (SSLSocket) listening.accept()) {
              socket.setSoTimeout(TIMEOUT_MILLIS);
              int byteOfClient = socket.getInputStream().read();
              socket.getOutputStream().write(byteOfClient);
              return socket.getSession();
            }
          };
      Future<SSLSession> served = threads.submit(serving);
      SSLSession atEnd;
      try (SSLSocket socket =
          (SSLSocket)
              atClient.getSocketFactory().createSocket("127.0.0.1", listening.getLocalPort())) {
        socket.setSSLParameters(Tls.parameters(Side.CLIENT));
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.getOutputStream().write(1);
        assertEquals(1, socket.getInputStream().read());
        atEnd = socket.getSession();
      } catch (IOException | AssertionError refused) {
        try {
          served.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException other) {
          refused.addSuppressed(other);
        }
        throw refused;
      }
      // After the client has closed, for which the server's end waits.
      return new Met(served.get(20, TimeUnit.SECONDS), atEnd);
    }
  }

  private static void assertRefused(String part, SSLContext atServer, SSLContext atClient) {
    Throwable refused = assertThrows(Throwable.class, () -> meet(atServer, atClient));
    assertTrue(chainOf(refused).contains(part), chainOf(refused));
  }

  /** All that was said, on both sides. */
  private static String chainOf(Throwable thrown) {
    StringBuilder text = new StringBuilder();
    for (Throwable at = thrown; at != null; at = at.getCause()) {
      text.append(at).append('\n');
      for (Throwable other : at.getSuppressed()) {
        text.append(chainOf(other));
      }
    }
    return text.toString();
  }

  private static void assertError(String part, Executable action) {
    String message = String.valueOf(assertThrows(KulaException.class, action).getMessage());
    assertTrue(message.contains(part), message);
  }

  private Tls tls(Credentials own) {
    return new Tls(own, new Trust(authority.certificate(), () -> now, revocations));
  }

  private Credentials enrolled() {
    PeerKeys keys = PeerKeys.create(Role.DEVICE);
    EnrolmentRequest request =
        EnrolmentRequest.of(
            authority.token(DEVICE, Duration.ofHours(1)).secret(),
            Role.DEVICE,
            DEVICE,
            keys.connection(),
            keys.signing(),
            Fingerprint.of(authority.certificate()));
    return Credentials.of(
        new Enrolment(authority, Authority.VALIDITY).enrol(request),
        new Peer(Role.DEVICE, DEVICE, keys.signing().map(KeyPair::getPublic)),
        keys,
        new Trust(authority.certificate(), () -> now, Revocations.none()));
  }

  private static Credentials issued(Authority by, Role role, DeviceId name, String host) {
    PeerKeys keys = PeerKeys.create(role);
    Peer peer = new Peer(role, name, Optional.empty());
    return new Credentials(
        peer,
        by.issue(peer, keys.connection().getPublic(), List.of(new Host(host)), Authority.VALIDITY),
        keys);
  }
}
