package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.client.DeviceRunner;
import dev.kula.client.FleetClient;
import dev.kula.client.ServerLine;
import dev.kula.client.Worker;
import dev.kula.data.DeviceId;
import dev.kula.data.FederatedData;
import dev.kula.device.Envelope;
import dev.kula.engine.Engines;
import dev.kula.model.EngineFactory;
import dev.kula.model.TrainingPlan;
import dev.kula.peer.Peer;
import dev.kula.peer.Revocations;
import dev.kula.peer.Role;
import dev.kula.peer.Trust;
import dev.kula.pki.Authority;
import dev.kula.pki.Host;
import dev.kula.round.Revocation;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunListener;
import dev.kula.round.RunResult;
import dev.kula.round.RunState;
import dev.kula.round.Simulation;
import dev.kula.round.SimulationSettings;
import dev.kula.server.FleetPort;
import dev.kula.server.LiveFleet;
import dev.kula.server.Patience;
import dev.kula.server.Rehearsal;
import dev.kula.server.Tier;
import dev.kula.wire.FleetSettings;
import dev.kula.wire.Job;
import dev.kula.wire.Result;
import dev.kula.wire.identity.Credentials;
import dev.kula.wire.identity.PeerKeys;
import dev.kula.wire.identity.Tls;
import io.grpc.BindableService;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Devices in processes of their own do what they do in one, to the bit. */
final class LiveFleetTest {
  private static final String PLAIN = "--partition natural --rounds 5 --groups none ";
  private static final String HOST = "127.0.0.1";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final EngineFactory ENGINES = Engines.best();

  @TempDir Path directory;

  /** All that a run tells, but for real time; it takes the first swap that was let in back. */
  private static final class Log implements RunListener {
    final List<RoundRecord> rounds = new ArrayList<>();
    final List<RunEvent> events = new ArrayList<>();
    private boolean hasRevoked;

    @Override
    public List<Revocation> revocations() {
      for (RunEvent event : events) {
        if (!hasRevoked
            && event instanceof RunEvent.Settled one
            && one.outcome().equals("accepted")) {
          hasRevoked = true;
          DeviceId receiver = new DeviceId(one.receiver());
          return List.of(new Revocation(one.order(), receiver, new DeviceId(one.source())));
        }
      }
      return List.of();
    }

    @Override
    public void round(RoundRecord round, List<RunEvent> happened) {
      rounds.add(round);
      events.addAll(happened);
    }

    @Override
    public void checkpoint(Supplier<RunState> state) {}
  }

  /** Where devices find the server, while it is there. */
  private interface Network extends AutoCloseable {
    ManagedChannel connect(DeviceId device);

    @Override
    void close() throws IOException;
  }

  /** Opens a network to a service. */
  private interface Opener {
    Network open(BindableService service) throws IOException;
  }

  private static Network inProcess(BindableService service) throws IOException {
    String name = InProcessServerBuilder.generateName();
    Server server =
        InProcessServerBuilder.forName(name)
            .addService(service)
            .intercept(new Trusting())
            .build()
            .start();
    return new Network() {
      @Override
      public ManagedChannel connect(DeviceId device) {
        return Trusting.named(InProcessChannelBuilder.forName(name), device);
      }

      @Override
      public void close() {
        server.shutdownNow();
      }
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--policy deficit --exchange visit",
        "--policy random --exchange raw --participation 0.6",
        "--policy random --exchange synthetic --label-prior fleet",
        "--policy dissimilar --exchange cheapest --protect all --strategy fedprox",
        "--policy none --personalization fedrep",
        "--policy none --strategy scaffold",
        "--policy none --clusters 2",
        "--policy none --update-bits 8",
        "--policy random --exchange raw --pace first:0.6",
        "--policy deficit --exchange visit --pace buffer:3",
        "--policy random --exchange raw --pace buffer:3",
        "--shift features:2 --course sudden --base 0 --rounds 10 --policy random --exchange raw"
            + " --groups trials",
      })
  void aNetworkChangesNoBit(String method) throws Exception {
    assertNoBitChanges("--model mlp:16 " + method, LiveFleetTest::inProcess);
  }

