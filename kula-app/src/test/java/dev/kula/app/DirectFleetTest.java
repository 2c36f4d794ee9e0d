package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.client.DirectTalk;
import dev.kula.client.FleetClient;
import dev.kula.client.JobLog;
import dev.kula.client.ServerLine;
import dev.kula.client.Worker;
import dev.kula.data.DeviceId;
import dev.kula.peer.Peer;
import dev.kula.peer.Revocations;
import dev.kula.peer.Role;
import dev.kula.peer.Trust;
import dev.kula.pki.Authority;
import dev.kula.pki.Host;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunListener;
import dev.kula.round.RunResult;
import dev.kula.round.RunState;
import dev.kula.round.Traffic;
import dev.kula.server.FleetPort;
import dev.kula.server.LiveFleet;
import dev.kula.server.Patience;
import dev.kula.server.Rehearsal;
import dev.kula.server.Tier;
import dev.kula.wire.PeerAddress;
import dev.kula.wire.identity.Credentials;
import dev.kula.wire.identity.PeerKeys;
import dev.kula.wire.identity.Tls;
import io.grpc.ManagedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What devices hand to each other comes to the same as what the orchestrator carries, to the bit.
 */
final class DirectFleetTest {
  private static final String HOST = "127.0.0.1";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Models that visit are large enough to be handed, pointers are not. */
  private static final DirectTalk.Terms TERMS =
      new DirectTalk.Terms(1 << 11, 1 << 20, 1 << 22, Duration.ofMillis(1500));

  @TempDir Path directory;
  private final Map<DeviceId, Callable<Attending>> starters = new ConcurrentHashMap<>();
  private final List<String> troubles = new CopyOnWriteArrayList<>();

  /** How a device lets others reach it. */
  private interface Reach {
    Optional<DirectTalk> of(DeviceId device, Tls tls);
  }

  private static final class Rounds implements RunListener {
    final List<RoundRecord> rounds = new ArrayList<>();

    @Override
    public void round(RoundRecord round, List<RunEvent> events) {
      rounds.add(round.withWallSeconds(0));
    }

    @Override
    public void checkpoint(Supplier<RunState> state) {}
  }

  /** Bytes by the way that they went, and all as they are accounted. */
  private record Ways(long direct, long relayed, Traffic all) {}

  @Test
  void whatIsHandedChangesNoBit() throws Exception {
    Ways ways = run((device, tls) -> Optional.of(listening(device, tls, Optional.empty())));
    assertTrue(ways.direct() > 0, ways::toString);
    assertEquals(ways.all().visit(), ways.direct());
    assertEquals(List.of(), troubles);
  }

