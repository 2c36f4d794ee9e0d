package dev.kula.fleet;

import dev.kula.aggregate.AggregationStrategy;
import dev.kula.aggregate.PartialSum;
import dev.kula.data.DeviceId;
import dev.kula.data.SampleBatch;
import dev.kula.device.DeviceRuntime;
import dev.kula.device.Envelope;
import dev.kula.device.GroupModel;
import dev.kula.device.Message;
import dev.kula.device.ToyDevices;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The plainest fleet: one thread, everybody always there, no time, and a record of every message
 * that was sent, in the order of delivery.
 */
public final class WatchedFleet implements Fleet {
  private final Map<DeviceId, DeviceRuntime> participants = new TreeMap<>();
  private final List<Envelope> log = new ArrayList<>();
  private final List<Envelope> slipped = new ArrayList<>();

  public WatchedFleet(List<DeviceRuntime> runtimes) {
    runtimes.forEach(runtime -> participants.put(runtime.id(), runtime));
  }

  /** Messages that some device slips to servers whenever anything is carried, outside the log. */
  public void slip(List<Envelope> messages) {
    slipped.addAll(messages);
  }

  /** Everything that was ever carried. */
  public List<Envelope> log() {
    return List.copyOf(log);
  }

  public DeviceRuntime runtime(DeviceId id) {
    DeviceRuntime known = participants.get(id);
    if (known == null) {
      throw new IllegalArgumentException("no device " + id);
    }
    return known;
  }

  @Override
  public List<DeviceId> begin(int round) {
    return round == 0 ? devices() : List.of();
  }

  @Override
  public List<DeviceId> devices() {
    return participants.keySet().stream().filter(id -> !id.equals(Envelope.BASE)).toList();
  }

  @Override
  public List<DeviceId> available(int round) {
    return devices();
  }

  @Override
  public List<Folded> train(List<TrainingTask> tasks, AggregationStrategy strategy) {
    return tasks.stream().map(task -> train(task, strategy)).toList();
  }

  private Folded train(TrainingTask task, AggregationStrategy strategy) {
    PartialSum sum = strategy.init(task.global().length);
    for (DeviceId device : task.cohort()) {
      runtime(device)
          .train(task.round(), task.group(), task.global(), task.plan(), ToyDevices.bench())
          .ifPresent(sum::accumulate);
    }
    long bytes = (long) sum.updates() * task.global().length * Float.BYTES;
    return new Folded(
        sum.finish(task.global()), sum.updates(), sum.weight(), sum.trainingLoss(), bytes);
  }

  @Override
  public Delivery carry(int round, List<Envelope> messages) {
    Map<Message.Kind, Long> bytes = new EnumMap<>(Message.Kind.class);
    List<Envelope> toServers = new ArrayList<>(slipped);
    List<Envelope> moving = messages;
    while (!moving.isEmpty()) {
      Map<DeviceId, List<Envelope>> inboxes = new TreeMap<>();
      for (Envelope envelope : moving) {
        log.add(envelope);
        bytes.merge(envelope.message().kind(), envelope.message().bytes(), Long::sum);
        if (participants.containsKey(envelope.to())) {
          inboxes.computeIfAbsent(envelope.to(), id -> new ArrayList<>()).add(envelope);
        } else {
          toServers.add(envelope);
        }
      }
      List<Envelope> answers = new ArrayList<>();
      inboxes.forEach(
          (id, inbox) -> answers.addAll(runtime(id).receive(inbox, ToyDevices.bench())));
      moving = answers;
    }
    return new Delivery(toServers, bytes);
  }

  @Override
  public Duration elapsed() {
    return Duration.ZERO;
  }

  @Override
  public FleetState state() {
    Map<String, DeviceRuntime.State> states = new TreeMap<>();
    Map<String, SampleBatch> blocks = new TreeMap<>();
    participants.forEach((id, runtime) -> states.put(id.name(), runtime.state()));
    participants.forEach((id, runtime) -> blocks.putAll(runtime.fetchedBlocks()));
    return new FleetState(states, blocks, 0, 0, List.of());
  }

  @Override
  public void restore(
      FleetState state, Function<DeviceId, float[]> models, List<GroupModel> shown) {
    state
        .devices()
        .forEach(
            (name, device) -> {
              DeviceId id = new DeviceId(name);
              runtime(id).restore(device, state.blocks(), models.apply(id), shown);
            });
  }

  @Override
  public void close() {}
}