  /** Real sockets, each of which breaks off somewhere. */
  @ParameterizedTest
  @Tag("slow")
  @CsvSource({
    "1, mlp:16, 3000, 30000",
    "2, mlp:16, 3000, 30000",
    "3, 'mlp:200,400', 400000, 900000"
  })
  void norDoConnectionsThatBreak(long seed, String model, int least, int most) throws Exception {
    AtomicInteger cuts = new AtomicInteger();
    assertNoBitChanges(
        "--model %s --policy random --exchange raw".formatted(model),
        service -> {
          Server server =
              Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                  .addService(service)
                  .intercept(new Trusting())
                  .build()
                  .start();
          RoughProxy proxy = RoughProxy.cutting(server.getPort(), seed, least, most);
          return new Network() {
            @Override
            public ManagedChannel connect(DeviceId device) {
              return Trusting.named(
                  Grpc.newChannelBuilderForAddress(
                      "localhost", proxy.port(), InsecureChannelCredentials.create()),
                  device);
            }

            @Override
            public void close() throws IOException {
              cuts.addAndGet(proxy.broken());
              proxy.close();
              server.shutdownNow();
            }
          };
        });
    assertTrue(cuts.get() > 4, "only %d connections broke".formatted(cuts.get()));
  }

  @Test
  void whatADeviceCannotDoIsAResult() throws IOException {
    Path file = SmallData.write(directory.resolve("data.csv"), SmallData.classes(8, 40));
    RunSettings settings = settings("--data csv:%s --model mlp:16 ".formatted(file) + PLAIN);
    FederatedData data = RunPlanner.federate(RunPlanner.read(settings), settings);
    SimulationSettings plan = new RunPlanner(ENGINES).plan(settings, data, false);
    TrainingPlan training = TrainingPlan.of(1, 8, 0.1f);
    FleetSettings told = Rehearsal.settingsOf(data, plan);
    try (DeviceRunner runner = Rehearsal.runner(told, data, plan, ENGINES, new DeviceId("d0"))) {
      assertEquals(
          new Result.Failed("this device has no model yet, must be sent one before it trains"),
          runner.perform(new Job.Train(1, 0, Optional.empty(), training, 9, Instant.EPOCH, 0)));
      Result alien =
          runner.perform(
              new Job.Train(1, 0, Optional.of(new float[9]), training, 9, Instant.EPOCH, 0));
      assertTrue(alien instanceof Result.Failed, "no such model: " + alien);
    }
  }

