package dev.kula.fleet;

import dev.kula.aggregate.AggregationStrategy;
import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.device.GroupModel;
import dev.kula.device.Message;
import dev.kula.model.TrainingPlan;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Where devices live: in this process, behind a network, on a cluster. The round loop knows nothing
 * else of it. The same calls give the same bits on every fleet and with any number of threads.
 *
 * <p>Not thread safe: one round loop drives a fleet.
 */
public interface Fleet extends AutoCloseable {
  /**
   * A round begins: devices take in what has come to them since, and some may join.
   *
   * @param round 0 before training; never one before the last
   * @return devices that join in this round, in the order of their names
   */
  List<DeviceId> begin(int round);

  /** All devices that have joined, in the order of their names. */
  List<DeviceId> devices();

  /** Devices that answer in this round. */
  List<DeviceId> available(int round);

  /**
   * Devices that train for a later round and answer nothing, in the order of their names. Who is
   * among them changes while {@link #train} or {@link #gather} goes on, and at no other time: so
   * whoever is not has been sent the newest model.
   */
  default List<DeviceId> atWork() {
    return List.of();
  }

  /** Waits for those at work, as at the end: what they bring comes too late. */
  default void gather() {}

  /**
   * Lets cohorts train, at the same time, and folds the updates of each on the way.
   *
   * @return one a task, in their order
   */
  List<Folded> train(List<TrainingTask> tasks, AggregationStrategy strategy);

  /**
   * Carries messages, and the messages that answer them, until only messages to servers are left.
   * What is addressed to a device that does not answer in this round is lost, except new models,
   * the closing of swaps and what is revoked, which it picks up when it is back.
   */
  Delivery carry(int round, List<Envelope> messages);

  /** Time since the start of the run: virtual in a simulation. */
  Duration elapsed();

  /** The durable state of all devices, between rounds. */
  FleetState state();

  /**
   * Puts back what {@link #state()} once gave, on a fleet made of the same configuration.
   *
   * @param models the last one that each device had
   * @param shown models of all groups, as devices were shown them last; empty if there are none
   */
  void restore(FleetState state, Function<DeviceId, float[]> models, List<GroupModel> shown);

  @Override
  void close();

  /**
   * What a cohort is to do.
   *
   * @param round number of the round
   * @param group whose model it is, of those of {@link dev.kula.device.Message.GroupModels}; 0
   *     where there is one for all
   * @param global the model to start from, as it is sent to devices; they have had it as the last
   *     {@link Message.GlobalModel}, so it does not travel again
   * @param plan local training
   * @param sent how many numbers of its model a device sends: all, or those of the body
   * @param cohort devices that are available
   */
  record TrainingTask(
      int round, int group, float[] global, TrainingPlan plan, int sent, List<DeviceId> cohort) {
    /** Of one whole model for all. */
    public TrainingTask(int round, float[] global, TrainingPlan plan, List<DeviceId> cohort) {
      this(round, 0, global, plan, global.length, cohort);
    }
  }

  /**
   * What a cohort did.
   *
   * @param global the next global model
   * @param updates number of updates folded
   * @param weight sum of their weights
   * @param trainingLoss weighted mean of the devices' losses in their last local epoch
   * @param bytes of the updates
   */
  record Folded(float[] global, int updates, double weight, double trainingLoss, long bytes) {}

  /**
   * What came of carrying messages.
   *
   * @param toServers messages to servers, in a fixed order
   * @param bytes that moved, by kind
   */
  record Delivery(List<Envelope> toServers, Map<Message.Kind, Long> bytes) {}
}
