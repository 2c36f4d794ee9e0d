package dev.kula.round;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.aggregate.Broadcast;
import dev.kula.data.Dataset;
import dev.kula.data.DeviceId;
import dev.kula.data.DeviceKeys;
import dev.kula.data.FederatedData;
import dev.kula.data.SampleStore;
import dev.kula.data.Stage;
import dev.kula.data.target.Exam;
import dev.kula.data.target.TargetSpec;
import dev.kula.data.target.TestPool;
import dev.kula.device.DeviceRuntime;
import dev.kula.device.Envelope;
import dev.kula.device.PersonalModel;
import dev.kula.device.PooledOracle;
import dev.kula.device.Situation;
import dev.kula.fleet.Attackers;
import dev.kula.fleet.CostModel;
import dev.kula.fleet.Courses;
import dev.kula.fleet.LocalFleet;
import dev.kula.fleet.PooledFleet;
import dev.kula.model.EngineFactory;
import dev.kula.model.InputShape;
import dev.kula.model.ModelSpec;
import dev.kula.model.Samples;
import dev.kula.model.TrainingEngine;
import dev.kula.privacy.PrivacyLedger;
import dev.kula.privacy.ReleaseJournal;
import dev.kula.privacy.noise.NoiseSource;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A run in this process: sets up the devices over a partitioned data set, the servers and the
 * evaluator, and runs the round loop on a {@link LocalFleet}. Its noise is seeded, so it protects
 * nobody; it shows what real noise would cost.
 *
 * <p>One thread drives it.
 */
public final class Simulation implements AutoCloseable {
  private static final int GLOBAL_EXAM_ROWS = 2000;

