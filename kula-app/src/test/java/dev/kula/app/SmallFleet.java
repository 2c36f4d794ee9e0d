package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kula.client.DeviceRunner;
import dev.kula.client.JobLog;
import dev.kula.client.Worker;
import dev.kula.data.DeviceId;
import dev.kula.data.FederatedData;
import dev.kula.device.Envelope;
import dev.kula.engine.Engines;
import dev.kula.model.EngineFactory;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunListener;
import dev.kula.round.RunResult;
import dev.kula.round.RunState;
import dev.kula.round.Simulation;
import dev.kula.round.SimulationSettings;
import dev.kula.server.LiveFleet;
import dev.kula.server.Onlooker;
import dev.kula.server.Patience;
import dev.kula.server.Rehearsal;
import dev.kula.server.Tier;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A rehearsal that takes a second or two: five devices that swap samples.
 *
 * @param directory for all that processes keep
 */
record SmallFleet(FederatedData data, SimulationSettings plan, Path directory) {
  static final EngineFactory ENGINES = Engines.best();
  static final int ROUNDS = 6;

  static SmallFleet deal(Path directory) throws IOException {
    return deal(directory, Map.of());
  }

  /**
   * Another one.
   *
   * @param other flags in place of its own
   */
  static SmallFleet deal(Path directory, Map<String, Object> other) throws IOException {
    Path file = SmallData.write(directory.resolve("data.csv"), SmallData.classes(5, 40));
    Map<String, Object> flags =
        new HashMap<>(
            Map.of(
                "data", "csv:" + file,
                "partition", "natural",
                "model", "mlp:8",
                "rounds", ROUNDS,
                "policy", "random",
                "exchange", "raw",
                "swap-every", 2,
                "groups", "none"));
    flags.putAll(other);
    RunSettings settings = RunSettings.of(flags);
    FederatedData data = RunPlanner.federate(RunPlanner.read(settings), settings);
    return new SmallFleet(data, new RunPlanner(ENGINES).plan(settings, data, false), directory);
  }

  List<DeviceId> devices() {
    return data.devices().stream().map(FederatedData.DeviceRows::device).toList();
  }

  /** All who connect to the server: the devices and the monitor. */
  List<DeviceId> members() {
    return Stream.concat(devices().stream(), Stream.of(Envelope.MONITOR)).toList();
  }

  /** Where a member, or the holder of the base set, writes its jobs down. */
  Path log(String name) {
    return directory.resolve(name.replace(':', '-') + ".jobs");
  }

  /** A member in a process that has just been started. */
  Worker<?> worker(DeviceId member) {
    return member(member, log(member.name()));
  }

  /** Likewise, with its log in a file. */
  Worker<?> member(DeviceId member, Path log) {
    return member.equals(Envelope.MONITOR)
        ? new Worker<>(
            told -> Rehearsal.monitor(told, data, plan, ""), Optional.of(JobLog.open(log)))
        : worker(member, log);
  }

  Worker<DeviceRunner> worker(DeviceId device, Path log) {
    return new Worker<>(
        told -> Rehearsal.runner(told, data, plan, ENGINES, device), Optional.of(JobLog.open(log)));
  }

  /** The server of all members, in a process that has just been started. */
  LiveFleet rehearsal(Duration patience, Onlooker onlooker, RunListener listener) {
    return rehearsal(log("base"), patience, onlooker, listener);
  }

  /** Likewise, with the log of who holds the base set in a file. */
  LiveFleet rehearsal(Path base, Duration patience, Onlooker onlooker, RunListener listener) {
    return Rehearsal.fleet(
        data,
        plan,
        ENGINES,
        Optional.of(JobLog.open(base)),
        Optional.of(""),
        Tier.ALONE,
        new Patience(patience, patience),
        onlooker,
        listener);
  }

  /** What all is compared with. */
  RunResult alone() {
    return alone(new ArrayList<>());
  }

  /**
   * Likewise.
   *
   * @param events gets all that happened
   */
  RunResult alone(List<RunEvent> events) {
    RunListener listener =
        new RunListener() {
          @Override
          public void round(RoundRecord round, List<RunEvent> happened) {
            events.addAll(happened);
          }

          @Override
          public void checkpoint(Supplier<RunState> state) {}
        };
    try (Simulation simulation = new Simulation(data, plan, ENGINES, listener)) {
      return simulation.run();
    }
  }

  /**
   * To the bit, but for real time.
   *
   * @param rounds of all servers that had a part in it
   */
  static void assertSame(RunResult expected, List<RoundRecord> rounds, RunResult actual) {
    assertEquals(timeless(expected.history()), timeless(rounds));
    assertArrayEquals(expected.models().getFirst(), actual.models().getFirst());
    assertEquals(expected.accuracy(), actual.accuracy());
    assertEquals(expected.devices(), actual.devices());
  }

  private static List<RoundRecord> timeless(List<RoundRecord> rounds) {
    return rounds.stream().map(round -> round.withWallSeconds(0)).toList();
  }
}
