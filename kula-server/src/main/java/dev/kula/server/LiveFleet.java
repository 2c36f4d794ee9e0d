package dev.kula.server;

import dev.kula.data.DeviceId;
import dev.kula.model.TrainingEngine;
import dev.kula.round.Run;
import dev.kula.round.RunResult;
import dev.kula.round.RunState;
import dev.kula.round.Servers;
import io.grpc.BindableService;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;

/**
 * A run whose devices are in other processes, as {@link Rehearsal} or {@link Deployment} sets it
 * up.
 */
public final class LiveFleet implements Run {
  private final FleetServer server;
  private final Servers servers;
  private final TrainingEngine engine;
  private final Supplier<SequencedMap<DeviceId, Integer>> trainSamples;

  /**
   * A run that no device has connected to.
   *
   * @param server that they connect to; closed with the run
   * @param servers drive its fleet
   * @param engine of these; closed with the run
   * @param trainSamples that each device that took part trains on, 0 where that is not known here;
   *     asked at the end
   */
  LiveFleet(
      FleetServer server,
      Servers servers,
      TrainingEngine engine,
      Supplier<SequencedMap<DeviceId, Integer>> trainSamples) {
    this.server = server;
    this.servers = servers;
    this.engine = engine;
    this.trainSamples = trainSamples;
  }

  /** What devices connect to. */
  public BindableService service() {
    return server.service();
  }

  /** The devices. */
  public FleetServer server() {
    return server;
  }

  @Override
  public void restore(RunState state) {
    servers.restore(state);
  }

  @Override
  public RunResult run() {
    servers.run();
    return servers.result(servers.known(trainSamples.get()), Map.of());
  }

  @Override
  public void dismiss() {
    server.end();
  }

  @Override
  public void close() {
    server.close();
    engine.close();
  }
}
