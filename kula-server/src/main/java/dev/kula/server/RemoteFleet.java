package dev.kula.server;

import dev.kula.aggregate.AggregationStrategy;
import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.device.GroupModel;
import dev.kula.device.Message;
import dev.kula.fleet.Arrivals;
import dev.kula.fleet.Conditions;
import dev.kula.fleet.Fleet;
import dev.kula.fleet.FleetState;
import dev.kula.fleet.Pace;
import dev.kula.fleet.Supersteps;
import dev.kula.wire.Introduction;
import dev.kula.wire.Job;
import dev.kula.wire.Result;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A fleet whose devices are in other processes. Messages are delivered in {@link Supersteps} as in
 * a simulation, and updates fold in fixed point, so that the same devices say the same whichever
 * answers first. A device that does not answer in time is as one that is away: its part is left out
 * of the step, and it is not waited for again before the next round.
 */
public final class RemoteFleet implements Fleet {
  private final Map<DeviceId, Participant> participants = new TreeMap<>();
  private final List<DeviceId> enrolled;
  private final Conditions conditions;
  private final Crowd crowd;
  private final Pace pace;
  private final Arrivals arrivals;
  private final Errands errands;
  private final Onlooker onlooker;
  private final PeerTalk talk;
  private final Optional<Summing> summing;

  /** What each participant has as its model, and as one of another group, if it answered since. */
  private final Map<DeviceId, Held> held = new ConcurrentHashMap<>();

  /** Who has not answered in time in this round. */
  private final Set<DeviceId> late = ConcurrentHashMap.newKeySet();

  private int begun = -1;
  private int lastRound;
  private int step;

  /** Models that a device has. */
  private record Held(float[] model, Map<Integer, float[]> earlier) {}

  /**
   * A fleet.
   *
   * @param all devices, and the holder of the base set if there is one
   * @param conditions time, and who is there when
   * @param pace whose updates a round waits for
   * @param patience with devices
   * @param onlooker sees what devices are asked, could not do, or said and may not
   * @param summing where updates fold, with {@link Pace#ALL} alone; empty for here
   */
  RemoteFleet(
      List<Participant> all,
      Conditions conditions,
      Pace pace,
      Patience patience,
      Onlooker onlooker,
      Optional<Summing> summing) {
    all.forEach(participant -> participants.put(participant.id(), participant));
    this.enrolled = participants.keySet().stream().filter(id -> !id.equals(Envelope.BASE)).toList();
    this.conditions = conditions;
    this.crowd = new Crowd(patience, onlooker);
    this.pace = pace;
    this.arrivals = new Arrivals(pace);
    this.errands = new Errands(patience.job(), onlooker, late::add);
    this.onlooker = onlooker;
    this.summing = summing;
    this.talk = new PeerTalk(this::takesParcels, onlooker);
  }

  private boolean takesParcels(DeviceId id) {
    Participant participant = participants.get(id);
    return participant != null
        && participant.introduction().flatMap(Introduction::address).isPresent();
  }

  /** What devices say to each other. */
  PeerTalk talk() {
    return talk;
  }

  @Override
  public List<DeviceId> begin(int round) {
    int before = begun;
    begun = round;
    late.clear();
    conditions.begins(round);
    all(joined(), id -> new Job.Begin(round), (id, result) -> Optional.<Result>empty());
    return conditions.joining(enrolled, before, round);
  }

  @Override
  public List<DeviceId> devices() {
    return enrolled.stream().filter(device -> conditions.isHere(device, begun)).toList();
  }

  @Override
  public List<DeviceId> available(int round) {
    return available(round, 0);
  }

  @Override
  public List<DeviceId> atWork() {
    return devices().stream().filter(this::isAtWork).toList();
  }

  private boolean isAtWork(DeviceId device) {
    return errands.isOut(device) || arrivals.isAtWork(device);
  }

  @Override
  public void gather() {
    errands.gather();
    arrivals.gather(conditions);
  }

  private List<DeviceId> available(int round, int at) {
    return conditions.available(enrolled, begun, round, at).stream()
        .filter(device -> !late.contains(device) && !isAtWork(device))
        .toList();
  }

  @Override
  public List<Folded> train(List<TrainingTask> tasks, AggregationStrategy strategy) {
    if (!pace.equals(Pace.ALL) && !conditions.isVirtual()) {
      return trainMeasured(tasks, strategy);
    }
    List<Folded> folded = new ArrayList<>();
    List<Conditions.Worked> worked = new ArrayList<>();
    Duration end = conditions.elapsed();
    for (TrainingTask task : tasks) {
      Folding folding = new Folding(task, strategy, onlooker::refused, summing);
      long updateBytes = strategy.updateBytes(task.sent());
      if (pace.equals(Pace.ALL)) {
        train(task, folding)
            .forEach((id, passes) -> worked.add(new Conditions.Worked(id, 0, passes, updateBytes)));
        folded.add(finish(task, strategy, folding, folding.updates()));
      } else {
        List<Arrivals.Sent> sent = sent(task, updateBytes, folding);
        Arrivals.Counted counted = arrivals.take(task.round(), sent, conditions);
        end = counted.until().compareTo(end) > 0 ? counted.until() : end;
        counted.updates().forEach(one -> folding.add(one.device(), one.update()));
        folded.add(finish(task, strategy, folding, Arrivals.updates(sent)));
      }
    }
    conditions.advance(worked);
    conditions.advanceTo(end);
    return folded;
  }