  /** As it is in earnest: who calls stands in its certificate. */
  @Test
  void norDoCertificates() throws Exception {
    Authority authority = Authority.create(directory.resolve("authority"), InstantSource.system());
    List<String> refusals = new CopyOnWriteArrayList<>();
    assertNoBitChanges(
        "--model mlp:16 --policy random --exchange raw",
        service -> {
          FleetPort port =
              FleetPort.open(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                  tls(authority, Role.ORCHESTRATOR, new DeviceId("orchestrator")),
                  service,
                  refusals::add);
          return new Network() {
            @Override
            public ManagedChannel connect(DeviceId device) {
              if (device.equals(Envelope.MONITOR)) {
                Tls tls = tls(authority, Role.MONITOR, new DeviceId("who-plans"));
                return ServerLine.open(HOST, port.port(), tls, Role.MONITOR);
              }
              Tls tls = tls(authority, Role.DEVICE, device);
              return ServerLine.open(
                  HOST, port.port(), tls, Role.DEVICE, Thread::startVirtualThread);
            }

            @Override
            public void close() {
              port.close();
            }
          };
        });
    assertEquals(List.of(), refusals);
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

  private void assertNoBitChanges(String method, Opener opener) throws Exception {
    Path file = SmallData.write(directory.resolve("data.csv"), SmallData.classes(8, 40));
    boolean drifts = method.contains("--course");
    RunSettings settings =
        settings(
            "--data csv:%s --swap-every 2 --swap-budget 0.3 ".formatted(file)
                + (drifts ? "--devices 8 --partition dirichlet:0.5 " : PLAIN)
                + method);
    FederatedData data = RunPlanner.federate(RunPlanner.read(settings), settings);
    SimulationSettings plan = new RunPlanner(ENGINES).plan(settings, data, false);

    Log alone = new Log();
    RunResult expected;
    try (Simulation simulation = new Simulation(data, plan, ENGINES, alone)) {
      expected = simulation.run();
    }
    Log together = new Log();
    RunResult actual = live(settings, data, plan, together, opener);

    assertEquals(alone.rounds.size(), together.rounds.size());
    for (int i = 0; i < alone.rounds.size(); i++) {
      assertEquals(
          alone.rounds.get(i).withWallSeconds(0), together.rounds.get(i).withWallSeconds(0));
    }
    assertEquals(alone.events, together.events);
    assertTrue(
        alone.hasRevoked || !method.contains("--policy random --exchange raw"),
        "no swap was let in");
    for (int i = 0; i < expected.models().size(); i++) {
      assertArrayEquals(expected.models().get(i), actual.models().get(i));
    }
    assertEquals(expected.accuracy(), actual.accuracy());
    assertEquals(expected.epsilon(), actual.epsilon());
    assertEquals(expected.devices(), actual.devices());
  }

  private static RunResult live(
      RunSettings settings, FederatedData data, SimulationSettings plan, Log log, Opener opener)
      throws Exception {
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    List<String> refusals = new CopyOnWriteArrayList<>();
    List<Thread> threads = new ArrayList<>();
    List<ManagedChannel> channels = new ArrayList<>();
    List<FleetClient> clients = new ArrayList<>();
    try (LiveFleet rehearsal =
            Rehearsal.fleet(
                data,
                plan,
                ENGINES,
                Optional.empty(),
                Optional.of(""),
                Tier.ALONE,
                new Patience(PATIENCE, PATIENCE),
                refusals::add,
                log);
        Network network = opener.open(rehearsal.service())) {
      List<DeviceId> members = new ArrayList<>(List.of(Envelope.MONITOR));
      data.devices().forEach(rows -> members.add(rows.device()));
      for (DeviceId member : members) {
        ManagedChannel channel = network.connect(member);
        channels.add(channel);
        FleetClient client = client(settings, member, channel);
        clients.add(client);
        threads.add(
            Thread.ofPlatform()
                .uncaughtExceptionHandler((thread, failure) -> failures.add(failure))
                .start(() -> attend(client)));
      }
      assertTrue(rehearsal.server().await(1, PATIENCE), "nobody came");
      RunResult result = rehearsal.run();
      rehearsal.dismiss();
      clients.forEach(FleetClient::stop); // a device whose connection is broken does not hear it
      for (Thread thread : threads) {
        thread.join(Duration.ofSeconds(10));
      }
      channels.forEach(ManagedChannel::shutdownNow);
      assertEquals(List.of(), failures);
      assertEquals(List.of(), refusals);
      return result;
    }
  }

  /** As another process would: it reads and deals the data itself. */
  private static FleetClient client(RunSettings settings, DeviceId member, ManagedChannel channel) {
    FederatedData data = RunPlanner.federate(RunPlanner.read(settings), settings);
    SimulationSettings plan = new RunPlanner(ENGINES).plan(settings, data, false);
    Worker<?> worker =
        member.equals(Envelope.MONITOR)
            ? new Worker<>(told -> Rehearsal.monitor(told, data, plan, ""), Optional.empty())
            : new Worker<>(
                told -> Rehearsal.runner(told, data, plan, ENGINES, member), Optional.empty());
    return new FleetClient(channel, worker, 1 << 26);
  }

  private static void attend(FleetClient client) {
    try {
      client.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.worker().close();
  }

  private static RunSettings settings(String text) {
    Map<String, Object> values = new HashMap<>();
    String[] words = text.strip().split(" +", -1);
    for (int i = 0; i < words.length; i += 2) {
      values.put(words[i].substring(2), words[i + 1]);
    }
    return RunSettings.of(values);
  }
}
