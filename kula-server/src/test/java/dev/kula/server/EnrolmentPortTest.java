package dev.kula.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import dev.kula.client.AuthorityLine;
import dev.kula.data.DeviceId;
import dev.kula.peer.EnrolmentToken;
import dev.kula.peer.Fingerprint;
import dev.kula.peer.Peer;
import dev.kula.peer.Revocations;
import dev.kula.peer.Role;
import dev.kula.peer.Trust;
import dev.kula.pki.Authority;
import dev.kula.pki.Enrolment;
import dev.kula.pki.Host;
import dev.kula.wire.identity.Credentials;
import dev.kula.wire.identity.Expected;
import dev.kula.wire.identity.PeerKeys;
import dev.kula.wire.identity.Tls;
import dev.kula.wire.v1.Certified;
import dev.kula.wire.v1.EnrolRequest;
import dev.kula.wire.v1.EnrolmentGrpc;
import dev.kula.wire.v1.RenewRequest;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsServerCredentials;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Enrolment over real sockets: who gets a certificate, who does not, and what they are told. */
final class EnrolmentPortTest {
  private static final String HOST = "127.0.0.1";
  private static final DeviceId NAME = new DeviceId("gateway 7");
  private static final Duration DAY = Duration.ofDays(1);

  private final Path directory;
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-06-01T12:00:00Z"));
  private final Authority authority;
  private final List<String> refusals = new CopyOnWriteArrayList<>();
  private EnrolmentPort port;

  EnrolmentPortTest(@TempDir Path directory) {
    this.directory = directory;
    authority = Authority.create(directory.resolve("authority"), now::get);
    port = open(authority);
  }

  @AfterEach
  void stop() {
    port.close();
  }

  @Test
  void aTokenGetsACertificateThatTheFleetBelieves() {
    Credentials own = enrol(authority.token(NAME, DAY), PeerKeys.create(Role.DEVICE));
    assertEquals(
        own.peer(), trust().peer(own.chain(), Trust.Side.CLIENT), "as the orchestrator sees it");
    assertEquals(NAME, own.peer().name());
    assertEquals(authority.certificate(), own.chain().getLast());
    assertEquals(List.of(), refusals);
  }

  @Test
  void everyRoleThatOthersHaveCanBeEnrolled() {
    for (String word : Role.words()) {
      Role role = Role.of(word).orElseThrow();
      DeviceId name = new DeviceId("the " + word);
      List<Host> hosts = role.isServer() ? List.of(new Host("fleet.example.org")) : List.of();
      EnrolmentToken token = authority.token(role, name, hosts, DAY);
      Credentials own = enrol(token, role, name, PeerKeys.create(role));
      assertEquals(role, own.peer().role());
      assertEquals(
          role.isServer(),
          own.chain().getFirst().toString().contains("fleet.example.org"),
          role.word());
    }
  }

  /** Each refusal is a line at both ends, and spends nothing. */
  @Test
  void whoIsRefusedIsToldWhy() {
    PeerKeys keys = PeerKeys.create(Role.DEVICE);
    EnrolmentToken token = authority.token(NAME, DAY);
    EnrolmentToken unknown = new EnrolmentToken("A".repeat(43), token.authority());
    assertRefused("is not of this authority or was withdrawn", () -> enrol(unknown, keys));
    DeviceId other = new DeviceId("gateway 8");
    assertRefused("is for another name", () -> enrol(token, Role.DEVICE, other, keys));
    assertRefused(
        "is for another role",
        () -> enrol(token, Role.OPERATOR, NAME, PeerKeys.create(Role.OPERATOR)));
    now.updateAndGet(before -> before.plus(DAY));
    assertRefused("was valid until", () -> enrol(token, keys));
    EnrolmentToken second = authority.token(NAME, DAY);
    EnrolmentToken third = authority.token(NAME, DAY);
    enrol(second, keys);
    assertRefused("was used already", () -> enrol(second, PeerKeys.create(Role.DEVICE)));
    assertRefused("must be one without", () -> enrol(third, PeerKeys.create(Role.DEVICE)));
    authority.revoke(NAME);
    assertRefused("was withdrawn", () -> enrol(second, keys));
    assertEquals(1, authority.issued().size());
    assertEquals(7, refusals.size(), refusals::toString);
    assertFalse(refusals.toString().contains(second.secret()), "a secret is in the log");
  }

