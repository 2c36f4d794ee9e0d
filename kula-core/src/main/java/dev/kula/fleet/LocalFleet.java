package dev.kula.fleet;

import dev.kula.aggregate.AggregationStrategy;
import dev.kula.aggregate.PartialSum;
import dev.kula.aggregate.Update;
import dev.kula.data.DeviceId;
import dev.kula.device.DeviceRuntime;
import dev.kula.device.Envelope;
import dev.kula.device.GroupModel;
import dev.kula.device.LocalModel;
import dev.kula.device.PersonalModel;
import dev.kula.device.Workbench;
import dev.kula.model.TrainingEngine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A fleet in this process, in virtual time. Messages are delivered in {@link Supersteps}. Devices
 * work in parallel within a step and share nothing, updates fold in fixed point, and time comes
 * from a {@link CostModel}: so neither the number of threads nor their timing shows in any result.
 */
public final class LocalFleet implements SimulatedFleet {
  private final Devices devices;
  private final List<DeviceId> enrolled;
  private final Conditions conditions;
  private final EnginePool pool;
  private final int threads;
  private final @Nullable Attackers attackers;
  private final Pace pace;
  private final Arrivals arrivals;
  private int lastRound;
  private int step;

  /** Round that has begun last; −1 for none. */
  private int begun = -1;

  /** A fleet of devices that stay in memory. */
  public LocalFleet(
      List<DeviceRuntime> runtimes,
      Courses courses,
      CostModel costs,
      int threads,
      @Nullable Attackers attackers,
      Pace pace,
      Supplier<TrainingEngine> engines,
      Supplier<TrainingEngine> headEngines) {
    this(
        Devices.resident(runtimes, courses),
        courses,
        costs,
        threads,
        attackers,
        pace,
        engines,
        headEngines);
  }

  /**
   * A fleet of devices.
   *
   * @param devices all of them, and the holder of the base set, {@link Envelope#BASE}; closed with
   *     the fleet
   * @param courses what they come into while the run goes on
   * @param costs of all of them, the holder of the base set too
   * @param threads that compute, at least 1
   * @param attackers among the devices; null for none
   * @param pace whose updates a round waits for
   * @param engines makes one engine a thread
   * @param headEngines makes one engine a thread for the output layer alone
   */
  public LocalFleet(
      Devices devices,
      Courses courses,
      CostModel costs,
      int threads,
      @Nullable Attackers attackers,
      Pace pace,
      Supplier<TrainingEngine> engines,
      Supplier<TrainingEngine> headEngines) {
    this.devices = devices;
    this.enrolled = devices.ids().stream().filter(id -> !id.equals(Envelope.BASE)).toList();
    this.conditions = new SimulatedConditions(courses, costs);
    this.threads = threads;
    this.attackers = attackers;
    this.pace = pace;
    this.arrivals = new Arrivals(pace);
    this.pool =
        new EnginePool(
            threads,
            () -> new EnginePool.Engines(engines.get(), headEngines.get(), new LocalModel()));
  }

  @Override
  public List<DeviceId> begin(int round) {
    int before = begun;
    begun = round;
    devices.begin(before, round);
    return conditions.joining(enrolled, before, round);
  }

  @Override
  public List<DeviceId> devices() {
    return enrolled.stream().filter(device -> conditions.isHere(device, begun)).toList();
  }

  @Override
  public List<DeviceId> available(int round) {
    return conditions.available(enrolled, begun, round, 0).stream()
        .filter(device -> !arrivals.isAtWork(device))
        .toList();
  }

  @Override
  public List<DeviceId> atWork() {
    return devices().stream().filter(arrivals::isAtWork).toList();
  }

  @Override
  public void gather() {
    arrivals.gather(conditions);
  }

  /** The runtime of a device that stays in memory. */
  public DeviceRuntime runtime(DeviceId device) {
    return devices.runtime(device);
  }

  @Override
  public Map<String, PersonalModel> personalModels() {
    return devices.personalModels();
  }

