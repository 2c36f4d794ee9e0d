package dev.kula.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.kula.KulaException;
import dev.kula.client.DeviceRunner;
import dev.kula.client.FleetClient;
import dev.kula.client.ServerLine;
import dev.kula.client.Worker;
import dev.kula.data.DeviceId;
import dev.kula.peer.Peer;
import dev.kula.peer.Revocations;
import dev.kula.peer.Role;
import dev.kula.peer.Trust;
import dev.kula.pki.Authority;
import dev.kula.pki.Host;
import dev.kula.wire.Job;
import dev.kula.wire.JobCodec;
import dev.kula.wire.Outgoing;
import dev.kula.wire.Result;
import dev.kula.wire.identity.Credentials;
import dev.kula.wire.identity.Expected;
import dev.kula.wire.identity.PeerKeys;
import dev.kula.wire.identity.RevocationList;
import dev.kula.wire.identity.Tls;
import dev.kula.wire.v1.FleetGrpc;
import dev.kula.wire.v1.FromDevice;
import dev.kula.wire.v1.Hello;
import dev.kula.wire.v1.ToDevice;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who gets through to the fleet's service over real sockets, and what the others are told. */
final class FleetPortTest {
  private static final String HOST = "127.0.0.1";
  private static final DeviceId NAME = new DeviceId("gateway 7");
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Instant THEN = Instant.parse("2026-06-01T12:00:00Z");
  private static final Expected SERVERS = Expected.role(Role.ORCHESTRATOR);

  private final Path directory;

  /** What time it is for the server and the authority; devices stay where they were. */
  private final AtomicReference<Instant> now = new AtomicReference<>(THEN);

  private final Authority authority;
  private final RemoteDevice device =
      new RemoteDevice(
          NAME, ByteString.copyFromUtf8("server"), ByteString.EMPTY, LONG, 1000, false);
  private final List<String> refusals = new CopyOnWriteArrayList<>();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final FleetPort port;

