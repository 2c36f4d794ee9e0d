package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.kula.client.FleetClient;
import dev.kula.client.Worker;
import dev.kula.data.DeviceId;
import dev.kula.data.FederatedData;
import dev.kula.engine.Engines;
import dev.kula.model.EngineFactory;
import dev.kula.round.SimulationSettings;
import dev.kula.server.Rehearsal;
import dev.kula.wire.FleetSettings;
import dev.kula.wire.JobCodec;
import dev.kula.wire.Outgoing;
import dev.kula.wire.Result;
import dev.kula.wire.SettingsCodec;
import dev.kula.wire.v1.FleetGrpc;
import dev.kula.wire.v1.Frame;
import dev.kula.wire.v1.FromDevice;
import dev.kula.wire.v1.ToDevice;
import dev.kula.wire.v1.Welcome;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that sends a device what it should not. */
final class HostileServerTest {
  private static final EngineFactory ENGINES = Engines.best();

  @TempDir Path directory;

  /** One session, as the server has it. */
  private record Session(StreamObserver<ToDevice> out, BlockingQueue<FromDevice> heard) {
    FromDevice next() throws InterruptedException {
      return Optional.ofNullable(heard.poll(20, TimeUnit.SECONDS)).orElseThrow();
    }

    void say(Frame frame) {
      out.onNext(ToDevice.newBuilder().setJob(frame).build());
    }
  }

  private static final class Hostile extends FleetGrpc.FleetImplBase {
    final BlockingQueue<Session> sessions = new LinkedBlockingQueue<>();

    @Override
    public StreamObserver<FromDevice> attend(StreamObserver<ToDevice> out) {
      Session session = new Session(out, new LinkedBlockingQueue<>());
      sessions.add(session);
      return new StreamObserver<>() {
        @Override
        public void onNext(FromDevice said) {
          session.heard().add(said);
        }

        @Override
        public void onError(Throwable broken) {}

        @Override
        public void onCompleted() {
          out.onCompleted();
        }
      };
    }

    Session welcome(FleetSettings settings) throws InterruptedException {
      Session session = Optional.ofNullable(sessions.poll(20, TimeUnit.SECONDS)).orElseThrow();
      session
          .out()
          .onNext(
              ToDevice.newBuilder()
                  .setWelcome(
                      Welcome.newBuilder()
                          .setServer(ByteString.copyFromUtf8("server"))
                          .setSettings(ByteString.copyFrom(SettingsCodec.encode(settings))))
                  .build());
      return session;
    }
  }

  @Test
  void aDeviceSaysWhatIsWrongAndGoesOn() throws Exception {
    Path file = SmallData.write(directory.resolve("data.csv"), SmallData.classes(3, 40));
    RunSettings settings =
        RunSettings.of(
            Map.of("data", "csv:" + file, "partition", "natural", "model", "mlp:8", "rounds", 2));
    FederatedData data = RunPlanner.federate(RunPlanner.read(settings), settings);
    SimulationSettings plan = new RunPlanner(ENGINES).plan(settings, data, false);
    DeviceId device = new DeviceId("d0");
    FleetSettings told = Rehearsal.settingsOf(data, plan);
    Hostile hostile = new Hostile();
    String name = InProcessServerBuilder.generateName();
    Server server = InProcessServerBuilder.forName(name).addService(hostile).build().start();
    ManagedChannel channel = InProcessChannelBuilder.forName(name).build();
    FleetClient client =
        new FleetClient(
            channel,
            new Worker<>(
                all -> Rehearsal.runner(all, data, plan, ENGINES, device), Optional.empty()),
            1000);
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

    Session first = hostile.welcome(told);
    assertEquals(0, first.next().getHello().getJob());
    new Outgoing(1, "no job".getBytes(StandardCharsets.UTF_8))
        .send(
            0,
            frame -> {
              first.say(frame);
              return true;
            });
    Frame answer = first.next().getResult();
    assertEquals(1, answer.getJob());
    Result result = JobCodec.decodeResult(answer.getPiece().toByteArray());
    assertTrue(result instanceof Result.Failed, result.toString());

    first.say(Frame.newBuilder().setJob(2).setSize(1 << 20).build());
    Session second = hostile.welcome(told);
    assertEquals(1, second.next().getHello().getJob(), "it comes again, with what it has");
    assertEquals(1, second.next().getResult().getJob(), "and sends what nobody has said to have");

    client.stop();
    attending.join(Duration.ofSeconds(10));
    assertTrue(!attending.isAlive(), "it stops when it is told to");
    client.worker().close();
    channel.shutdownNow();
    server.shutdownNow();
  }
}