  @Override
  public List<Folded> train(List<TrainingTask> tasks, AggregationStrategy strategy) {
    if (!pace.equals(Pace.ALL)) {
      return trainPaced(tasks, strategy);
    }
    List<Folded> folded = tasks.stream().map(task -> train(task, strategy)).toList();
    List<Conditions.Worked> worked = new ArrayList<>();
    for (TrainingTask task : tasks) {
      long updateBytes = strategy.updateBytes(task.sent());
      for (DeviceId device : task.cohort()) {
        double passes = devices.takeForwardPasses(device);
        worked.add(new Conditions.Worked(device, 0, passes, updateBytes));
      }
    }
    conditions.advance(worked);
    return folded;
  }

  /**
   * Likewise where not all updates count, or not now: those that do are known when all are made.
   */
  private List<Folded> trainPaced(List<TrainingTask> tasks, AggregationStrategy strategy) {
    List<Folded> folded = new ArrayList<>();
    Duration end = conditions.elapsed();
    for (TrainingTask task : tasks) {
      long updateBytes = strategy.updateBytes(task.sent());
      List<Optional<Update>> made = made(task);
      List<Arrivals.Sent> sent = new ArrayList<>();
      for (int i = 0; i < made.size(); i++) {
        DeviceId device = task.cohort().get(i);
        double passes = devices.takeForwardPasses(device);
        sent.add(
            new Arrivals.Sent(
                device, made.get(i), new Conditions.Worked(device, 0, passes, updateBytes)));
      }
      Arrivals.Counted counted = arrivals.take(task.round(), sent, conditions);
      end = counted.until().compareTo(end) > 0 ? counted.until() : end;
      PartialSum sum = strategy.init(task.global().length);
      counted.updates().forEach(one -> sum.accumulate(one.update()));
      folded.add(finished(task, strategy, sum, updateBytes * Arrivals.updates(sent)));
    }
    conditions.advanceTo(end);
    return folded;
  }

  private Folded train(TrainingTask task, AggregationStrategy strategy) {
    PartialSum whole = attackers == null ? folded(task, strategy) : forged(task, strategy);
    return finished(task, strategy, whole, strategy.updateBytes(task.sent()) * whole.updates());
  }

  private Folded finished(
      TrainingTask task, AggregationStrategy strategy, PartialSum whole, long plainBytes) {
    if (strategy.needsRoot()) {
      whole.takeRoot(rootUpdate(task));
    }
    float[] next = whole.finish(task.global());
    return new Folded(
        next,
        whole.updates(),
        whole.weight(),
        whole.trainingLoss(),
        whole.bytes().orElse(plainBytes));
  }

  /** Lets a cohort train; updates fold as they come. */
  private PartialSum folded(TrainingTask task, AggregationStrategy strategy) {
    List<DeviceId> cohort = task.cohort();
    // Whoever is done takes the next device; which thread folds an update shows in no bit of a sum.
    AtomicInteger next = new AtomicInteger();
    Map<Integer, RuntimeException> failures = new ConcurrentSkipListMap<>();
    Function<EnginePool.Engines, PartialSum> share =
        engine -> {
          PartialSum sum = strategy.init(task.global().length);
          for (int i = next.getAndIncrement(); i < cohort.size(); i = next.getAndIncrement()) {
            try {
              update(task, cohort.get(i), engine).ifPresent(sum::accumulate);
            } catch (RuntimeException failure) {
              failures.put(i, failure);
              next.set(cohort.size());
            }
          }
          return sum;
        };
    List<PartialSum> sums =
        pool.run(Collections.nCopies(Math.clamp(cohort.size(), 1, threads), share));
    // All devices before the first that failed had been taken, so it is the same every time.
    failures.values().stream()
        .findFirst()
        .ifPresent(
            failure -> {
              throw failure;
            });
    PartialSum whole = sums.getFirst();
    sums.stream().skip(1).forEach(whole::merge);
    return whole;
  }

