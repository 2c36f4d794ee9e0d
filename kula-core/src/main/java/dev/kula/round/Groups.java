package dev.kula.round;

import dev.kula.aggregate.ServerOptimizer;
import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.device.GroupModel;
import dev.kula.device.Message;
import dev.kula.fleet.Fleet;
import dev.kula.model.TrainingPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;

/**
 * Devices in groups, each with a model of its own that its members train; at first all in one, with
 * the global model. Where there are several, one past the last is that of devices that are in none
 * of them for now, with the common model, which all help to train that may come to need it. For one
 * round loop, on one thread.
 */
final class Groups {
  /** Rounds from one in which a device trains an earlier group's model to the next. */
  static final int EARLIER_EVERY = 4;

  private static final int[] NONE = {};

  private final List<float[]> models = new ArrayList<>();
  private final List<ServerOptimizer.State> optimizers = new ArrayList<>();
  private final Map<DeviceId, Integer> of = new TreeMap<>();

  /** Other groups that a device trains for, with what it has from before; ascending. */
  private final Map<DeviceId, int[]> earlier = new TreeMap<>();

  private List<GroupModel> shown = List.of();
  private boolean staysOne;

  /**
   * As plain data.
   *
   * @param models what devices have been sent as the model, one a group
   * @param optimizers what the server's optimiser remembers, one a group
   * @param of the group of each device that has been put into one; of others it is the first
   * @param earlier other groups that devices train for
   * @param shown the models of all groups, as devices were shown them last
   * @param staysOne whether groups are known to gain nothing
   */
  record State(
      List<float[]> models,
      List<ServerOptimizer.State> optimizers,
      Map<String, Integer> of,
      Map<String, int[]> earlier,
      List<GroupModel> shown,
      boolean staysOne) {}

  /** All devices in one group. */
  Groups(float[] model) {
    models.add(model);
    optimizers.add(ServerOptimizer.State.NONE);
  }

  /** How many there are, besides that of the unsettled. */
  int count() {
    return Math.max(1, models.size() - 1);
  }

  /** Whether a search may still put devices into groups. */
  boolean mayDivide() {
    return count() == 1 && !staysOne;
  }

  /** Notes whether groups are known to gain nothing, so that all devices stay in one. */
  void stayOne(boolean known) {
    staysOne = known;
  }

  /** Whether there is such a group, that of the unsettled included. */
  boolean exists(int group) {
    return group >= 0 && group < models.size();
  }

  /**
   * The group of a device; the first if it has not been put into one; one past the last if it is in
   * none.
   */
  int of(DeviceId device) {
    return of.getOrDefault(device, 0);
  }

  float[] model(int group) {
    return models.get(group);
  }

  /** The devices of each group, of those given; last the unsettled. */
  List<List<DeviceId>> members(List<DeviceId> devices) {
    List<List<DeviceId>> members = new ArrayList<>();
    models.forEach(model -> members.add(new ArrayList<>()));
    devices.forEach(device -> members.get(of(device)).add(device));
    return members;
  }

  /** Those of {@code devices} that train each group's model with something. */
  List<List<DeviceId>> trainers(List<DeviceId> devices) {
    List<List<DeviceId>> trainers = members(devices);
    for (DeviceId device : devices) {
      for (int group : earlier.getOrDefault(device, NONE)) {
        trainers.get(group).add(device);
      }
    }
    return trainers;
  }

  /**
   * Puts devices into groups.
   *
   * @param started models that the groups go on from, two or more
   * @param common model that the unsettled go on from
   */
  void divide(Map<DeviceId, Integer> grouping, List<float[]> started, float[] common) {
    ServerOptimizer.State optimizer = optimizers.getFirst();
    models.clear();
    models.addAll(started);
    models.add(common);
    optimizers.clear();
    models.forEach(model -> optimizers.add(optimizer));
    of.clear();
    of.putAll(grouping);
    earlier.clear();
  }

  /**
   * Puts a device into a group.
   *
   * @param others that it trains for with what it has from before, ascending
   * @return whether it was in another
   */
  boolean move(DeviceId device, int group, int[] others) {
    boolean goes = of(device) != group;
    of.put(device, group);
    earlier.put(device, others);
    return goes;
  }

  /** Tells each device that has been put into a group which it is. */
  List<Envelope> assignments(int round) {
    return of.entrySet().stream()
        .map(
            entry ->
                new Envelope(
                    Envelope.ORCHESTRATOR,
                    entry.getKey(),
                    new Message.Assigned(round, entry.getValue())))
        .toList();
  }

  /** The models of other groups that devices of a cohort train in this round. */
  List<Envelope> earlierModels(int round, List<DeviceId> cohort) {
    List<Envelope> deliveries = new ArrayList<>();
    for (DeviceId device : cohort) {
      earlierOf(device, round)
          .ifPresent(
              group ->
                  deliveries.add(
                      new Envelope(
                          Envelope.ORCHESTRATOR,
                          device,
                          new Message.EarlierModel(round, group, models.get(group)))));
    }
    return deliveries;
  }

  /** Whose model a device trains besides its own group's in this round: one after the other. */
  private OptionalInt earlierOf(DeviceId device, int round) {
    int turn = round + Math.floorMod(device.name().hashCode(), EARLIER_EVERY);
    int[] others = earlier.getOrDefault(device, NONE);
    return others.length == 0 || turn % EARLIER_EVERY != 0
        ? OptionalInt.empty()
        : OptionalInt.of(others[turn / EARLIER_EVERY % others.length]);
  }

  /** Notes what devices are shown of all groups: their models as they are, coarsely. */
  void show(List<GroupModel> coarse) {
    shown = List.copyOf(coarse);
  }

  /**
   * The models of all groups, without the common one, as devices were shown them last; empty if
   * there are no groups.
   */
  List<GroupModel> shown() {
    return shown;
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
   * What a cohort is to do: one task for each group that somebody in it trains for.
   *
   * @param travelling how many numbers of a model devices send, where it has so many
   */
  List<Fleet.TrainingTask> tasks(
      int round, TrainingPlan plan, List<DeviceId> cohort, IntUnaryOperator travelling) {
    List<Fleet.TrainingTask> tasks = new ArrayList<>();
    List<List<DeviceId>> members = members(cohort);
    for (DeviceId device : cohort) {
      earlierOf(device, round).ifPresent(group -> members.get(group).add(device));
    }
    for (int group = 0; group < models.size(); group++) {
      if (!members.get(group).isEmpty() || models.size() == 1) {
        float[] model = models.get(group);
        int sent = travelling.applyAsInt(model.length);
        tasks.add(new Fleet.TrainingTask(round, group, model, plan, sent, members.get(group)));
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
        int group = tasks.get(i).group();
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
    Map<String, int[]> others = new TreeMap<>();
    earlier.forEach((device, trained) -> others.put(device.name(), trained));
    return new State(List.copyOf(models), List.copyOf(optimizers), names, others, shown, staysOne);
  }

  void restore(State state) {
    models.clear();
    models.addAll(state.models());
    optimizers.clear();
    optimizers.addAll(state.optimizers());
    of.clear();
    state.of().forEach((name, group) -> of.put(new DeviceId(name), group));
    earlier.clear();
    state.earlier().forEach((name, others) -> earlier.put(new DeviceId(name), others));
    shown = List.copyOf(state.shown());
    staysOne = state.staysOne();
  }
}
