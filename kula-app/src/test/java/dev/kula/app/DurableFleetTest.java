package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.kula.KulaException;
import dev.kula.client.DeviceRunner;
import dev.kula.client.FleetClient;
import dev.kula.client.JobLog;
import dev.kula.client.Worker;
import dev.kula.data.DeviceId;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunListener;
import dev.kula.round.RunResult;
import dev.kula.round.RunState;
import dev.kula.server.LiveFleet;
import dev.kula.wire.Job;
import dev.kula.wire.JobCodec;
import dev.kula.wire.Result;
import dev.kula.wire.v1.ToDevice;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are killed lose nothing: what comes of the run is what would have come of it. */
final class DurableFleetTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path directory;
  private @Nullable SmallFleet fleet;

  private SmallFleet fleet() {
    return Objects.requireNonNull(fleet);
  }

  /** A server that dies after a round. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Takes a checkpoint after one round, and kills the server after another. */
  private static final class Fate implements RunListener {
    private final int keeps;
    private final int dies;
    final List<RoundRecord> rounds = new ArrayList<>();
    @Nullable RunState kept;

    Fate(int keeps, int dies) {
      this.keeps = keeps;
      this.dies = dies;
    }

    @Override
    public void round(RoundRecord round, List<RunEvent> events) {
      rounds.add(round.withWallSeconds(0));
    }

    @Override
    public void checkpoint(Supplier<RunState> state) {
      int round = rounds.getLast().round();
      if (round == keeps) {
        kept = state.get();
      }
      if (round == dies) {
        throw new Killed();
      }
    }
  }

  @BeforeEach
  void deal() throws IOException {
    fleet = SmallFleet.deal(directory);
  }

  /** Devices of a fleet, attending whatever server has the name. */
  private final class Devices {
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final List<FleetClient> clients = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();

    Devices(String server) {
      for (DeviceId device : fleet().members()) {
        ManagedChannel channel = Trusting.named(InProcessChannelBuilder.forName(server), device);
        channels.add(channel);
        FleetClient client = new FleetClient(channel, fleet().worker(device), 1 << 26);
        clients.add(client);
        threads.add(
            Thread.ofPlatform()
                .uncaughtExceptionHandler((thread, failure) -> failures.add(failure))
                .start(() -> attend(client)));
      }
    }

    private static void attend(FleetClient client) {
      try {
        client.run();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      client.worker().close();
    }

    void stop() throws InterruptedException {
      clients.forEach(FleetClient::stop);
      for (Thread thread : threads) {
        thread.join(Duration.ofSeconds(10));
      }
      channels.forEach(ManagedChannel::shutdownNow);
      assertEquals(List.of(), failures);
    }
  }

  /** Does something while all devices attend a server of a name; then they are killed. */
  private <T> T among(String server, Callable<T> action) throws Exception {
    Devices devices = new Devices(server);
    try {
      return action.call();
    } finally {
      devices.stop();
    }
  }

  /** Until the end, or the server's. */
  private RunResult run(String name, Fate fate, @Nullable RunState before) throws Exception {
    List<String> refusals = new CopyOnWriteArrayList<>();
    try (LiveFleet rehearsal = fleet().rehearsal(PATIENCE, refusals::add, fate)) {
      Server server =
          InProcessServerBuilder.forName(name)
              .addService(rehearsal.service())
              .intercept(new Trusting())
              .build()
              .start();
      try {
        assertTrue(rehearsal.server().await(fleet().members().size(), PATIENCE), "nobody came");
        if (before != null) {
          rehearsal.restore(before);
        }
        RunResult result = rehearsal.run();
        rehearsal.dismiss();
        assertEquals(List.of(), refusals);
        return result;
      } finally {
        server.shutdownNow();
      }
    }
  }

  @Test
  void aServerGoesOnAfterItsCheckpointWithDevicesThatWereAhead() throws Exception {
    RunResult expected = fleet().alone();
    Fate first = new Fate(2, 4);
    String name = InProcessServerBuilder.generateName();
    among(name, () -> assertThrows(Killed.class, () -> run(name, first, null)));
    List<RoundRecord> rounds = new ArrayList<>(first.rounds.subList(0, 2));
    Fate second = new Fate(-1, -1);
    String next = InProcessServerBuilder.generateName();
    // Devices were killed as well, and are started again.
    RunResult actual = among(next, () -> run(next, second, first.kept));
    rounds.addAll(second.rounds);
    SmallFleet.assertSame(expected, rounds, actual);
  }

  @Test
  void aServerWithoutCheckpointBeginsAnewWithDevicesThatHaveAPast() throws Exception {
    RunResult expected = fleet().alone();
    String name = InProcessServerBuilder.generateName();
    among(name, () -> assertThrows(Killed.class, () -> run(name, new Fate(-1, 3), null)));
    Fate again = new Fate(-1, -1);
    String next = InProcessServerBuilder.generateName();
    SmallFleet.assertSame(expected, again.rounds, among(next, () -> run(next, again, null)));
  }

  /** Wherever its log breaks off, a device is as it was after the last job that is whole. */
  @Test
  void aDeviceGoesOnAfterTheLastJobThatItWroteDown() throws Exception {
    String name = InProcessServerBuilder.generateName();
    among(name, () -> run(name, new Fate(2, -1), null));
    DeviceId device = fleet().devices().get(1);
    byte[] whole = Files.readAllBytes(fleet().log(device.name()));
    List<byte[]> jobs = new ArrayList<>();
    List<byte[]> results = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    ByteArrayInputStream in = new ByteArrayInputStream(whole);
    ToDevice welcome = ToDevice.parseDelimitedFrom(in);
    try (Worker<DeviceRunner> plain = fleet().worker(device, directory.resolve("plain.jobs"))) {
      plain.welcome(welcome.getWelcome());
      while (in.available() > 0) {
        byte[] job = ToDevice.parseDelimitedFrom(in).getJob().getPiece().toByteArray();
        jobs.add(job);
        results.add(JobCodec.encode(plain.take(jobs.size(), job)));
        ends.add(whole.length - in.available());
      }
    }
    assertTrue(jobs.size() > 20, "only %d jobs".formatted(jobs.size()));
    Random random = new Random(1);
    for (int i = 0; i < 20; i++) {
      int cut = random.nextInt(ends.getFirst(), whole.length + 1);
      int done = (int) ends.stream().filter(end -> end <= cut).count();
      Path file = directory.resolve("cut-" + i + ".jobs");
      Files.write(file, Arrays.copyOf(whole, cut));
      try (Worker<DeviceRunner> worker = fleet().worker(device, file)) {
        assertEquals(done, worker.job());
        assertTrue(done == 0 || worker.runner().isPresent());
        for (int next = done; next < Math.min(done + 2, jobs.size()); next++) {
          assertArrayEquals(
              results.get(next), JobCodec.encode(worker.take(next + 1, jobs.get(next))));
        }
      }
    }
  }

  /** As one that was too slow when its server took the checkpoint. */
  @Test
  void aDeviceThatMissedACheckpointGoesBackToBeforeItsNextRound() throws Exception {
    String name = InProcessServerBuilder.generateName();
    among(name, () -> run(name, new Fate(2, -1), null));
    DeviceId device = fleet().devices().get(1);
    ByteArrayInputStream in =
        new ByteArrayInputStream(Files.readAllBytes(fleet().log(device.name())));
    ToDevice welcome = ToDevice.parseDelimitedFrom(in);
    Path file = directory.resolve("missed.jobs");
    try (Worker<DeviceRunner> worker = fleet().worker(device, file)) {
      worker.welcome(welcome.getWelcome());
      List<byte[]> after = new ArrayList<>();
      List<byte[]> results = new ArrayList<>();
      while (in.available() > 0) {
        byte[] whole = ToDevice.parseDelimitedFrom(in).getJob().getPiece().toByteArray();
        Job job = JobCodec.decodeJob(whole);
        if (!after.isEmpty() || job.equals(new Job.Begin(3))) {
          after.add(whole);
        }
        if (!(job instanceof Job.Keep)) {
          byte[] result = JobCodec.encode(worker.take(worker.job() + 1, whole));
          if (!after.isEmpty()) {
            results.add(result);
          }
        }
      }
      worker.welcome(
          welcome.getWelcome().toBuilder().setServer(ByteString.copyFromUtf8("next")).build());
      Job back = new Job.Restore(2, new float[0], List.of());
      assertEquals(new Result.Done(), worker.take(1, JobCodec.encode(back)));
      assertTrue(results.size() > 5, "only %d jobs".formatted(results.size()));
      for (int i = 0; i < results.size(); i++) {
        assertArrayEquals(
            results.get(i), JobCodec.encode(worker.take(i + 2L, after.get(i))), "job " + i);
      }
    }
  }

  @Test
  void aLogIsOneProcesssAndWhole() throws Exception {
    Path file = directory.resolve("some.jobs");
    DeviceId device = fleet().devices().getFirst();
    JobLog held = JobLog.open(file);
    KulaException taken = assertThrows(KulaException.class, () -> JobLog.open(file));
    assertTrue(String.valueOf(taken.getMessage()).contains("is in use by another process"));
    held.close();
    String name = InProcessServerBuilder.generateName();
    among(name, () -> run(name, new Fate(-1, -1), null));
    byte[] bytes = Files.readAllBytes(fleet().log(device.name()));
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    KulaException broken = assertThrows(KulaException.class, () -> fleet().worker(device, file));
    assertTrue(String.valueOf(broken.getMessage()).contains("is broken at byte"));
  }
}