  /** Likewise where attackers wait for the updates of all others. */
  private PartialSum forged(TrainingTask task, AggregationStrategy strategy) {
    PartialSum sum = strategy.init(task.global().length);
    made(task).forEach(update -> update.ifPresent(sum::accumulate));
    return sum;
  }

  /** The updates of a cohort, all at once: empty of who sends none. */
  private List<Optional<Update>> made(TrainingTask task) {
    List<DeviceId> cohort = task.cohort();
    List<Function<EnginePool.Engines, Optional<Update>>> work = new ArrayList<>();
    for (DeviceId device : cohort) {
      work.add(engine -> update(task, device, engine).map(Update::copy));
    }
    List<Optional<Update>> honest = pool.run(work);
    return attackers == null ? honest : attackers.sent(task.round(), cohort, honest);
  }

  private Update rootUpdate(TrainingTask task) {
    Function<EnginePool.Engines, Optional<Update>> work =
        engine -> update(task, Envelope.BASE, engine).map(Update::copy);
    return pool.run(List.of(work)).getFirst().orElseThrow();
  }

  private Optional<Update> update(TrainingTask task, DeviceId device, EnginePool.Engines engines) {
    return devices.work(
        device,
        runtime ->
            runtime.train(
                task.round(), task.group(), task.global(), task.plan(), bench(device, engines)));
  }

  @Override
  public Delivery carry(int round, List<Envelope> messages) {
    step = round == lastRound ? step + 1 : 1;
    lastRound = round;
    Set<DeviceId> present = new HashSet<>(conditions.available(enrolled, begun, round, step));
    present.removeIf(arrivals::isAtWork);
    present.add(Envelope.BASE);
    return Supersteps.carry(messages, devices.ids()::contains, present::contains, this::deliver);
  }

  private List<Envelope> deliver(SortedMap<DeviceId, List<Envelope>> inboxes) {
    List<DeviceId> seen = new ArrayList<>();
    List<Function<EnginePool.Engines, List<Envelope>>> work = new ArrayList<>();
    inboxes.forEach(
        (device, inbox) -> {
          if (!devices.takesUnseen(device, inbox)) {
            seen.add(device);
            work.add(
                engine ->
                    devices.work(device, runtime -> runtime.receive(inbox, bench(device, engine))));
          }
        });
    List<List<Envelope>> answers = pool.run(work);
    devices.delivered(inboxes.values());
    List<Envelope> moving = new ArrayList<>();
    List<Conditions.Worked> worked = new ArrayList<>();
    int next = 0;
    for (Map.Entry<DeviceId, List<Envelope>> entry : inboxes.entrySet()) {
      DeviceId device = entry.getKey();
      boolean answered = next < seen.size() && seen.get(next).equals(device);
      List<Envelope> said = answered ? answers.get(next++) : List.of();
      long in = entry.getValue().stream().mapToLong(e -> e.message().bytes()).sum();
      long out = said.stream().mapToLong(e -> e.message().bytes()).sum();
      double passes = devices.takeForwardPasses(device);
      worked.add(new Conditions.Worked(device, in, passes, out));
      moving.addAll(said);
    }
    conditions.advance(worked);
    return moving;
  }

  private Workbench bench(DeviceId device, EnginePool.Engines engines) {
    return new Workbench(
        engines.model(),
        engines.head(),
        engines.local(),
        Instant.EPOCH.plus(conditions.elapsed()),
        conditions.inferenceSeconds(device));
  }

  @Override
  public Duration elapsed() {
    return conditions.elapsed();
  }

  @Override
  public FleetState state() {
    return new FleetState(
        devices.states(),
        devices.blocks(),
        conditions.elapsed().toNanos(),
        begun,
        arrivals.state());
  }

  @Override
  public void restore(
      FleetState state, Function<DeviceId, float[]> models, List<GroupModel> shown) {
    devices.restore(state, models, shown);
    arrivals.restore(state.arrivals());
    conditions.restore(Duration.ofNanos(state.elapsedNanos()), Set.copyOf(enrolled));
  }

  @Override
  public void close() {
    pool.close();
    devices.close();
  }
}
