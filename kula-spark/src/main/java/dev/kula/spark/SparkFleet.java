package dev.kula.spark;

import dev.kula.KulaException;
import dev.kula.aggregate.AggregationStrategy;
import dev.kula.aggregate.PartialSum;
import dev.kula.data.DeviceId;
import dev.kula.data.SampleBatch;
import dev.kula.device.DeviceRuntime;
import dev.kula.device.Envelope;
import dev.kula.device.GroupModel;
import dev.kula.device.Message;
import dev.kula.device.PersonalModel;
import dev.kula.fleet.Conditions;
import dev.kula.fleet.FleetState;
import dev.kula.fleet.Outbox;
import dev.kula.fleet.SimulatedConditions;
import dev.kula.fleet.SimulatedFleet;
import dev.kula.fleet.Supersteps;
import dev.kula.round.Roster;
import dev.kula.round.SimulationParts;
import dev.kula.round.SimulationRecipe;
import dev.kula.store.StateBytes;
import dev.kula.wire.JobCodec;
import dev.kula.wire.Result;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * A simulation's fleet on Spark. Each superstep is a job over shards of devices: what servers say
 * is broadcast, what devices say to each other goes by shard in a shuffle, and updates fold where
 * they are made and then in a tree. Between rounds the state of all devices goes to files that
 * outlive a process, and what led to it is forgotten.
 *
 * <p>A task that is lost is done again of the same states and messages, and comes to the same
 * bytes: all that is drawn, noise included, is drawn from the seed, the device, the round and the
 * purpose.
 */
final class SparkFleet implements SimulatedFleet {
  private final Setup setup;
  private final Steps steps;
  private final List<DeviceId> participants;
  private final List<DeviceId> enrolled;
  private final Conditions conditions;

  /** The strategy of the run. */
  private final AggregationStrategy own;

  private final Map<String, Integer> shards = new HashMap<>();
  private final Outbox outbox = new Outbox();

  private long number;
  private int begun = -1;
  private int lastRound;
  private int step;

  /**
   * A fleet whose devices are new.
   *
   * @param checkpoints directory in which states are kept, as all processes see it
   * @param alone whether it is this fleet's, and goes with it
   */
  SparkFleet(
      JavaSparkContext spark,
      SimulationParts parts,
      SimulationRecipe recipe,
      String checkpoints,
      boolean alone) {
    this.own = parts.settings().rounds().strategy();
    Roster roster = parts.roster();
    this.participants = roster.participants().stream().sorted().toList();
    this.enrolled = participants.stream().filter(id -> !id.equals(Envelope.BASE)).toList();
    this.conditions = new SimulatedConditions(roster.courses(), parts.costs(roster));
    this.setup = new Setup(UUID.randomUUID().toString(), recipe, Workshop.settings(parts));
    Workshop.open(setup.run(), parts);
    // Two a core, so that cores wait little for the slowest; more would only make more sums.
    int count = Math.min(participants.size(), 2 * spark.defaultParallelism());
    for (int i = 0; i < participants.size(); i++) {
      shards.put(participants.get(i).name(), (int) ((long) i * count / participants.size()));
    }
    this.steps = new Steps(spark, setup, count, checkpoints, alone);
    steps.start(shards(participants.stream().map(id -> Cell.fresh(id.name())).toList()));
  }

  private List<Shard> shards(List<Cell> cells) {
    Map<Integer, List<Cell>> divided =
        cells.stream()
            .collect(
                Collectors.groupingBy(
                    cell -> shards.getOrDefault(cell.device(), 0),
                    TreeMap::new,
                    Collectors.toList()));
    return divided.values().stream().map(Shard::of).toList();
  }

  @Override
  public List<DeviceId> begin(int round) {
    int before = begun;
    if (before >= 0) {
      keep();
      steps.goOnFromKept();
    }
    begun = round;
    Command.Begin begin = new Command.Begin(++number, before, round);
    steps.begin(begin);
    return conditions.joining(enrolled, before, round);
  }

  private void keep() {
    if (!steps.isKept(number)) {
      steps.keep(Models.of(outbox, participants, Math.max(0, begun)), begun, number);
    }
  }