  private final FederatedData data;
  private final SimulationSettings settings;
  private final List<FederatedData.DeviceRows> honest;
  private final TrainingEngine engine;
  private final LocalFleet fleet;
  private final PerformanceMonitor monitor;
  private final Evaluator evaluator;
  private final RoundLoop loop;

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
    this.data = data;
    this.settings = settings;
    Dataset dataset = data.dataset();
    this.engine = engines.create(settings.model(), dataset.input(), dataset.task());
    Seed seed = settings.rounds().seed();
    Attackers attackers = settings.threat().map(threat -> attackers(threat, seed)).orElse(null);
    Set<DeviceId> attacking = attackers == null ? Set.of() : attackers.devices();
    this.honest =
        data.devices().stream().filter(rows -> !attacking.contains(rows.device())).toList();
    PooledOracle oracle = settings.pooled() ? new PooledOracle(dataset.labels()) : null;
    List<DeviceRuntime> runtimes = runtimes(attackers, oracle);
    CostModel costs =
        CostModel.heterogeneous(
            runtimes.stream().map(DeviceRuntime::id).toList(),
            engine.layout().size(),
            seed.derive("fleet"));
    this.fleet =
        new LocalFleet(
            runtimes,
            courses(),
            costs,
            settings.threads(),
            attackers,
            () -> engines.create(settings.model(), dataset.input(), dataset.task()),
            () ->
                engines.create(
                    new ModelSpec.Softmax(),
                    InputShape.vector(engine.embeddingSize()),
                    dataset.task()));
    this.monitor = new PerformanceMonitor(settings.rounds(), this::targetOf, dataset.labels());
    this.evaluator = new Evaluator(engine, globalExam(seed), changes(), attacking);
    this.loop =
        new RoundLoop(
            oracle == null ? fleet : new PooledFleet(fleet, oracle, engine, seed.derive("pooled")),
            settings.rounds(),
            new Orchestrator(seed, settings.rounds().participation(), settings.devices().privacy()),
            monitor,
            evaluator,
            listener,
            data.base().length,
            initial(settings.rounds().strategy().broadcast(), seed.derive("initial")));
  }

  /** Each of several models starts elsewhere, and control variates at zero. */
  private float[] initial(Broadcast broadcast, Seed seed) {
    float[] first = engine.initialParameters(seed.generator());
    float[] all = Arrays.copyOf(first, broadcast.size(first.length));
    for (int model = 1; model < broadcast.models(); model++) {
      float[] next = engine.initialParameters(seed.derive(model).generator());
      System.arraycopy(next, 0, all, model * next.length, next.length);
    }
    return all;
  }

  private @Nullable Samples globalExam(Seed seed) {
    boolean hasOne =
        settings.rounds().personalization().hasGlobalModel()
            && settings.rounds().strategy().broadcast().models() == 1;
    return !hasOne
        ? null
        : TargetSpec.balancedExam(data, GLOBAL_EXAM_ROWS, seed.derive("exam"))
            .samples(data.dataset());
  }

  /** What the monitor takes the target of a device with these label shares to be. */
  private double[] targetOf(double[] shares) {
    return settings.target().assumed(shares);
  }

  private Attackers attackers(SimulationSettings.Threat threat, Seed seed) {
    List<DeviceId> devices = data.devices().stream().map(FederatedData.DeviceRows::device).toList();
    return Attackers.pick(threat.attack(), threat.share(), devices, seed);
  }

  private List<DeviceRuntime> runtimes(
      @Nullable Attackers attackers, @Nullable PooledOracle oracle) {
    Dataset dataset = data.dataset();
    Dataset poisoned = attackers == null ? dataset : attackers.poisoned(data);
    Seed seed = settings.rounds().seed();
    List<FederatedData.DeviceRows> all = new ArrayList<>(data.devices());
    if (data.base().length > 0) {
      all.add(new FederatedData.DeviceRows(Envelope.BASE, data.base(), new int[0]));
    }
    Map<DeviceId, DeviceKeys> keys = new HashMap<>();
    for (FederatedData.DeviceRows device : data.devices()) {
      if (device.device().name().startsWith(Envelope.RESERVED)) {
        throw KulaException.user(
            "device '%s' has a name that begins with '%s', which is kept for servers; rename it"
                .formatted(device.device(), Envelope.RESERVED));
      }
    }
    for (int i = 0; i < all.size(); i++) {
      keys.put(all.get(i).device(), DeviceKeys.simulated(seed.derive("keys").derive(i)));
    }
    Function<DeviceId, PublicKey> directory = device -> keysOf(keys, device).verifying();
    String schema =
        "%dx%dx%d, %d bytes, %d labels"
            .formatted(
                dataset.input().channels(),
                dataset.input().height(),
                dataset.input().width(),
                dataset.features().rowBytes(),
                dataset.labels().size());
    TestPool pool = TestPool.of(data);
    List<DeviceRuntime> runtimes = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      DeviceId id = all.get(i).device();
      boolean isDevice = i < data.devices().size();
      SampleStore store =
          new SampleStore(
              id,
              keysOf(keys, id),
              schema,
              poisoned.features(),
              poisoned.targets(),
              all.get(i).train());
      store.hold(all.get(i).heldAtFirst());
      DeviceRuntime runtime =
          new DeviceRuntime(
              id,
              store,
              directory,
              isDevice
                  ? priorOf(all.get(i), all.get(i).heldAtFirst())
                  : uniform(dataset.labels().size()),
              isDevice ? Optional.of(exam(pool, i, seed)) : Optional.empty(),
              isDevice ? settings.devices() : settings.devices().withoutProtection(),
              seed.derive("device").derive(i),
              NoiseSource::seeded,
              ReleaseJournal.simulated());
      runtimes.add(runtime);
      if (oracle != null && isDevice) {
        oracle.enrol(id, store, settings.devices(), seed.derive("device").derive(i));
        runtime.pooled();
      } else if (oracle != null) {
        oracle.takeBase(store);
      }
    }
    return runtimes;
  }

  /** What a device is examined on at first. */
  private Samples exam(TestPool pool, int device, Seed seed) {
    List<Stage> stages = data.devices().get(device).stages();
    return stages.isEmpty()
        ? settings.target().exam(pool, device, seed.derive("exam")).samples(data.dataset())
        : Exam.even(stages.getFirst().exam()).samples(data.dataset());
  }

  /** What a device takes its target to be when it has the first {@code held} of its rows. */
  private double[] priorOf(FederatedData.DeviceRows rows, int held) {
    Dataset dataset = data.dataset();
    int[] bins = Arrays.stream(rows.train()).limit(held).map(dataset::bin).toArray();
    return settings.target().prior(bins, dataset.labels().size());
  }

  private Courses courses() {
    Map<DeviceId, List<Situation>> situations = new TreeMap<>();
    for (FederatedData.DeviceRows rows : data.devices()) {
      situations.put(
          rows.device(),
          rows.stages().stream()
              .map(
                  stage ->
                      new Situation(
                          stage.round(),
                          stage.held(),
                          priorOf(rows, stage.held()),
                          Optional.of(Exam.even(stage.exam()).samples(data.dataset()))))
              .toList());
    }
    return new Courses(situations);
  }

  /** Rounds in which what a device meets changes, for the evaluator alone. */
  private Map<DeviceId, List<Integer>> changes() {
    Map<DeviceId, List<Integer>> changes = new TreeMap<>();
    for (FederatedData.DeviceRows rows : data.devices()) {
      changes.put(
          rows.device(), rows.stages().stream().filter(Stage::change).map(Stage::round).toList());
    }
    return changes;
  }

  private static DeviceKeys keysOf(Map<DeviceId, DeviceKeys> keys, DeviceId device) {
    DeviceKeys known = keys.get(device);
    if (known == null) {
      throw new IllegalArgumentException(device + " is not enrolled");
    }
    return known;
  }

  private static double[] uniform(int bins) {
    double[] shares = new double[bins];
    Arrays.fill(shares, 1.0 / bins);
    return shares;
  }

  /** Goes on after a checkpoint of a run with the same data and settings. */
  public void restore(RunState state) {
    loop.restore(state);
  }

  /** Runs to the end. */
  public RunResult run() {
    loop.run();
    Evaluator.Scores scores = loop.scores();
    List<RunSummary.DeviceResult> devices = new ArrayList<>();
    Map<String, PersonalModel> personal = new TreeMap<>();
    for (int i = 0; i < honest.size(); i++) {
      devices.add(result(fleet.runtime(honest.get(i).device()), i, scores));
    }
    for (FederatedData.DeviceRows rows : data.devices()) {
      DeviceRuntime runtime = fleet.runtime(rows.device());
      runtime.personal().ifPresent(model -> personal.put(runtime.id().name(), model));
    }
    double mean = scores.spentEpsilon().stream().mapToDouble(e -> e).average().orElse(0);
    boolean allNoised = scores.withoutNoise().isEmpty();
    return new RunResult(
        settings.rounds(),
        loop.history(),
        loop.stopped(),
        new RunSummary.PersonalAccuracy(
            scores.mean(), scores.worstDecile(), scores.sd(), scores.perDevice()),
        evaluator.recovery().curve(),
        new RunSummary.Epsilon(
            scores.epsilonMax(),
            allNoised ? mean : Double.POSITIVE_INFINITY,
            scores.noisedEpsilonMax(),
            List.copyOf(scores.withoutNoise())),
        devices,
        engine.layout(),
        loop.models(),
        loop.groups().state().of(),
        personal);
  }

  private RunSummary.DeviceResult result(
      DeviceRuntime runtime, int index, Evaluator.Scores scores) {
    OptionalDouble without = scores.withoutSwaps().get(index);
    double accuracy = scores.perDevice().get(index);
    Optional<PrivacyLedger.Release> refusal = runtime.firstRefusal();
    return new RunSummary.DeviceResult(
        runtime.id().name(),
        honest.get(index).train().length,
        without.orElse(accuracy),
        accuracy,
        boxed(runtime.ownLabelCounts()),
        boxed(runtime.ledgerLabelCounts()),
        runtime.spentEpsilon(),
        refusal.isPresent() ? refusal.get().round() : null,
        monitor.reputation(runtime.id()),
        evaluator.given(runtime.id()),
        runtime.receivedSamples());
  }

  private static List<Double> boxed(double[] values) {
    return Arrays.stream(values).boxed().toList();
  }

  @Override
  public void close() {
    fleet.close();
    engine.close();
  }
}
