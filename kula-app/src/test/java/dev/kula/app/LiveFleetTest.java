package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.client.DeviceClient;
import dev.kula.data.DeviceId;
import dev.kula.data.FederatedData;
import dev.kula.engine.Engines;
import dev.kula.model.EngineFactory;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunListener;
import dev.kula.round.RunResult;
import dev.kula.round.RunState;
import dev.kula.round.Simulation;
import dev.kula.round.SimulationSettings;
import dev.kula.server.FleetService;
import dev.kula.server.Rehearsal;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Devices in processes of their own do what they do in one, to the bit. */
final class LiveFleetTest {
  private static final Metadata.Key<String> NAME =
      Metadata.Key.of("name", Metadata.ASCII_STRING_MARSHALLER);
  private static final String PLAIN = "--partition natural --rounds 5 --groups none ";
  private static final EngineFactory ENGINES = Engines.best();

  @TempDir Path directory;

  /** All that a run tells, but for real time. */
  private static final class Log implements RunListener {
    final List<RoundRecord> rounds = new ArrayList<>();
    final List<RunEvent> events = new ArrayList<>();

    @Override
    public void round(RoundRecord round, List<RunEvent> happened) {
      rounds.add(round);
      events.addAll(happened);
    }

    @Override
    public void checkpoint(Supplier<RunState> state) {}
  }

  /** Takes the caller's word for its name; a real server asks its certificate. */
  private static final class Trusting implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      DeviceId caller = new DeviceId(Objects.requireNonNull(headers.get(NAME)));
      return Contexts.interceptCall(
          Context.current().withValue(FleetService.CALLER, caller), call, headers, next);
    }
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
        "--shift features:2 --course sudden --base 0 --rounds 10 --policy random --exchange raw"
            + " --groups trials",
      })
  void aNetworkChangesNoBit(String method) throws Exception {
    Path file = SmallData.write(directory.resolve("data.csv"), SmallData.classes(8, 40));
    boolean drifts = method.contains("--course");
    RunSettings settings =
        settings(
            "--data csv:%s --model mlp:16 --swap-every 2 --swap-budget 0.3 ".formatted(file)
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
    RunResult actual = live(settings, data, plan, together);

    assertEquals(alone.rounds.size(), together.rounds.size());
    for (int i = 0; i < alone.rounds.size(); i++) {
      assertEquals(timeless(alone.rounds.get(i)), timeless(together.rounds.get(i)));
    }
    assertEquals(alone.events, together.events);
    for (int i = 0; i < expected.models().size(); i++) {
      assertArrayEquals(expected.models().get(i), actual.models().get(i));
    }
    assertEquals(expected.accuracy(), actual.accuracy());
    assertEquals(expected.epsilon(), actual.epsilon());
  }

  private static RunResult live(
      RunSettings settings, FederatedData data, SimulationSettings plan, Log log) throws Exception {
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    List<Thread> threads = new ArrayList<>();
    List<ManagedChannel> channels = new ArrayList<>();
    try (Rehearsal rehearsal = new Rehearsal(data, plan, ENGINES, Duration.ofSeconds(60), log)) {
      Server server =
          InProcessServerBuilder.forName("fleet")
              .addService(rehearsal.service())
              .intercept(new Trusting())
              .build()
              .start();
      for (FederatedData.DeviceRows rows : data.devices()) {
        ManagedChannel channel = InProcessChannelBuilder.forName("fleet").build();
        channels.add(channel);
        threads.add(
            Thread.ofPlatform()
                .uncaughtExceptionHandler((thread, failure) -> failures.add(failure))
                .start(() -> attend(settings, rows.device(), channel)));
      }
      assertTrue(rehearsal.server().await(data.devices().size(), Duration.ofSeconds(30)));
      RunResult result = rehearsal.run();
      rehearsal.server().close();
      for (Thread thread : threads) {
        thread.join(Duration.ofSeconds(10));
      }
      channels.forEach(ManagedChannel::shutdownNow);
      server.shutdownNow();
      assertEquals(List.of(), failures);
      return result;
    }
  }

  /** As another process would: it reads and deals the data itself. */
  private static void attend(RunSettings settings, DeviceId device, ManagedChannel channel) {
    FederatedData data = RunPlanner.federate(RunPlanner.read(settings), settings);
    SimulationSettings plan = new RunPlanner(ENGINES).plan(settings, data, false);
    Metadata headers = new Metadata();
    headers.put(NAME, device.name());
    Channel named =
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    DeviceClient client =
        new DeviceClient(named, told -> Rehearsal.runner(data, plan, ENGINES, device), 1 << 26);
    try {
      client.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.runner().orElseThrow().close();
  }

  private static RunSettings settings(String text) {
    Map<String, Object> values = new HashMap<>();
    String[] words = text.strip().split(" +", -1);
    for (int i = 0; i < words.length; i += 2) {
      values.put(words[i].substring(2), words[i + 1]);
    }
    return RunSettings.of(values);
  }

  private static RoundRecord timeless(RoundRecord round) {
    return new RoundRecord(
        round.method(),
        round.seed(),
        round.round(),
        round.cohort(),
        round.trainingLoss(),
        round.personalAccuracy(),
        round.worstDecile(),
        round.personalLoss(),
        round.globalAccuracy(),
        round.simulatedSeconds(),
        round.bytes(),
        round.swaps(),
        round.epsilonMax(),
        0);
  }
}