  /** Folds what devices send as it comes. */
  private Map<DeviceId, Double> train(TrainingTask task, Folding folding) {
    Map<DeviceId, Double> passes = all(task.cohort(), id -> job(id, task), folding::take);
    folding.gather();
    return passes;
  }

  /** What a whole cohort sends, in the order of its devices. */
  private List<Arrivals.Sent> sent(TrainingTask task, long updateBytes, Folding folding) {
    Map<DeviceId, Result.Trained> said =
        all(
            task.cohort(),
            id -> job(id, task),
            (id, result) ->
                result instanceof Result.Trained trained ? Optional.of(trained) : Optional.empty());
    List<Arrivals.Sent> sent = new ArrayList<>();
    said.forEach(
        (id, trained) ->
            sent.add(
                new Arrivals.Sent(
                    id,
                    folding.fitting(id, trained),
                    new Conditions.Worked(id, 0, trained.passes(), updateBytes))));
    return sent;
  }

  /**
   * Sends who is not out, and folds what comes first: of this round, or into a buffer whenever it
   * was begun. Who is slower goes on, and is out until it is back.
   */
  private List<Folded> trainMeasured(List<TrainingTask> tasks, AggregationStrategy strategy) {
    Map<TrainingTask, Folding> open = new LinkedHashMap<>();
    for (TrainingTask task : tasks) {
      open.put(task, new Folding(task, strategy, onlooker::refused, summing));
      for (DeviceId id : task.cohort()) {
        Participant participant = participants.get(id);
        if (participant != null) {
          errands.send(participant, job(id, task), task);
        }
      }
    }
    while (open.entrySet().stream().anyMatch(one -> lacks(one.getKey(), one.getValue()))
        && errands.anyOut()) {
      errands.next().ifPresent(brought -> fold(brought, open));
    }
    return tasks.stream()
        .map(
            task -> {
              Folding folding = Objects.requireNonNull(open.get(task));
              return finish(task, strategy, folding, folding.updates());
            })
        .toList();
  }

  private boolean lacks(TrainingTask task, Folding folding) {
    return folding.updates()
        < switch (pace) {
          case Pace.All all -> task.cohort().size();
          case Pace.First first -> first.of(task.cohort().size());
          case Pace.Buffer buffer -> buffer.updates();
        };
  }

  private void fold(Errands.Brought brought, Map<TrainingTask, Folding> open) {
    DeviceId id = brought.device();
    boolean buffered = pace instanceof Pace.Buffer;
    TrainingTask task = buffered ? open.keySet().iterator().next() : brought.task();
    Folding folding = open.get(task);
    if (brought.result() instanceof Result.Failed because) {
      onlooker.refused("%s: %s".formatted(id, because.reason()));
    } else if (brought.result() instanceof Result.Trained trained
        && folding != null
        && lacks(task, folding)) {
      folding
          .fitting(id, trained)
          .map(update -> Pace.Buffer.discounted(update, task.round() - brought.task().round()))
          .ifPresent(update -> folding.add(id, update));
    }
  }

  private Folded finish(
      TrainingTask task, AggregationStrategy strategy, Folding folding, int travelled) {
    if (strategy.needsRoot()) {
      all(List.of(Envelope.BASE), id -> job(id, task), (id, result) -> folding.takeRoot(result));
    }
    return folding.finish(strategy.updateBytes(task.sent()) * travelled);
  }

  private Job job(DeviceId id, TrainingTask task) {
    boolean hasIt = Arrays.equals(model(id, task.group()), task.global());
    return new Job.Train(
        task.round(),
        task.group(),
        hasIt ? Optional.empty() : Optional.of(task.global()),
        task.plan(),
        task.sent(),
        now(),
        conditions.inferenceSeconds(id));
  }

  private Instant now() {
    return Instant.EPOCH.plus(conditions.elapsed());
  }

  private float[] model(DeviceId id, int group) {
    Held has = held.get(id);
    return has == null ? new float[0] : has.earlier().getOrDefault(group, has.model());
  }

  @Override
  public Delivery carry(int round, List<Envelope> messages) {
    step = round == lastRound ? step + 1 : 1;
    lastRound = round;
    Set<DeviceId> present = new HashSet<>(available(round, step));
    present.add(Envelope.BASE);
    return Supersteps.carry(messages, participants::containsKey, present::contains, this::deliver);
  }