  @Override
  public List<DeviceId> devices() {
    return enrolled.stream().filter(device -> conditions.isHere(device, begun)).toList();
  }

  @Override
  public List<DeviceId> available(int round) {
    return conditions.available(enrolled, begun, round, 0);
  }

  @Override
  public List<Folded> train(List<TrainingTask> tasks, AggregationStrategy strategy) {
    boolean sums = foldsThere(tasks, strategy);
    Instant now = now();
    Lessons lessons = new Lessons(tasks, sums, now);
    Broadcast<Lessons> sent = steps.broadcast(lessons);
    Map<String, Double> passes = new HashMap<>();
    steps
        .train(new Command.Train(++number, sent, now))
        .forEach(said -> passes.put(said.device(), said.passes()));
    Folds folds = steps.folded(sent);
    if (folds.failure() != null) {
      throw folds.failure().reason();
    }
    List<Folded> folded = new ArrayList<>();
    List<Conditions.Worked> worked = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      TrainingTask task = tasks.get(i);
      PartialSum sum = sums ? folds.sums().get(i) : sum(i, task, strategy, folds.updates());
      long updateBytes = strategy.updateBytes(task.sent());
      float[] next = sum.finish(task.global());
      folded.add(
          new Folded(
              next,
              sum.updates(),
              sum.weight(),
              sum.trainingLoss(),
              sum.bytes().orElse(updateBytes * sum.updates())));
      for (DeviceId device : task.cohort()) {
        // Of several tasks the first has all the work, as where one meter is read after the other.
        Double work = passes.remove(device.name());
        worked.add(new Conditions.Worked(device, 0, work == null ? 0 : work, updateBytes));
      }
    }
    conditions.advance(worked);
    return folded;
  }

  /**
   * Whether updates fold where they are made. Those of others than the run's own strategy do not,
   * which executors do not know, nor those of cohorts of one, which are as large as their sums.
   */
  private boolean foldsThere(List<TrainingTask> tasks, AggregationStrategy strategy) {
    return strategy.equals(own)
        && tasks.stream().anyMatch(task -> task.cohort().size() > 1)
        && strategy.init(tasks.getFirst().global().length) instanceof Serializable;
  }

  private static PartialSum sum(
      int index, TrainingTask task, AggregationStrategy strategy, List<Folds.Sent> updates) {
    PartialSum sum = strategy.init(task.global().length);
    updates.stream()
        .filter(sent -> sent.task() == index)
        .sorted(Comparator.comparingInt(Folds.Sent::place))
        .forEach(
            sent ->
                ((Result.Trained) JobCodec.decodeResult(sent.trained()))
                    .update()
                    .ifPresent(sum::accumulate));
    return sum;
  }

  @Override
  public Delivery carry(int round, List<Envelope> messages) {
    step = round == lastRound ? step + 1 : 1;
    lastRound = round;
    Set<String> present =
        conditions.available(enrolled, begun, round, step).stream()
            .map(DeviceId::name)
            .collect(Collectors.toCollection(HashSet::new));
    present.add(Envelope.BASE.name());
    Map<Message.Kind, Long> bytes = new EnumMap<>(Message.Kind.class);
    List<Envelope> toServers = new ArrayList<>();
    Broadcast<Post> post = post(messages, present, bytes, toServers);
    boolean first = true;
    boolean moving = messages.size() > toServers.size();
    while (moving) {
      List<Said> said = steps.deliver(new Command.Deliver(++number, post, first, now()));
      first = false;
      moving = false;
      List<Conditions.Worked> worked = new ArrayList<>();
      for (Said one : said) {
        if (one.failure() != null) {
          throw one.failure();
        }
        DeviceId device = new DeviceId(one.device());
        worked.add(new Conditions.Worked(device, one.bytesIn(), one.passes(), one.bytesOut()));
        one.delivered().forEach((kind, some) -> bytes.merge(kind, some, Long::sum));
        moving |= !one.delivered().isEmpty();
        if (one.toServers().length > 0) {
          for (Envelope envelope : Letter.decode(one.toServers())) {
            bytes.merge(envelope.message().kind(), envelope.message().bytes(), Long::sum);
            toServers.add(envelope);
          }
        }
      }
      conditions.advance(worked);
    }
    return new Delivery(toServers, bytes);
  }

  /** What servers say, each thing once, and who gets it. */
  private Broadcast<Post> post(
      List<Envelope> messages,
      Set<String> present,
      Map<Message.Kind, Long> bytes,
      List<Envelope> toServers) {
    // Messages with the same arrays are equal, so what is said to many is found to be one.
    Map<Spoken, Integer> spoken = new LinkedHashMap<>();
    Map<String, List<Integer>> inboxes = new HashMap<>();
    List<Envelope> different = new ArrayList<>();
    List<Envelope> reaching = new ArrayList<>();
    for (Envelope envelope : messages) {
      String to = envelope.to().name();
      boolean isParticipant = shards.containsKey(to);
      if (!isParticipant) {
        toServers.add(envelope);
      } else if (!present.contains(to) && !Supersteps.waits(envelope.message())) {
        continue;
      }
      bytes.merge(envelope.message().kind(), envelope.message().bytes(), Long::sum);
      if (isParticipant) {
        int index =
            spoken.computeIfAbsent(
                new Spoken(envelope.from(), envelope.message()),
                one -> {
                  different.add(envelope);
                  return different.size() - 1;
                });
        inboxes.computeIfAbsent(to, device -> new ArrayList<>()).add(index);
        reaching.add(envelope);
      }
    }
    outbox.sent(reaching);
    Map<String, int[]> indices = new HashMap<>();
    inboxes.forEach(
        (to, some) -> indices.put(to, some.stream().mapToInt(Integer::intValue).toArray()));
    return steps.broadcast(new Post(different, indices, shards, present));
  }

  private record Spoken(DeviceId from, Message message) {}

  private Instant now() {
    return Instant.EPOCH.plus(conditions.elapsed());
  }

  @Override
  public Duration elapsed() {
    return conditions.elapsed();
  }

  @Override
  public FleetState state() {
    keep();
    Map<String, DeviceRuntime.State> states = new TreeMap<>();
    Map<String, SampleBatch> blocks = new TreeMap<>();
    for (Cell cell : steps.kept()) {
      Kept kept = StateBytes.decode(cell.kept(), Kept.class);
      states.put(cell.device(), kept.state());
      blocks.putAll(kept.blocks());
    }
    return new FleetState(states, blocks, conditions.elapsed().toNanos(), begun, List.of());
  }

  @Override
  public void restore(
      FleetState state, Function<DeviceId, float[]> models, List<GroupModel> shown) {
    if (!state.arrivals().isEmpty()) {
      throw KulaException.user(
          "the run has updates under way, which --fleet spark has not; go on with --fleet local");
    }
    participants.forEach(id -> outbox.restore(id, models.apply(id), shown));
    Broadcast<Models> had =
        steps.broadcast(Models.of(outbox, participants, Math.max(0, state.round())));
    List<Cell> cells = new ArrayList<>();
    for (DeviceId id : participants) {
      DeviceRuntime.State device = state.devices().get(id.name());
      if (device == null) {
        cells.add(Cell.fresh(id.name()));
        continue;
      }
      Map<String, SampleBatch> blocks = new TreeMap<>(state.blocks());
      blocks.keySet().retainAll(device.store().fetched());
      byte[] kept = StateBytes.encode(new Kept(device, blocks));
      cells.add(new Cell(id.name(), kept, had, -1, number, List.of()));
    }
    steps.start(shards(cells));
    conditions.restore(Duration.ofNanos(state.elapsedNanos()), Set.copyOf(enrolled));
  }

  @Override
  public Map<String, PersonalModel> personalModels() {
    SortedMap<String, PersonalModel> models = new TreeMap<>();
    for (Personal one : steps.personal()) {
      if (!one.device().equals(Envelope.BASE.name())) {
        models.put(one.device(), one.model());
      }
    }
    return models;
  }

  @Override
  public void close() {
    steps.close();
    Workshop.close(setup.run());
  }
}