  FleetPortTest(@TempDir Path directory) {
    this.directory = directory;
    Path files = directory.resolve("authority");
    authority = Authority.create(files, now::get);
    Revocations revoked =
        RevocationList.open(files.resolve("revoked.crl"), authority.certificate(), now::get);
    Tls tls =
        new Tls(
            issued(authority, Role.ORCHESTRATOR, new DeviceId("orchestrator")),
            new Trust(authority.certificate(), now::get, revoked));
    port =
        FleetPort.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            tls,
            new FleetService(
                id -> id.equals(NAME) ? Optional.of(device) : Optional.<Attended>empty()),
            refusals::add);
  }

  @AfterEach
  void stop() {
    channels.forEach(ManagedChannel::shutdownNow);
    port.close();
  }

  /** A device's end of a call. */
  private static final class Session implements StreamObserver<ToDevice> {
    final BlockingQueue<ToDevice> heard = new LinkedBlockingQueue<>();
    final BlockingQueue<Status> over = new LinkedBlockingQueue<>();
    final StreamObserver<FromDevice> out;

    Session(Channel channel) {
      out = FleetGrpc.newStub(channel).attend(this);
    }

    Session greet() {
      out.onNext(FromDevice.newBuilder().setHello(Hello.newBuilder().setVersion(1)).build());
      return this;
    }

    @Override
    public void onNext(ToDevice said) {
      heard.add(said);
    }

    @Override
    public void onError(Throwable broken) {
      over.add(Status.fromThrowable(broken));
    }

    @Override
    public void onCompleted() {
      over.add(Status.OK);
    }

    Session welcomed() throws InterruptedException {
      assertEquals(ToDevice.WhatCase.WELCOME, next().getWhatCase());
      return this;
    }

    ToDevice next() throws InterruptedException {
      return Optional.ofNullable(heard.poll(LONG.toSeconds(), TimeUnit.SECONDS)).orElseThrow();
    }

    void answer(long job, Result result) {
      new Outgoing(job, JobCodec.encode(result))
          .send(
              0,
              frame -> {
                out.onNext(FromDevice.newBuilder().setResult(frame).build());
                return true;
              });
    }

    String refusal(Status.Code code) throws InterruptedException {
      Status why = Optional.ofNullable(over.poll(LONG.toSeconds(), TimeUnit.SECONDS)).orElseThrow();
      assertEquals(code, why.getCode(), why.toString());
      return String.valueOf(why.getDescription());
    }
  }

  @Test
  void aDeviceAttendsAndDoesAJob() throws Exception {
    Session session = new Session(line(issued(authority, Role.DEVICE, NAME))).greet().welcomed();
    Future<Optional<Result>> asking = asked(LONG);
    session.answer(session.next().getJob().getJob(), new Result.Done());
    assertEquals(Optional.of(new Result.Done()), asking.get());
    assertEquals(List.of(), refusals);
  }

  /** The one call that there is, with each role. */
  @ParameterizedTest
  @EnumSource(Role.class)
  void aCallIsForItsRoleAlone(Role role) throws Exception {
    assertEquals(1, FleetGrpc.getServiceDescriptor().getMethods().size(), "a call has no row");
    Session session = new Session(anybody(issued(authority, role, NAME)));
    if (role == Role.DEVICE) {
      session.greet().welcomed();
      return;
    }
    boolean others = role.isForOthers();
    String roles = others ? "monitor or device" : "orchestrator or monitor or device or operator";
    assertEquals(
        role == Role.MONITOR
            ? "this run has no monitor apart; start its server with --monitor"
            : "role of 'gateway 7' is %s, must be %s; connect to another address, or as another"
                .formatted(role.word(), roles),
        session.refusal(others ? Status.Code.PERMISSION_DENIED : Status.Code.UNAUTHENTICATED));
    assertEquals(role == Role.MONITOR, refusals.isEmpty());
    assertFalse(device.isPresent());
  }

  @Test
  void whoIsRevokedOrRanOutIsToldSo() throws Exception {
    Credentials revoked = issued(authority, Role.DEVICE, NAME);
    authority.revoke(NAME);
    later(Duration.ofSeconds(2));
    FleetClient client = new FleetClient(line(revoked), nobody(), 1000);
    String refusal = message(assertThrows(KulaException.class, client::run));
    assertTrue(
        refusal.startsWith("the server refuses this device: certificate ")
            && refusal.endsWith(" of device 'gateway 7' was revoked, must not be; enrol anew"),
        refusal);

    Credentials old = issued(authority, Role.DEVICE, NAME);
    later(Authority.VALIDITY.plusDays(1));
    String late = new Session(anybody(old)).refusal(Status.Code.UNAUTHENTICATED);
    assertTrue(
        late.contains(" of device 'gateway 7' held until 2026-08-30T12:00:02Z, it is"), late);
    assertFalse(device.isPresent());
  }

  @Test
  void aCallEndsWhenItsCertificateDoes() throws Exception {
    ManagedChannel line = line(issued(authority, Role.DEVICE, NAME));
    Session session = new Session(line).greet().welcomed();
    authority.revoke(NAME);
    later(Duration.ofSeconds(2));
    Future<Optional<Result>> asking = asked(LONG);
    String told = session.refusal(Status.Code.UNAUTHENTICATED);
    assertTrue(told.contains("was revoked"), told);
    assertTrue(session.heard.isEmpty(), "it was sent a job");
    waitFor(() -> !device.isPresent());
    asking.cancel(true);

    assertTrue(
        new Session(line).refusal(Status.Code.UNAUTHENTICATED).contains("was revoked"),
        "on the connection that it has");
  }

  @Test
  @Tag("slow")
  void whatARevokedDeviceSaysIsNotHeard() throws Exception {
    Session session = new Session(line(issued(authority, Role.DEVICE, NAME))).greet().welcomed();
    Future<Optional<Result>> asking = asked(Duration.ofSeconds(3));
    session.next();
    authority.revoke(NAME);
    later(Duration.ofSeconds(2));
    session.answer(1, new Result.Done());
    assertTrue(session.refusal(Status.Code.UNAUTHENTICATED).contains("was revoked"));
    assertEquals(Optional.empty(), asking.get());
  }

  @Test
  void strangersDoNotGetThroughTheHandshake() throws Exception {
    Authority other = Authority.create(directory.resolve("other"), now::get);
    Credentials stranger = issued(other, Role.DEVICE, NAME);
    new Session(anybody(stranger)).refusal(Status.Code.UNAVAILABLE);
    waitFor(() -> !refusals.isEmpty());
    assertTrue(
        refusals.getFirst().contains("'gateway 7' does not lead to the authority"),
        refusals::toString);
    String own = message(assertThrows(KulaException.class, () -> line(stranger).shutdownNow()));
    assertTrue(own.startsWith("own certificate cannot be used: "), own);
    assertTrue(own.contains("must be issued by it; enrol with this fleet"), own);
  }

  @Test
  void nobodyTakesAnothersName() throws Exception {
    Metadata claim = new Metadata();
    claim.put(Metadata.Key.of("kula-device", Metadata.ASCII_STRING_MARSHALLER), NAME.name());
    Channel claiming =
        ClientInterceptors.intercept(
            line(issued(authority, Role.DEVICE, new DeviceId("gateway 8"))),
            MetadataUtils.newAttachHeadersInterceptor(claim));
    assertEquals(
        "'gateway 8' is not a device of this fleet; enrol it, or use its own certificate",
        new Session(claiming).refusal(Status.Code.PERMISSION_DENIED));
    assertFalse(device.isPresent());
  }

  @Test
  void aCertificateHasFewCallsAtOnce() throws Exception {
    Credentials own = issued(authority, Role.DEVICE, NAME);
    List<Session> silent = new ArrayList<>();
    for (int i = 0; i <= Admission.CALLS; i++) {
      silent.add(new Session(anybody(own)));
    }
    waitFor(() -> silent.stream().anyMatch(session -> !session.over.isEmpty()));
    List<Session> over = silent.stream().filter(session -> !session.over.isEmpty()).toList();
    assertEquals(1, over.size());
    assertEquals(
        "'gateway 7' has 4 calls at once, must have no more; end the others",
        over.getFirst().refusal(Status.Code.RESOURCE_EXHAUSTED));
    silent.forEach(
        session -> {
          if (!over.contains(session)) {
            session.out.onCompleted();
          }
        });
    waitFor(() -> silent.stream().allMatch(one -> over.contains(one) || !one.over.isEmpty()));
    new Session(anybody(own)).greet().welcomed();
  }

  @Test
  void aDeviceBelievesNoServerOfAnotherHostOrRole() throws Exception {
    Credentials own = issued(authority, Role.DEVICE, NAME);
    Tls elsewhere = tls(issued(authority, Role.ORCHESTRATOR, new DeviceId("far"), "192.0.2.1"));
    try (FleetPort other =
        FleetPort.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            elsewhere,
            new FleetService(id -> Optional.empty()),
            line -> {})) {
      assertTrouble(other.port(), own, "host of the server is '127.0.0.1', must be one");
    }

    Tls monitor = tls(issued(authority, Role.MONITOR, new DeviceId("monitor")));
    Server posing =
        Grpc.newServerBuilderForPort(
                0,
                TlsServerCredentials.newBuilder()
                    .keyManager(monitor.keyManagers().getKeyManagers())
                    .build())
            .build()
            .start();
    int to = posing.getPort();
    try {
      assertTrouble(to, own, "role of 'monitor' is monitor, must be orchestrator");
    } finally {
      posing.shutdownNow();
    }
    assertTrouble(to, own, "Connection refused");
  }

  @Test
  void aPortThatCannotBeHadIsTheUsersMistake() {
    Tls tls = tls(issued(authority, Role.ORCHESTRATOR, new DeviceId("second")));
    InetSocketAddress taken = new InetSocketAddress(InetAddress.getLoopbackAddress(), port.port());
    assertMistake("must be this machine's and free", taken, tls);
    InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    assertMistake(
        "own certificate cannot be used: role of 'gateway 7' is device, must be orchestrator",
        free,
        tls(issued(authority, Role.DEVICE, NAME)));
  }

  private void assertMistake(String part, InetSocketAddress address, Tls tls) {
    KulaException mistake =
        assertThrows(
            KulaException.class,
            () ->
                FleetPort.open(address, tls, new FleetService(id -> Optional.empty()), line -> {})
                    .close());
    assertEquals(KulaException.Blame.USER, mistake.blame());
    assertTrue(message(mistake).contains(part), message(mistake));
  }

  private void assertTrouble(int to, Credentials own, String part) throws Exception {
    FleetClient client =
        new FleetClient(kept(ServerLine.open(HOST, to, tls(own), Role.DEVICE)), nobody(), 1000);
    Thread attending =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    client.run();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    waitFor(() -> client.trouble().isPresent());
    assertTrue(client.trouble().orElseThrow().contains(part), client.trouble().toString());
    attending.interrupt();
    attending.join();
  }

  private static String message(KulaException thrown) {
    return String.valueOf(thrown.getMessage());
  }

  private Future<Optional<Result>> asked(Duration within) {
    return CompletableFuture.supplyAsync(
        () -> device.perform(new Job.Begin(1), within), Thread::startVirtualThread);
  }

  private void later(Duration duration) {
    now.updateAndGet(before -> before.plus(duration));
  }

  private static void waitFor(BooleanSupplier met) throws InterruptedException {
    long end = System.nanoTime() + LONG.toNanos();
    while (!met.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "it did not come to that");
      Thread.sleep(20);
    }
  }

  /** As a device connects. */
  private ManagedChannel line(Credentials own) {
    return kept(ServerLine.open(HOST, port.port(), tls(own), Role.DEVICE));
  }

  /** As somebody connects who does not look at their own certificate first. */
  private ManagedChannel anybody(Credentials own) {
    Tls tls = tls(own);
    return kept(
        Grpc.newChannelBuilderForAddress(
                HOST,
                port.port(),
                TlsChannelCredentials.newBuilder()
                    .keyManager(tls.keyManagers().getKeyManagers())
                    .trustManager(tls.trustManager(SERVERS))
                    .build())
            .build());
  }

  private ManagedChannel kept(ManagedChannel channel) {
    channels.add(channel);
    return channel;
  }

  private Tls tls(Credentials own) {
    return new Tls(own, new Trust(authority.certificate(), () -> THEN, Revocations.none()));
  }

  private static Credentials issued(Authority by, Role role, DeviceId name) {
    return issued(by, role, name, HOST);
  }

  private static Credentials issued(Authority by, Role role, DeviceId name, String host) {
    PeerKeys keys = PeerKeys.create(role);
    Peer peer = new Peer(role, name, keys.signing().map(KeyPair::getPublic));
    List<Host> hosts = role.isServer() ? List.of(new Host(host)) : List.of();
    return new Credentials(
        peer,
        role.isForOthers()
            ? by.issue(peer, keys.connection().getPublic(), hosts, Authority.VALIDITY)
            : by.own(peer, keys.connection().getPublic()),
        keys);
  }

  /** Of a device that is never welcomed. */
  private static Worker<DeviceRunner> nobody() {
    return new Worker<>(
        told -> {
          throw new AssertionError("it was let in, or believed the server");
        },
        Optional.empty());
  }
}
