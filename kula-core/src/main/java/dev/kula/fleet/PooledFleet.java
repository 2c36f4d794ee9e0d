package dev.kula.fleet;

import dev.kula.Seed;
import dev.kula.aggregate.AggregationStrategy;
import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.device.GroupModel;
import dev.kula.device.Message;
import dev.kula.device.PooledOracle;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingResult;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A fleet in which nobody trains the global model but a {@link PooledOracle}: in each round, as
 * many passes over all data as a device makes over its own. All else is as in the fleet that it
 * stands before. Samples count as bytes once, when they come; virtual time counts neither their way
 * nor central training.
 */
public final class PooledFleet implements Fleet {
  private final Fleet devices;
  private final PooledOracle oracle;
  private final TrainingEngine engine;
  private final Seed seed;
  private long moved;
  private boolean begun;

  /**
   * Stands before a fleet.
   *
   * @param engine used in {@link #train} alone; the caller's to close
   */
  public PooledFleet(Fleet devices, PooledOracle oracle, TrainingEngine engine, Seed seed) {
    this.devices = devices;
    this.oracle = oracle;
    this.engine = engine;
    this.seed = seed;
  }

  @Override
  public List<DeviceId> begin(int round) {
    List<DeviceId> joining = devices.begin(round);
    if (!begun && round > 0) {
      moved = oracle.bytes(devices.devices()); // before the restart
    }
    begun = true;
    return joining;
  }

  @Override
  public List<DeviceId> devices() {
    return devices.devices();
  }

  @Override
  public List<DeviceId> available(int round) {
    return devices.available(round);
  }

  @Override
  public List<Folded> train(List<TrainingTask> tasks, AggregationStrategy strategy) {
    return tasks.stream().map(this::train).toList();
  }

  private Folded train(TrainingTask task) {
    float[] next = task.global().clone();
    TrainingResult result =
        oracle.train(next, devices.devices(), task.plan(), engine, seed.derive(task.round()));
    return new Folded(next, 1, 1, result.meanLoss(), 0);
  }

  @Override
  public Delivery carry(int round, List<Envelope> messages) {
    Delivery delivery = devices.carry(round, messages);
    long before = moved;
    moved = oracle.bytes(devices.devices());
    if (moved == before) {
      return delivery;
    }
    Map<Message.Kind, Long> bytes = new EnumMap<>(Message.Kind.class);
    bytes.putAll(delivery.bytes());
    bytes.merge(Message.Kind.FETCHED, moved - before, Long::sum);
    return new Delivery(delivery.toServers(), bytes);
  }

  @Override
  public Duration elapsed() {
    return devices.elapsed();
  }

  @Override
  public FleetState state() {
    return devices.state();
  }

  @Override
  public void restore(
      FleetState state, Function<DeviceId, float[]> models, List<GroupModel> shown) {
    devices.restore(state, models, shown);
  }

  @Override
  public void close() {
    devices.close();
  }
}