  /** Some listen where nobody is, where nobody answers, or not at all. */
  @Test
  @Tag("slow")
  void norDoesWhoCannotBeReached() throws Exception {
    int closed;
    try (ServerSocket nobody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = nobody.getLocalPort();
    }
    try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Ways ways =
          run(
              (device, tls) ->
                  switch (device.name()) {
                    case "d0" -> Optional.of(listening(device, tls, at(closed)));
                    case "d1" -> Optional.of(listening(device, tls, at(mute.getLocalPort())));
                    case "d2" -> Optional.empty();
                    default -> Optional.of(listening(device, tls, Optional.empty()));
                  });
      assertTrue(ways.direct() > 0, ways::toString);
      assertTrue(ways.direct() < ways.all().visit(), ways::toString);
    }
    for (String which : List.of("'d0'", "'d1'")) {
      assertTrue(
          troubles.stream().anyMatch(line -> line.startsWith(which + " is told through the")),
          troubles::toString);
    }
  }

  /** Killed at their jobs, they do them again, and come to the same. */
  @Test
  void norDoDevicesThatAreKilled() throws Exception {
    AtomicInteger kills = new AtomicInteger();
    Ways ways =
        run(
            (device, tls) -> Optional.of(listening(device, tls, Optional.empty())),
            processes -> {
              for (DeviceId device : List.copyOf(starters.keySet())) {
                Thread.sleep(60);
                Attending running = Objects.requireNonNull(processes.get(device));
                running.kill();
                processes.put(device, again(device));
                kills.incrementAndGet();
              }
            });
    assertTrue(kills.get() > 1, "only %d were killed".formatted(kills.get()));
    assertTrue(ways.direct() > 0, ways::toString);
    assertTrue(troubles.stream().noneMatch(line -> line.contains("let lie")), troubles::toString);
  }

  private Attending again(DeviceId device) {
    try {
      return Objects.requireNonNull(starters.get(device)).call();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static Optional<PeerAddress> at(int port) {
    return Optional.of(new PeerAddress(HOST, port));
  }

  private DirectTalk listening(DeviceId device, Tls tls, Optional<PeerAddress> shown) {
    return DirectTalk.open(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        shown,
        tls,
        directory.resolve(device + ".parcels"),
        TERMS,
        troubles::add);
  }

  /** Runs the fleet, and compares what comes of it with a simulation. */
  private Ways run(Reach reach) throws Exception {
    return run(reach, processes -> {});
  }

  private Ways run(Reach reach, Disturbance disturbance) throws Exception {
    SmallFleet fleet = SmallFleet.deal(directory, Map.of("model", "mlp:256", "exchange", "visit"));
    Authority authority = Authority.create(directory.resolve("authority"), InstantSource.system());
    List<String> refusals = new CopyOnWriteArrayList<>();
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    Rounds rounds = new Rounds();
    try (LiveFleet rehearsal =
            Rehearsal.fleet(
                fleet.data(),
                fleet.plan(),
                SmallFleet.ENGINES,
                Optional.of(JobLog.open(fleet.log("base"))),
                Optional.empty(),
                Tier.ALONE,
                new Patience(PATIENCE, PATIENCE),
                refusals::add,
                rounds);
        FleetPort port =
            FleetPort.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                tls(authority, Role.ORCHESTRATOR, new DeviceId("orchestrator")),
                rehearsal.service(),
                refusals::add)) {
      Map<DeviceId, Attending> processes = new ConcurrentHashMap<>();
      for (DeviceId device : fleet.devices()) {
        Tls tls = tls(authority, Role.DEVICE, device);
        Callable<Attending> starter =
            () ->
                new Attending(
                    fleet,
                    device,
                    ServerLine.open(HOST, port.port(), tls, Role.DEVICE),
                    reach.of(device, tls),
                    failures);
        starters.put(device, starter);
        processes.put(device, starter.call());
      }
      assertTrue(rehearsal.server().await(fleet.devices().size(), PATIENCE), "nobody came");
      Thread meanwhile = Thread.ofPlatform().start(() -> disturb(disturbance, processes));
      RunResult result = rehearsal.run();
      rehearsal.dismiss();
      meanwhile.join();
      for (Attending process : processes.values()) {
        process.stop();
      }
      assertEquals(List.of(), failures);
      assertEquals(List.of(), refusals);
      SmallFleet.assertSame(fleet.alone(), rounds.rounds, result);
      return new Ways(
          rehearsal.server().directBytes(),
          rehearsal.server().relayedBytes(),
          rounds.rounds.getLast().bytes());
    }
  }

  private static void disturb(Disturbance how, Map<DeviceId, Attending> processes) {
    try {
      how.disturb(processes);
    } catch (InterruptedException over) {
      // The run has ended.
    }
  }

  /** Something that happens while a run goes on. */
  private interface Disturbance {
    void disturb(Map<DeviceId, Attending> processes) throws InterruptedException;
  }

  /** A device in what would be a process of its own. */
  private static final class Attending {
    private final ManagedChannel line;
    private final FleetClient client;
    private final Thread thread;

    Attending(
        SmallFleet fleet,
        DeviceId device,
        ManagedChannel line,
        Optional<DirectTalk> direct,
        List<Throwable> failures) {
      this.line = line;
      this.client =
          new FleetClient(
              line,
              new Worker<>(
                  told ->
                      Rehearsal.runner(
                          told, fleet.data(), fleet.plan(), SmallFleet.ENGINES, device),
                  Optional.of(JobLog.open(fleet.log(device.name()))),
                  direct),
              1 << 26);
      this.thread =
          Thread.ofPlatform()
              .uncaughtExceptionHandler((thread, failure) -> failures.add(failure))
              .start(this::attend);
    }

    private void attend() {
      try {
        client.run();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      client.worker().close();
    }

    /** What it is at is not told any more. */
    void kill() {
      line.shutdownNow();
      stop();
    }

    void stop() {
      client.stop();
      try {
        thread.join(Duration.ofSeconds(10));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      line.shutdownNow();
    }
  }

  private static Tls tls(Authority authority, Role role, DeviceId name) {
    PeerKeys keys = PeerKeys.create(role);
    Peer peer = new Peer(role, name, keys.signing().map(KeyPair::getPublic));
    List<Host> hosts = role.isServer() ? List.of(new Host(HOST)) : List.of();
    List<X509Certificate> chain =
        authority.issue(peer, keys.connection().getPublic(), hosts, Authority.VALIDITY);
    return new Tls(
        new Credentials(peer, chain, keys),
        new Trust(authority.certificate(), InstantSource.system(), Revocations.none()));
  }
}
