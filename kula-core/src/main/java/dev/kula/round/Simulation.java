package dev.kula.round;

import dev.kula.Seed;
import dev.kula.data.Dataset;
import dev.kula.data.DeviceId;
import dev.kula.data.FederatedData;
import dev.kula.device.DeviceRuntime;
import dev.kula.device.Envelope;
import dev.kula.device.PersonalModel;
import dev.kula.device.PooledOracle;
import dev.kula.fleet.Attackers;
import dev.kula.fleet.Fleet;
import dev.kula.fleet.LocalFleet;
import dev.kula.fleet.PooledFleet;
import dev.kula.model.EngineFactory;
import dev.kula.model.TrainingEngine;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A run in this process: sets up the devices over a partitioned data set, the servers and the
 * evaluator, and runs the round loop on a {@link LocalFleet}. Its noise is seeded, so it protects
 * nobody; it shows what real noise would cost.
 *
 * <p>One thread drives it.
 */
public final class Simulation implements Run {
  private final FederatedData data;
  private final List<FederatedData.DeviceRows> honest;
  private final TrainingEngine engine;
  private final LocalFleet fleet;
  private final Servers servers;

  /**
   * Sets up a run.
   *
   * @param data shared by all runs that are to be compared
   * @param engines makes the engines, one a thread
   * @param listener is told of rounds
   */
  public Simulation(
      FederatedData data,
      SimulationSettings settings,
      EngineFactory engines,
      RunListener listener) {
    this.data = data;
    Dataset dataset = data.dataset();
    this.engine = engines.create(settings.model(), dataset.input(), dataset.task());
    Seed seed = settings.rounds().seed();
    Attackers attackers = settings.threat().map(threat -> attackers(threat, seed)).orElse(null);
    Set<DeviceId> attacking = attackers == null ? Set.of() : attackers.devices();
    this.honest =
        data.devices().stream().filter(rows -> !attacking.contains(rows.device())).toList();
    Roster roster =
        new Roster(data, settings, attackers == null ? dataset : attackers.poisoned(data));
    this.fleet =
        new LocalFleet(
            roster.participants().stream().map(roster::runtime).toList(),
            roster.courses(),
            roster.costs(engine),
            settings.threads(),
            attackers,
            settings.rounds().pace(),
            () -> engines.create(settings.model(), dataset.input(), dataset.task()),
            () -> engines.createHead(engine));
    this.servers =
        new Servers(
            settings.pooled() ? pooled(roster, settings) : fleet,
            settings.rounds(),
            new PerformanceMonitor(settings.rounds(), settings.target()::assumed, dataset.labels()),
            settings.devices().privacy(),
            dataset.labels(),
            engine,
            roster.examination(attacking),
            data.base().length,
            listener);
  }

  private Fleet pooled(Roster roster, SimulationSettings settings) {
    PooledOracle oracle = new PooledOracle(data.dataset().labels());
    List<DeviceId> participants = roster.participants();
    for (int i = 0; i < participants.size(); i++) {
      DeviceId id = participants.get(i);
      if (id.equals(Envelope.BASE)) {
        oracle.takeBase(roster.store(id));
      } else {
        oracle.enrol(id, roster.store(id), settings.devices(), roster.deviceSeed(i));
        fleet.runtime(id).pooled();
      }
    }
    return new PooledFleet(fleet, oracle, engine, settings.rounds().seed().derive("pooled"));
  }

  private Attackers attackers(SimulationSettings.Threat threat, Seed seed) {
    List<DeviceId> devices = data.devices().stream().map(FederatedData.DeviceRows::device).toList();
    return Attackers.pick(threat.attack(), threat.share(), devices, seed);
  }

  @Override
  public void restore(RunState state) {
    servers.restore(state);
  }

  @Override
  public RunResult run() {
    servers.run();
    LinkedHashMap<DeviceId, Integer> trainSamples = new LinkedHashMap<>();
    honest.forEach(rows -> trainSamples.put(rows.device(), rows.train().length));
    Map<String, PersonalModel> personal = new TreeMap<>();
    for (FederatedData.DeviceRows rows : data.devices()) {
      DeviceRuntime runtime = fleet.runtime(rows.device());
      runtime.personal().ifPresent(model -> personal.put(runtime.id().name(), model));
    }
    return servers.result(servers.known(trainSamples), personal);
  }

  @Override
  public void close() {
    fleet.close();
    engine.close();
  }
}