  @Test
  void aManInTheMiddleIsNotToldTheToken() throws Exception {
    EnrolmentToken token = authority.token(NAME, DAY);
    Authority other = Authority.create(directory.resolve("other"), now::get);
    try (EnrolmentPort posing = open(other)) {
      assertError(
          "fingerprint of the authority is",
          () -> enrol(posing.port(), token, Role.DEVICE, NAME, PeerKeys.create(Role.DEVICE)));
      assertEquals(List.of(), refusals, "it was asked");
    }
    // A device of the fleet is not the fleet's authority, though that has issued its certificate.
    DeviceId b = new DeviceId("b");
    Credentials device =
        enrol(authority.token(b, DAY), Role.DEVICE, b, PeerKeys.create(Role.DEVICE));
    AtomicInteger asked = new AtomicInteger();
    Server posing =
        Grpc.newServerBuilderForPort(
                0,
                TlsServerCredentials.newBuilder()
                    .keyManager(tls(device).keyManagers().getKeyManagers())
                    .build())
            .addService(
                new EnrolmentGrpc.EnrolmentImplBase() {
                  @Override
                  public void enrol(EnrolRequest request, StreamObserver<Certified> out) {
                    asked.incrementAndGet();
                    out.onCompleted();
                  }
                })
            .build()
            .start();
    try {
      assertError(
          "role of 'b' is device, must be authority",
          () -> enrol(posing.getPort(), token, Role.DEVICE, NAME, PeerKeys.create(Role.DEVICE)));
      assertEquals(0, asked.get());
    } finally {
      posing.shutdownNow();
    }
    enrol(token, PeerKeys.create(Role.DEVICE));
  }

