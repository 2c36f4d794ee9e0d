package dev.kula.server;

import dev.kula.Seed;
import dev.kula.data.DataSchema;
import dev.kula.data.Dataset;
import dev.kula.data.DeviceId;
import dev.kula.data.FederatedData;
import dev.kula.data.target.TargetSpec;
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
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A run whose devices have data, keys and noise of their own. Servers know of their data what they
 * say.
 *
 * @param run what devices tell this run from others by; no other run of the fleet has it
 * @param members who may take part; each joins when it first comes
 * @param fewest of them with which a round may begin, at least 1
 * @param schema by which they read their data
 * @param example of such data that are no device's secret, as models see them: the global model is
 *     examined on them
 */
public record Deployment(
    String run, List<DeviceId> members, int fewest, DataSchema schema, Dataset example) {
  private static final long RESULT_BYTES = 1L << 30;
  private static final int GLOBAL_EXAM_ROWS = 2000;

  public Deployment {
    members = List.copyOf(members);
  }

  /**
   * A run that no device has connected to.
   *
   * @param settings of the run, without attackers and not pooled
   * @param engines makes engines
   * @param monitor what the tier's monitor must have been told alike: all that swaps are planned
   *     by, in words; empty if this process is the monitor
   * @param tier what other processes do
   * @param patience with devices
   * @param onlooker sees what devices are asked, could not do, or said and may not
   * @param listener is told of rounds
   */
  public LiveFleet fleet(
      SimulationSettings settings,
      EngineFactory engines,
      Optional<String> monitor,
      Tier tier,
      Patience patience,
      Onlooker onlooker,
      RunListener listener) {
    if (settings.threat().isPresent() || settings.pooled()) {
      throw new IllegalArgumentException("a live fleet has no attackers and no pool of data");
    }
    tier.check(settings);
    FleetServer server =
        new FleetServer(
            settingsOf(settings),
            Optional.empty(),
            monitor.map(words -> forMonitor(settings, words)),
            tier,
            isPresent -> new MeasuredConditions(members, isPresent, fewest, onlooker::refused),
            settings.rounds().pace(),
            patience,
            RESULT_BYTES,
            onlooker);
    TrainingEngine engine = engines.create(settings.model(), schema.input(), schema.task());
    Servers servers =
        new Servers(
            server.fleet(),
            settings.rounds(),
            server.monitor(schema.labels()).orElseGet(() -> monitor(settings)),
            settings.devices().privacy(),
            schema.labels(),
            engine,
            examination(settings),
            0,
            listener);
    return new LiveFleet(
        server,
        servers,
        engine,
        () -> {
          LinkedHashMap<DeviceId, Integer> unknown = new LinkedHashMap<>();
          server.fleet().devices().forEach(device -> unknown.put(device, 0));
          return unknown;
        });
  }

  private PerformanceMonitor monitor(SimulationSettings settings) {
    return new PerformanceMonitor(settings.rounds(), settings.target()::assumed, schema.labels());
  }

  /**
   * The monitor, for processes that take turns at being it.
   *
   * @param words all that swaps are planned by, as the server was given it
   */
  public MonitorTerms terms(SimulationSettings settings, String words) {
    return new MonitorTerms(forMonitor(settings, words), () -> monitor(settings));
  }

  /** All but what the run is called, which is of no concern to a monitor. */
  private FleetSettings forMonitor(SimulationSettings settings, String words) {
    FleetSettings all = settingsOf(settings).withData(new FleetData.Own("any", schema));
    String encoded = Base64.getEncoder().encodeToString(SettingsCodec.encode(all));
    return all.withData(new FleetData.Rehearsed(Dealt.digest(encoded, words)));
  }

  /** What is set for all devices. */
  public FleetSettings settingsOf(SimulationSettings settings) {
    return new FleetSettings(
        settings.model(),
        schema.input(),
        schema.task(),
        settings.target(),
        Roster.schema(example),
        settings.devices(),
        settings.rounds().seed().value(),
        members,
        new FleetData.Own(run, schema));
  }

  private FederatedData examined() {
    return new FederatedData(
        example,
        List.of(
            new FederatedData.DeviceRows(
                new DeviceId("example"), new int[0], IntStream.range(0, example.size()).toArray())),
        new int[0],
        schema.standardisation(),
        false);
  }

  private Servers.Examination examination(SimulationSettings settings) {
    Seed seed = settings.rounds().seed();
    return new Servers.Examination(
        TargetSpec.balancedExam(examined(), GLOBAL_EXAM_ROWS, seed.derive("exam")).samples(example),
        Map.of(),
        Map.of(),
        Set.of(),
        !settings.devices().privacy().noisesProfiles());
  }
}
