package dev.kula.server;

import dev.kula.KulaException;
import dev.kula.client.DeviceRunner;
import dev.kula.client.JobLog;
import dev.kula.client.Worker;
import dev.kula.data.Dataset;
import dev.kula.data.DeviceId;
import dev.kula.data.FederatedData;
import dev.kula.device.Envelope;
import dev.kula.fleet.Courses;
import dev.kula.fleet.SimulatedConditions;
import dev.kula.model.EngineFactory;
import dev.kula.model.TrainingEngine;
import dev.kula.round.PerformanceMonitor;
import dev.kula.round.Roster;
import dev.kula.round.RunListener;
import dev.kula.round.Servers;
import dev.kula.round.SimulationSettings;
import dev.kula.wire.FleetData;
import dev.kula.wire.FleetSettings;
import dev.kula.wire.SettingsCodec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Set;

/**
 * A simulation whose devices are in other processes: each deals the same data and takes its own
 * part. It gives what the simulation gives in one process, to the bit, and so shows that a network
 * takes nothing away. Keys and noise come from the seed, and protect nobody.
 */
public final class Rehearsal {
  private static final long RESULT_BYTES = 1L << 30;

  private Rehearsal() {}

  /**
   * A run that no device has connected to.
   *
   * @param data dealt to all, of which this process trains on the base set alone
   * @param settings of the run, without attackers and not pooled
   * @param engines makes engines
   * @param log of the jobs of the holder of the base set; empty if nothing is to outlive the
   *     process
   * @param monitor what a monitor in a process of its own must have been told alike: all that swaps
   *     are planned by, in words; empty if this process is the monitor
   * @param tier what other processes do
   * @param patience with devices and the monitor
   * @param onlooker sees what devices are asked, could not do, or said and may not
   * @param listener is told of rounds
   */
  public static LiveFleet fleet(
      FederatedData data,
      SimulationSettings settings,
      EngineFactory engines,
      Optional<JobLog> log,
      Optional<String> monitor,
      Tier tier,
      Patience patience,
      Onlooker onlooker,
      RunListener listener) {
    if (settings.threat().isPresent() || settings.pooled()) {
      throw new IllegalArgumentException("a rehearsal has no attackers and no pool of data");
    }
    tier.check(settings);
    Dataset dataset = data.dataset();
    TrainingEngine engine = engines.create(settings.model(), dataset.input(), dataset.task());
    Roster roster = new Roster(data, settings, dataset);
    Optional<Worker<?>> base =
        data.base().length == 0
            ? Optional.empty()
            : Optional.of(
                new Worker<>(
                    told ->
                        runner(
                            data,
                            settings,
                            engines,
                            new Roster(data, settings, dataset),
                            Envelope.BASE),
                    log));
    FleetServer server =
        new FleetServer(
            settingsOf(data, settings, roster),
            base,
            monitor.map(words -> forMonitor(settingsOf(data, settings, roster), words)),
            tier,
            isPresent -> new SimulatedConditions(roster.courses(), roster.costs(engine)),
            settings.rounds().pace(),
            patience,
            RESULT_BYTES,
            onlooker);
    Servers servers =
        new Servers(
            server.fleet(),
            settings.rounds(),
            server.monitor(dataset.labels()).orElseGet(() -> monitor(data, settings)),
            settings.devices().privacy(),
            dataset.labels(),
            engine,
            roster.examination(Set.of()),
            data.base().length,
            listener);
    LinkedHashMap<DeviceId, Integer> trainSamples = new LinkedHashMap<>();
    data.devices().forEach(rows -> trainSamples.put(rows.device(), rows.train().length));
    return new LiveFleet(server, servers, engine, () -> trainSamples);
  }

  private static PerformanceMonitor monitor(FederatedData data, SimulationSettings settings) {
    return new PerformanceMonitor(
        settings.rounds(), settings.target()::assumed, data.dataset().labels());
  }

