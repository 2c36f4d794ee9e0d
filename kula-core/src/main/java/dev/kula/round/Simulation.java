package dev.kula.round;

import dev.kula.Seed;
import dev.kula.data.Dataset;
import dev.kula.data.DeviceId;
import dev.kula.data.FederatedData;
import dev.kula.device.Envelope;
import dev.kula.device.PooledOracle;
import dev.kula.fleet.Attackers;
import dev.kula.fleet.Devices;
import dev.kula.fleet.Fleet;
import dev.kula.fleet.LocalFleet;
import dev.kula.fleet.PooledFleet;
import dev.kula.fleet.SimulatedFleet;
import dev.kula.fleet.StateShelf;
import dev.kula.model.EngineFactory;
import dev.kula.model.TrainingEngine;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A run in this process: sets up the devices over a partitioned data set, the servers and the
 * evaluator, and runs the round loop on a {@link LocalFleet}, or on a fleet that is given. Its
 * noise is seeded, so it protects nobody; it shows what real noise would cost.
 *
 * <p>One thread drives it.
 */
public final class Simulation implements Run {
  private final FederatedData data;
  private final List<FederatedData.DeviceRows> honest;
  private final TrainingEngine engine;
  private final SimulatedFleet fleet;
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
    this(data, settings, engines, listener, Optional.empty());
  }

  /**
   * Likewise, with the states of devices in memory or elsewhere, which shows in no result.
   *
   * @param shelf for what devices are while they do not work, closed with the run; not where they
   *     are pooled
   */
  public Simulation(
      FederatedData data,
      SimulationSettings settings,
      EngineFactory engines,
      RunListener listener,
      Optional<StateShelf> shelf) {
    if (shelf.isPresent() && settings.pooled()) {
      throw new IllegalArgumentException("a pool has the data of all devices at hand");
    }
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
    LocalFleet local =
        new LocalFleet(
            shelf.<Devices>map(states -> roster.shelved(states)).orElseGet(roster::resident),
            roster.courses(),
            roster.costs(engine),
            settings.threads(),
            attackers,
            settings.rounds().pace(),
            () -> engines.create(settings.model(), dataset.input(), dataset.task()),
            () -> engines.createHead(settings.model(), engine));
    this.fleet = local;
    this.servers =
        servers(
            settings.pooled() ? pooled(roster, settings, local) : local,
            settings,
            roster,
            attacking,
            listener);
  }

  /**
   * Sets up a run whose devices are somewhere else.
   *
   * @param parts without attackers, and not pooled
   * @param elsewhere the devices of these parts; closed with the run
   * @param listener is told of rounds
   */
  public Simulation(SimulationParts parts, SimulatedFleet elsewhere, RunListener listener) {
    SimulationSettings settings = parts.settings();
    if (settings.threat().isPresent() || settings.pooled()) {
      throw new IllegalArgumentException("such a fleet has no attackers and no pool of data");
    }
    this.data = parts.data();
    this.honest = data.devices();
    this.engine = parts.engine();
    this.fleet = elsewhere;
    this.servers = servers(elsewhere, settings, parts.roster(), Set.of(), listener);
  }

  private Servers servers(
      Fleet devices,
      SimulationSettings settings,
      Roster roster,
      Set<DeviceId> attacking,
      RunListener listener) {
    Dataset dataset = data.dataset();
    return new Servers(
        devices,
        settings.rounds(),
        new PerformanceMonitor(settings.rounds(), settings.target()::assumed, dataset.labels()),
        settings.devices().privacy(),
        dataset.labels(),
        engine,
        roster.examination(attacking),
        data.base().length,
        listener);
  }

  private Fleet pooled(Roster roster, SimulationSettings settings, LocalFleet local) {
    PooledOracle oracle = new PooledOracle(data.dataset().labels());
    List<DeviceId> participants = roster.participants();
    for (int i = 0; i < participants.size(); i++) {
      DeviceId id = participants.get(i);
      if (id.equals(Envelope.BASE)) {
        oracle.takeBase(roster.store(id));
      } else {
        oracle.enrol(id, roster.store(id), settings.devices(), roster.deviceSeed(i));
        local.runtime(id).pooled();
      }
    }
    return new PooledFleet(local, oracle, engine, settings.rounds().seed().derive("pooled"));
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
    return servers.result(servers.known(trainSamples), fleet.personalModels());
  }

  @Override
  public void close() {
    fleet.close();
    engine.close();
  }
}