  @Test
  void ofTwoThatRaceForATokenOneGetsACertificate() throws Exception {
    EnrolmentToken token = authority.token(NAME, DAY);
    int racing = 8;
    List<Callable<Credentials>> all = new ArrayList<>();
    for (int i = 0; i < racing; i++) {
      PeerKeys keys = PeerKeys.create(Role.DEVICE);
      all.add(() -> enrol(token, keys));
    }
    int given = 0;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Credentials> one : threads.invokeAll(all)) {
        try {
          one.get();
          given++;
        } catch (ExecutionException refused) {
          String why = String.valueOf(refused.getMessage());
          assertTrue(why.contains("was used already"), why);
        }
      }
    }
    assertEquals(1, given);
    assertEquals(1, authority.issued().size());
  }

  /** As when the authority is killed after it wrote the certificate down, before it answered. */
  @Test
  void whoLostTheAnswerGetsItFromTheNextProcess() throws Exception {
    EnrolmentToken token = authority.token(NAME, DAY);
    PeerKeys keys = PeerKeys.create(Role.DEVICE);
    X509Certificate lost = enrol(token, keys).chain().getFirst();
    int there = port.port();
    port.close();
    assertError(
        "it is not or cannot be reached", () -> enrol(there, token, Role.DEVICE, NAME, keys));
    port = open(Authority.open(directory.resolve("authority"), now::get));
    assertRefused("was used already", () -> enrol(token, PeerKeys.create(Role.DEVICE)));
    X509Certificate again = enrol(token, keys).chain().getFirst();
    assertArrayEquals(lost.getTBSCertificate(), again.getTBSCertificate());
    assertEquals(1, authority.issued().size());
  }

  @Test
  void aCertificateIsRenewedWithoutAToken() {
    Credentials first = enrol(authority.token(NAME, DAY), PeerKeys.create(Role.DEVICE));
    assertRefused("is renewed from", () -> AuthorityLine.renew(HOST, port.port(), tls(first)));
    Instant later = now.updateAndGet(before -> before.plus(Duration.ofDays(60)));
    Credentials second = AuthorityLine.renew(HOST, port.port(), tls(first));
    assertEquals(first.peer(), second.peer());
    assertEquals(
        later.plus(Authority.VALIDITY), second.chain().getFirst().getNotAfter().toInstant());
    authority.revoke(NAME);
    assertRefused("was revoked", () -> AuthorityLine.renew(HOST, port.port(), tls(second)));
  }

  /** Who may make which call: the first anybody, with a token; the second whoever has had one. */
  @ParameterizedTest
  @EnumSource(Role.class)
  void aRenewalIsForEveryRoleThatOthersHave(Role role) {
    assertEquals(2, EnrolmentGrpc.getServiceDescriptor().getMethods().size(), "a call has no row");
    PeerKeys keys = PeerKeys.create(role);
    Peer peer = new Peer(role, NAME, keys.signing().map(KeyPair::getPublic));
    List<Host> hosts = role.isServer() ? List.of(new Host(HOST)) : List.of();
    Credentials own =
        new Credentials(
            peer,
            role.isForOthers()
                ? authority.issue(peer, keys.connection().getPublic(), hosts, DAY)
                : authority.own(peer, keys.connection().getPublic()),
            keys);
    now.updateAndGet(before -> before.plus(Duration.ofHours(20)));
    if (role.isForOthers()) {
      assertEquals(peer, AuthorityLine.renew(HOST, port.port(), tls(own)).peer());
    } else {
      assertRefused(
          "is not in this authority's journal",
          () -> AuthorityLine.renew(HOST, port.port(), tls(own)));
    }
  }

  @Test
  void whatIsMalformedOrTooLongIsRefused() throws Exception {
    EnrolRequest good =
        EnrolRequest.newBuilder().setRole("device").setName("a").setToken("b").build();
    assertStatus(Status.Code.PERMISSION_DENIED, "signing key of 0 bytes", good);
    assertStatus(
        Status.Code.PERMISSION_DENIED,
        "role of a request is unknown",
        good.toBuilder().setRole("king\nkula: enrolled").build());
    assertStatus(Status.Code.PERMISSION_DENIED, "is blank", good.toBuilder().setName(" ").build());
    assertStatus(
        Status.Code.PERMISSION_DENIED,
        "must have at most 256",
        good.toBuilder().setToken("b".repeat(300)).build());
    assertStatus(
        Status.Code.PERMISSION_DENIED,
        "must not begin with kula:",
        good.toBuilder().setRole("monitor").setName("kula:\n").build());
    assertStatus(
        Status.Code.RESOURCE_EXHAUSTED, "", good.toBuilder().setToken("b".repeat(5000)).build());
    ManagedChannel channel = anonymous();
    try {
      StatusRuntimeException refused =
          assertThrows(
              StatusRuntimeException.class,
              () ->
                  EnrolmentGrpc.newBlockingStub(channel).renew(RenewRequest.getDefaultInstance()));
      String why = String.valueOf(refused.getMessage());
      assertTrue(why.contains("has shown no certificate"), why);
    } finally {
      channel.shutdownNow();
    }
    assertFalse(refusals.stream().anyMatch(line -> line.contains("\n")), refusals::toString);
  }

  @Test
  void allTogetherMayAskSoOften() {
    AtomicLong nanos = new AtomicLong();
    List<String> lines = new ArrayList<>();
    EnrolmentService service =
        new EnrolmentService(new Enrolment(authority, DAY), lines::add, nanos::get);
    for (int i = 0; i < EnrolmentService.BURST; i++) {
      assertTrue(service.admit(), "call " + i);
    }
    assertFalse(service.admit());
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    for (int i = 0; i < EnrolmentService.A_SECOND; i++) {
      assertTrue(service.admit(), "call " + i);
    }
    assertFalse(service.admit());
  }

  /** Over the wire, with the operator told once. */
  @Test
  void whoAsksTooOftenIsToldSo() throws Exception {
    ManagedChannel channel = anonymous();
    EnrolRequest request =
        EnrolRequest.newBuilder().setRole("device").setName("a").setToken("b").build();
    try {
      Status.Code last = Status.Code.OK;
      for (int i = 0; i < 2000 && last != Status.Code.RESOURCE_EXHAUSTED; i++) {
        last =
            assertThrows(
                    StatusRuntimeException.class,
                    () -> EnrolmentGrpc.newBlockingStub(channel).enrol(request))
                .getStatus()
                .getCode();
      }
      assertEquals(Status.Code.RESOURCE_EXHAUSTED, last);
      assertTrue(
          refusals.getLast().contains("is asked too often, must be at most 20 times a second"),
          refusals.getLast());
    } finally {
      channel.shutdownNow();
    }
  }

  private void assertStatus(Status.Code code, String part, EnrolRequest request) throws Exception {
    ManagedChannel channel = anonymous();
    try {
      Status status =
          assertThrows(
                  StatusRuntimeException.class,
                  () -> EnrolmentGrpc.newBlockingStub(channel).enrol(request))
              .getStatus();
      assertEquals(code, status.getCode(), status.toString());
      assertTrue(String.valueOf(status.getDescription()).contains(part), status.toString());
    } finally {
      channel.shutdownNow();
    }
  }

  /** As somebody connects who shows nothing. */
  private ManagedChannel anonymous() {
    SSLContext context =
        Tls.firstContext(
            Fingerprint.of(authority.certificate()), Expected.role(Role.AUTHORITY), now::get);
    return OkHttpChannelBuilder.forAddress(HOST, port.port())
        .sslSocketFactory(context.getSocketFactory())
        .tlsConnectionSpec(new String[] {Tls.VERSION}, new String[] {"TLS_AES_128_GCM_SHA256"})
        .hostnameVerifier((host, session) -> true)
        .build();
  }

  private Credentials enrol(EnrolmentToken token, PeerKeys keys) {
    return enrol(token, Role.DEVICE, NAME, keys);
  }

  private Credentials enrol(EnrolmentToken token, Role role, DeviceId name, PeerKeys keys) {
    return enrol(port.port(), token, role, name, keys);
  }

  private Credentials enrol(int to, EnrolmentToken token, Role role, DeviceId name, PeerKeys keys) {
    return AuthorityLine.enrol(
        HOST, to, token.secret(), role, name, keys, token.authority().orElseThrow(), now::get);
  }

  private EnrolmentPort open(Authority serving) {
    PeerKeys keys = PeerKeys.create(Role.AUTHORITY);
    Peer self = new Peer(Role.AUTHORITY, new DeviceId("authority"), Optional.empty());
    Tls tls =
        new Tls(
            new Credentials(self, serving.own(self, keys.connection().getPublic()), keys),
            new Trust(serving.certificate(), now::get, Revocations.none()));
    return EnrolmentPort.open(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        tls,
        new Enrolment(serving, Authority.VALIDITY),
        refusals::add);
  }

  private Tls tls(Credentials own) {
    return new Tls(own, trust());
  }

  private Trust trust() {
    return new Trust(authority.certificate(), now::get, Revocations.none());
  }

  private void assertRefused(String part, Executable action) {
    int before = refusals.size();
    String message = assertError(part, action);
    assertTrue(message.startsWith("the authority refuses: "), message);
    assertFalse(message.contains("\n"), message);
    assertEquals(before + 1, refusals.size(), refusals::toString);
    assertTrue(refusals.getLast().contains(part), refusals.getLast());
  }

  private static String assertError(String part, Executable action) {
    KulaException error = assertThrows(KulaException.class, action);
    String message = String.valueOf(error.getMessage());
    assertTrue(message.contains(part), message);
    assertEquals(KulaException.Blame.REMOTE, error.blame());
    return message;
  }
}