  /** What is set for all devices of a rehearsal. */
  public static FleetSettings settingsOf(FederatedData data, SimulationSettings settings) {
    return settingsOf(data, settings, new Roster(data, settings, data.dataset()));
  }

  private static FleetSettings settingsOf(
      FederatedData data, SimulationSettings settings, Roster roster) {
    Dataset dataset = data.dataset();
    return new FleetSettings(
        settings.model(),
        dataset.input(),
        dataset.task(),
        settings.target(),
        roster.schema(),
        settings.devices(),
        settings.rounds().seed().value(),
        data.devices().stream().map(FederatedData.DeviceRows::device).toList(),
        new FleetData.Rehearsed(Dealt.digest(data)));
  }

  /**
   * A part of the simulation, in another process than the servers'.
   *
   * @param told what the server has said is set for all
   * @param device whose part
   * @throws KulaException the user's mistake, if the server's run is another one
   */
  public static DeviceRunner runner(
      FleetSettings told,
      FederatedData data,
      SimulationSettings settings,
      EngineFactory engines,
      DeviceId device) {
    Roster roster = new Roster(data, settings, data.dataset());
    requireSame(told, settingsOf(data, settings, roster), "data");
    return runner(data, settings, engines, roster, device);
  }

  /**
   * The monitor of the simulation, in another process than the other servers.
   *
   * @param told what the server has said is set
   * @param words all that swaps are planned by, as the server was given it
   * @throws KulaException the user's mistake, if the server's run is another one
   */
  public static MonitorRunner monitor(
      FleetSettings told, FederatedData data, SimulationSettings settings, String words) {
    requireSame(told, forMonitor(settingsOf(data, settings), words), "data or flags of the run");
    return new MonitorRunner(monitor(data, settings));
  }

  /**
   * The same monitor, for processes that take turns at being it.
   *
   * @param words all that swaps are planned by, as the server was given it
   */
  public static MonitorTerms terms(FederatedData data, SimulationSettings settings, String words) {
    return new MonitorTerms(
        forMonitor(settingsOf(data, settings), words), () -> monitor(data, settings));
  }

  /** A monitor has dealt the same data if the digest is the same, and been told the same. */
  private static FleetSettings forMonitor(FleetSettings all, String words) {
    return all.withData(new FleetData.Rehearsed(Dealt.digest(digest(all), words)));
  }

  private static void requireSame(FleetSettings told, FleetSettings own, String dealt) {
    if (!(told.data() instanceof FleetData.Rehearsed)) {
      throw KulaException.user(
          "the server's run is no rehearsal, must be one where a device rehearses; leave --rehearse"
              + " out");
    }
    requireSame("seed", told.seed(), own.seed());
    requireSame("model", told.model().notation(), own.model().notation());
    requireSame("target", told.target().notation(), own.target().notation());
    requireSame("number of devices", told.members().size(), own.members().size());
    requireSame(dealt, digest(told), digest(own));
    if (!Arrays.equals(SettingsCodec.encode(told), SettingsCodec.encode(own))) {
      throw KulaException.user(
          "settings of devices differ from those of the server's run; give both the same flags, as"
              + " with --config");
    }
  }

  private static String digest(FleetSettings of) {
    return ((FleetData.Rehearsed) of.data()).digest();
  }

  private static void requireSame(String name, Object told, Object own) {
    if (!told.equals(own)) {
      throw KulaException.user(
          "%s is %s, must be %s as in the server's run; give both the same flags, as with --config"
              .formatted(name, own, told));
    }
  }

  private static DeviceRunner runner(
      FederatedData data,
      SimulationSettings settings,
      EngineFactory engines,
      Roster roster,
      DeviceId device) {
    Dataset dataset = data.dataset();
    Courses courses = roster.courses();
    TrainingEngine engine = engines.create(settings.model(), dataset.input(), dataset.task());
    return new DeviceRunner(
        roster.runtime(device),
        (from, to) -> courses.met(device, from, to),
        engine,
        engines.createHead(settings.model(), engine));
  }
}
