package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.client.FleetClient;
import dev.kula.data.DeviceId;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunListener;
import dev.kula.round.RunResult;
import dev.kula.round.RunState;
import dev.kula.server.LiveFleet;
import dev.kula.store.Checkpoints;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs in which connections break and devices and servers are stopped where they are: what comes of
 * each is what comes of a run without faults, to the bit. So no update was counted twice or lost,
 * no swap applied twice, no account gone back, and the run ended. A seed says after how many bytes
 * connections break, and what that does to whom; how far others are by then is chance. {@code
 * scripts/fleet} kills real processes.
 *
 * <p>{@code -Dkula.schedules=200} tries as many; {@code -Dkula.schedule=17} begins at one.
 */
final class FaultScheduleTest {
  private static final String HOST = "localhost";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int LEAST = 2_000;
  private static final int MOST = 20_000;
  private static final int MOST_SERVERS = 3;
  private static final int MOST_STOPPED_DEVICES = 10;

  @TempDir Path directory;

  static LongStream seeds() {
    long first = Long.getLong("kula.schedule", 1);
    return LongStream.range(first, first + Long.getLong("kula.schedules", 4));
  }

  /** What happens after a connection was cut; to a device or the monitor, or to the server. */
  private sealed interface Fault {
    record StopDevice(int device) implements Fault {}

    record StopServer() implements Fault {}
  }

  /** All processes of a fleet, and what befalls them. */
  private static final class Schedule {
    private final SmallFleet fleet;
    private final Random random;
    private final BlockingQueue<Fault> faults = new LinkedBlockingQueue<>();
    private final List<CuttingProxy> proxies = new ArrayList<>();
    private final List<DeviceProcess> devices = new ArrayList<>();
    private final TreeMap<Integer, RoundRecord> rounds = new TreeMap<>();
    private List<String> refusals = List.of();
    private int stopped;

    Schedule(SmallFleet fleet, long seed) throws IOException {
      this.fleet = fleet;
      this.random = new Random(seed);
      for (int i = 0; i < fleet.members().size(); i++) {
        int device = i;
        proxies.add(new CuttingProxy(1, seed * 100 + device, LEAST, MOST, () -> draw(device)));
      }
    }

    private synchronized void draw(int device) {
      int chance = random.nextInt(10);
      if (chance < 3) {
        faults.add(new Fault.StopDevice(device));
      } else if (chance < 4) {
        faults.add(new Fault.StopServer());
      }
    }

    RunResult run() throws Exception {
      ServerProcess server = new ServerProcess();
      for (int i = 0; i < proxies.size(); i++) {
        devices.add(new DeviceProcess(i));
      }
      try {
        int servers = 1;
        int stoppedDevices = 0;
        while (!server.result.isDone()) {
          Fault fault = faults.poll(20, TimeUnit.MILLISECONDS);
          for (DeviceProcess device : devices) {
            if (device.ended.isCompletedExceptionally()) {
              device.ended.get(); // it says why
            }
          }
          if (fault instanceof Fault.StopDevice one && stoppedDevices < MOST_STOPPED_DEVICES) {
            stoppedDevices++;
            devices.get(one.device()).stop();
            devices.set(one.device(), new DeviceProcess(one.device()));
          } else if (fault instanceof Fault.StopServer && servers < MOST_SERVERS) {
            servers++;
            if (!server.stop()) {
              server = new ServerProcess();
            }
          }
        }
        stopped = stoppedDevices + servers - 1;
        refusals = List.copyOf(server.refusals);
        return server.result.get();
      } finally {
        server.stop();
        for (DeviceProcess device : devices) {
          device.stop();
        }
        for (CuttingProxy proxy : proxies) {
          proxy.close();
        }
      }
    }

    /** A device, or the monitor. */
    private final class DeviceProcess {
      private final ManagedChannel channel;
      private final FleetClient client;
      private final CompletableFuture<Void> ended;

      DeviceProcess(int index) {
        DeviceId id = fleet.members().get(index);
        channel =
            Trusting.named(
                Grpc.newChannelBuilderForAddress(
                    HOST, proxies.get(index).port(), InsecureChannelCredentials.create()),
                id);
        client = new FleetClient(channel, fleet.worker(id), 1 << 26);
        ended =
            CompletableFuture.runAsync(
                () -> {
                  try {
                    client.run();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  } finally {
                    client.worker().close();
                  }
                },
                task -> Thread.ofPlatform().daemon().start(task));
      }

      void stop() throws Exception {
        client.stop();
        ended.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        channel.shutdownNow();
      }
    }

    /** The server; it goes on after its last checkpoint if there is one. */
    private final class ServerProcess implements RunListener {
      private final Path checkpoint = fleet.directory().resolve("checkpoint.cbor");
      private final CompletableFuture<RunResult> result = new CompletableFuture<>();
      private final List<String> refusals = new CopyOnWriteArrayList<>();
      private final Thread thread;

      ServerProcess() {
        thread = Thread.ofPlatform().daemon().start(this::run);
      }

      private void run() {
        try (LiveFleet rehearsal = fleet.rehearsal(PATIENCE, refusals::add, this)) {
          Server server =
              Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                  .addService(rehearsal.service())
                  .intercept(new Trusting())
                  .build()
                  .start();
          try {
            proxies.forEach(proxy -> proxy.target(server.getPort()));
            if (!rehearsal.server().await(proxies.size(), PATIENCE)) {
              throw new AssertionError("absent: " + rehearsal.server().absent());
            }
            if (Checkpoints.exists(checkpoint)) {
              rehearsal.restore(Checkpoints.read(checkpoint, RunState.class).state());
            }
            result.complete(rehearsal.run());
          } finally {
            server.shutdownNow();
          }
        } catch (InterruptedException | IOException | RuntimeException | AssertionError e) {
          if (!Thread.currentThread().isInterrupted() && !(e instanceof InterruptedException)) {
            result.completeExceptionally(e);
          }
        }
      }

      @Override
      public void round(RoundRecord round, List<RunEvent> events) {
        rounds.put(round.round(), round);
      }

      @Override
      public void checkpoint(Supplier<RunState> state) {
        Checkpoints.write(checkpoint, state.get());
      }

      /** Whether it had ended before. */
      boolean stop() throws InterruptedException {
        thread.interrupt();
        thread.join(PATIENCE);
        return result.isDone();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aRunWithFaultsIsARunWithout(long seed) throws Exception {
    SmallFleet fleet = SmallFleet.deal(directory);
    RunResult expected = fleet.alone();
    Schedule schedule = new Schedule(fleet, seed);
    RunResult actual;
    try {
      actual = schedule.run();
    } catch (ExecutionException e) {
      throw new AssertionError("schedule %d did not end: %s".formatted(seed, e.getCause()), e);
    }
    SmallFleet.assertSame(expected, List.copyOf(schedule.rounds.values()), actual);
    assertEquals(List.of(), schedule.refusals);
    int cuts = schedule.proxies.stream().mapToInt(CuttingProxy::cuts).sum();
    assertTrue(cuts > 0, "no connection was cut");
    System.out.printf(
        "schedule %d: %d connections cut, %d processes stopped%n", seed, cuts, schedule.stopped);
  }
}