  private List<Envelope> deliver(SortedMap<DeviceId, List<Envelope>> inboxes) {
    Map<DeviceId, Result.Said> answers =
        all(
            inboxes.keySet(),
            id ->
                new Job.Deliver(
                    introductions(id, inbox(inboxes, id)),
                    inbox(inboxes, id),
                    now(),
                    conditions.inferenceSeconds(id)),
            (id, result) ->
                result instanceof Result.Said said ? Optional.of(said) : Optional.empty());
    List<Envelope> moving = new ArrayList<>();
    List<Conditions.Worked> worked = new ArrayList<>();
    answers.forEach(
        (id, said) -> {
          List<Envelope> inbox = inbox(inboxes, id);
          inbox.stream()
              .filter(envelope -> envelope.from().equals(Envelope.ORCHESTRATOR))
              .forEach(envelope -> hold(id, envelope.message())); // as the device does
          List<Envelope> own = talk.admitted(id, said.envelopes());
          moving.addAll(own);
          worked.add(new Conditions.Worked(id, bytes(inbox), said.passes(), bytes(own)));
        });
    conditions.advance(worked);
    return moving;
  }

  /**
   * Of other devices that a device has to do with: who says something to it, since what they sign
   * and seal is checked with their keys, and whom it is ordered to swap with, to seal for them.
   */
  private List<Introduction> introductions(DeviceId id, List<Envelope> inbox) {
    return inbox.stream()
        .flatMap(RemoteFleet::named)
        .filter(other -> !other.equals(id))
        .distinct()
        .flatMap(other -> Stream.ofNullable(participants.get(other)))
        .flatMap(participant -> participant.introduction().stream())
        .toList();
  }

  private static Stream<DeviceId> named(Envelope envelope) {
    return envelope.message() instanceof Message.Ordered ordered
        ? Stream.of(ordered.order().source(), ordered.order().receiver())
        : Stream.of(envelope.from());
  }

  private static List<Envelope> inbox(Map<DeviceId, List<Envelope>> inboxes, DeviceId id) {
    return Objects.requireNonNull(inboxes.get(id));
  }

  private static long bytes(List<Envelope> envelopes) {
    return envelopes.stream().mapToLong(envelope -> envelope.message().bytes()).sum();
  }

  private void hold(DeviceId id, Message message) {
    Held has = held.getOrDefault(id, new Held(new float[0], Map.of()));
    if (message instanceof Message.GlobalModel model) {
      float[] whole = model.parameters();
      if (whole.length < has.model().length) {
        whole = has.model().clone();
        System.arraycopy(model.parameters(), 0, whole, 0, model.parameters().length);
      }
      held.put(id, new Held(whole, Map.of()));
    } else if (message instanceof Message.EarlierModel model) {
      Map<Integer, float[]> earlier = new HashMap<>(has.earlier());
      earlier.put(model.group(), model.parameters());
      held.put(id, new Held(has.model(), earlier));
    }
  }

  private <T> Map<DeviceId, T> all(
      Collection<DeviceId> ids,
      Function<DeviceId, Job> jobs,
      BiFunction<DeviceId, Result, Optional<T>> taken) {
    return ask(ids, false, jobs, taken);
  }

  /**
   * Of this, nobody is left out for being slower than most. Who has been left out of this round is
   * not asked: a device that misses a {@link Job.Keep} goes back to before its next round.
   *
   * @return who has done it
   */
  private Set<DeviceId> everybody(Collection<DeviceId> ids, Function<DeviceId, Job> jobs) {
    return ask(
            ids,
            true,
            jobs,
            (id, result) -> Optional.of(result).filter(Result.Done.class::isInstance))
        .keySet();
  }

  /** Whoever has joined, or is known to do so some day. */
  private List<DeviceId> joined() {
    return participants.keySet().stream()
        .filter(id -> id.equals(Envelope.BASE) || conditions.joins(id) < Integer.MAX_VALUE)
        .toList();
  }

  private <T> Map<DeviceId, T> ask(
      Collection<DeviceId> ids,
      boolean everybody,
      Function<DeviceId, Job> jobs,
      BiFunction<DeviceId, Result, Optional<T>> taken) {
    Map<Participant, Job> asked = new LinkedHashMap<>();
    for (DeviceId id : ids) {
      Participant participant = participants.get(id);
      if (participant != null && !late.contains(id) && !errands.isOut(id)) {
        asked.put(participant, jobs.apply(id));
      }
    }
    return crowd.ask(asked, everybody, taken, late::add);
  }

  @Override
  public Duration elapsed() {
    return conditions.elapsed();
  }

  /** What time it is; devices' states are their own, and they keep them. */
  @Override
  public FleetState state() {
    everybody(joined(), id -> new Job.Keep(begun));
    return new FleetState(
        Map.of(), Map.of(), conditions.elapsed().toNanos(), begun, arrivals.state());
  }

  /** Lets devices go back to what they kept; who cannot is told, and goes on as it is. */
  @Override
  public void restore(
      FleetState state, Function<DeviceId, float[]> models, List<GroupModel> shown) {
    Set<DeviceId> back =
        everybody(
            participants.keySet(), id -> new Job.Restore(state.round(), models.apply(id), shown));
    arrivals.restore(state.arrivals());
    conditions.restore(Duration.ofNanos(state.elapsedNanos()), back);
  }

  /** Tells all devices that the run has ended. */
  void end() {
    participants.values().forEach(Participant::end);
  }

  @Override
  public void close() {
    errands.close();
    participants.values().forEach(Participant::close);
  }
}
