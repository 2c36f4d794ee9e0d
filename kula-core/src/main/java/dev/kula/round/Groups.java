package dev.kula.round;

import dev.kula.aggregate.ServerOptimizer;
import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.fleet.Fleet;
import dev.kula.model.TrainingPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;

/**
 * Devices in groups, each with a model of its own that its members train; at first all in one, with
 * the global model. For one round loop, on one thread.
 */
final class Groups {
  private final List<float[]> models = new ArrayList<>();
  private final List<ServerOptimizer.State> optimizers = new ArrayList<>();
  private final Map<DeviceId, Integer> of = new TreeMap<>();

  /**
   * As plain data.
   *
   * @param models what devices have been sent as the model, one a group
   * @param optimizers what the server's optimiser remembers, one a group
   * @param of the group of each device that is not in the first
   */
  record State(
      List<float[]> models, List<ServerOptimizer.State> optimizers, Map<String, Integer> of) {}

  /** All devices in one group. */
  Groups(float[] model) {
    models.add(model);
    optimizers.add(ServerOptimizer.State.NONE);
  }

  int count() {
    return models.size();
  }

  /** The group of a device; the first if it has not been put into one. */
  int of(DeviceId device) {
    return of.getOrDefault(device, 0);
  }

  float[] model(int group) {
    return models.get(group);
  }

  /** The devices of each group, of those given. */
  List<List<DeviceId>> members(List<DeviceId> devices) {
    List<List<DeviceId>> members = new ArrayList<>();
    models.forEach(model -> members.add(new ArrayList<>()));
    devices.forEach(device -> members.get(of(device)).add(device));
    return members;
  }

  /** Puts devices into groups, all of which go on from the model of the first. */
  void divide(Map<DeviceId, Integer> grouping, int count) {
    while (models.size() < count) {
      models.add(models.getFirst());
      optimizers.add(optimizers.getFirst());
    }
    of.clear();
    of.putAll(grouping);
  }

  void move(DeviceId device, int group) {
    of.put(device, group);
  }

  /** The models of all groups, each to its members. */
  List<Envelope> deliveries(int round, List<DeviceId> devices) {
    return deliveries(round, devices, IntUnaryOperator.identity());
  }

  /**
   * Likewise to devices that have had a whole model once.
   *
   * @param travelling how many numbers of a model they get, the first ones, where it has so many
   */
  List<Envelope> deliveries(int round, List<DeviceId> devices, IntUnaryOperator travelling) {
    List<Message> messages = new ArrayList<>();
    for (float[] model : models) {
      int size = travelling.applyAsInt(model.length);
      float[] sent = size == model.length ? model : Arrays.copyOf(model, size);
      messages.add(new Message.GlobalModel(round, sent));
    }
    return devices.stream()
        .map(device -> new Envelope(Envelope.ORCHESTRATOR, device, messages.get(of(device))))
        .toList();
  }

  /**
   * What a cohort is to do: one task for each group that has members in it.
   *
   * @param travelling how many numbers of a model devices send, where it has so many
   */
  List<Fleet.TrainingTask> tasks(
      int round, TrainingPlan plan, List<DeviceId> cohort, IntUnaryOperator travelling) {
    List<Fleet.TrainingTask> tasks = new ArrayList<>();
    List<List<DeviceId>> members = members(cohort);
    for (int group = 0; group < models.size(); group++) {
      if (!members.get(group).isEmpty() || models.size() == 1) {
        float[] model = models.get(group);
        int sent = travelling.applyAsInt(model.length);
        tasks.add(new Fleet.TrainingTask(round, model, plan, sent, members.get(group)));
      }
    }
    return tasks;
  }

  /**
   * Takes in what came of {@link #tasks}.
   *
   * @param devices how many there are in all
   */
  void train(
      List<Fleet.TrainingTask> tasks,
      List<Fleet.Folded> folded,
      ServerOptimizer optimizer,
      int devices) {
    for (int i = 0; i < tasks.size(); i++) {
      int updates = folded.get(i).updates();
      if (updates > 0) {
        List<DeviceId> cohort = tasks.get(i).cohort();
        // An oracle trains where no device is there.
        int group = cohort.isEmpty() ? 0 : of(cohort.getFirst());
        ServerOptimizer.Step step =
            optimizer.next(
                optimizers.get(group),
                models.get(group),
                folded.get(i).global(),
                (double) updates / devices);
        models.set(group, step.model());
        optimizers.set(group, step.state());
      }
    }
  }

  List<float[]> models() {
    return List.copyOf(models);
  }

  State state() {
    Map<String, Integer> names = new TreeMap<>();
    of.forEach((device, group) -> names.put(device.name(), group));
    return new State(List.copyOf(models), List.copyOf(optimizers), names);
  }

  void restore(State state) {
    models.clear();
    models.addAll(state.models());
    optimizers.clear();
    optimizers.addAll(state.optimizers());
    of.clear();
    state.of().forEach((name, group) -> of.put(new DeviceId(name), group));
  }
}
