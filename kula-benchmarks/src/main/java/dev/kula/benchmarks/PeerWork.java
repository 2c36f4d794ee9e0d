package dev.kula.benchmarks;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.aggregate.FederatedAveraging;
import dev.kula.data.Dataset;
import dev.kula.data.DeviceId;
import dev.kula.data.DeviceKeys;
import dev.kula.data.SampleSet;
import dev.kula.data.SampleStore;
import dev.kula.data.source.DataSource;
import dev.kula.data.source.ReadOptions;
import dev.kula.device.ChangeProtection;
import dev.kula.device.DeviceRuntime;
import dev.kula.device.DeviceSettings;
import dev.kula.device.Personalization;
import dev.kula.device.PrivacySettings;
import dev.kula.device.Protection;
import dev.kula.device.SumProtection;
import dev.kula.device.Surroundings;
import dev.kula.device.Workbench;
import dev.kula.engine.Engines;
import dev.kula.fleet.CostModel;
import dev.kula.fleet.Courses;
import dev.kula.fleet.Fleet;
import dev.kula.fleet.LocalFleet;
import dev.kula.fleet.Pace;
import dev.kula.model.EngineFactory;
import dev.kula.model.Evaluation;
import dev.kula.model.ModelSpec;
import dev.kula.model.Samples;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingPlan;
import dev.kula.model.TrainingResult;
import dev.kula.privacy.accounting.RenyiFilter;
import dev.kula.swap.Gate;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;

/**
 * The work on which Kula is timed against its peers: rounds of federated averaging on devices that
 * train on exactly {@value #SAMPLES} images each, through the fleet and the devices that a
 * simulation uses. Nothing is noised, evaluated or swapped.
 *
 * <p>The images are the bundled ones, dealt at random; those that no device holds are the exam. The
 * same arguments give the same images, starting parameters and results. One thread drives it.
 */
final class PeerWork implements AutoCloseable {
  /** Images that a device trains on. */
  static final int SAMPLES = 100;

  /** Of its rows a device holds about a tenth back, to choose checkpoints by. */
  private static final int ROWS = 111;

  private static final int LEAST_EXAM_ROWS = 500;
  private static final Seed SEED = new Seed(1);

  private final Dataset data;
  private final int[] order;
  private final List<DeviceRuntime> devices = new ArrayList<>();
  private final List<Samples> training = new ArrayList<>();
  private final Samples exam;
  private final TrainingEngine engine;
  private final LocalFleet fleet;
  private final int threads;
  private final LongAdder engineNanos = new LongAdder();
  private float[] global;
  private int round;

  /**
   * Devices that start from fresh parameters.
   *
   * @param devices number of them, from 1 to 103
   * @param threads that train them
   * @param engines makes one engine a thread
   */
  PeerWork(ModelSpec model, int devices, int threads, EngineFactory engines) {
    data = new DataSource.FashionMnist().load(ReadOptions.defaults());
    int most = (data.size() - LEAST_EXAM_ROWS) / ROWS;
    if (devices < 1 || devices > most) {
      throw KulaException.user(
          "devices is %d, must be from 1 to %d; try 100".formatted(devices, most));
    }
    this.threads = threads;
    order = shuffled(data.size());
    for (int i = 0; i < devices; i++) {
      enrol(i);
    }
    int[] examined = Arrays.copyOfRange(order, devices * ROWS, data.size());
    exam = SampleSet.of(data.features(), data.targets(), examined);
    engine = engines.create(model, data.input(), data.task());
    fleet =
        new LocalFleet(
            this.devices,
            Courses.still(),
            CostModel.heterogeneous(
                this.devices.stream().map(DeviceRuntime::id).toList(),
                engine.layout().size(),
                SEED),
            threads,
            null,
            Pace.ALL,
            () -> timed(engines.create(model, data.input(), data.task())),
            () -> Engines.best().createHead(model, engine));
    global = start();
  }

  private static int[] shuffled(int count) {
    RandomGenerator random = SEED.derive("deal").generator();
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** How many rows a device holds back depends on its seed, so one is sought that leaves 100. */
  private void enrol(int index) {
    DeviceId id = new DeviceId("device-%03d".formatted(index));
    DeviceKeys keys = DeviceKeys.simulated(SEED.derive("keys").derive(index));
    int[] rows = Arrays.copyOfRange(order, index * ROWS, (index + 1) * ROWS);
    SampleStore store = new SampleStore(id, keys, "", data.features(), data.targets(), rows);
    for (int attempt = 0; ; attempt++) {
      DeviceRuntime device =
          new DeviceRuntime(
              id,
              store,
              other -> Optional.of(keys.verifying()),
              new double[data.labels().size()],
              Optional.empty(),
              settings(),
              SEED.derive("device").derive(index).derive(attempt),
              Surroundings.simulated());
      Samples samples = trainingSamples(device);
      if (samples.size() == SAMPLES) {
        devices.add(device);
        training.add(samples);
        return;
      }
    }
  }

  private DeviceSettings settings() {
    TrainingPlan unused = TrainingPlan.of(1, 1, 1f);
    double free = Double.POSITIVE_INFINITY;
    return new DeviceSettings(
        data.labels(),
        Personalization.NONE,
        unused,
        unused,
        unused,
        Gate.defaults(),
        new PrivacySettings(
            RenyiFilter.of(free, 1e-5),
            Protection.NONE,
            free,
            free,
            new ChangeProtection.WholeChange(free, 1),
            new SumProtection(free, 1),
            new ChangeProtection.WholeChange(free, 1)),
        false);
  }

  /** What a device hands its engine, as seen by an engine that trains nothing. */
  private static Samples trainingSamples(DeviceRuntime device) {
    AtomicReference<Samples> seen = new AtomicReference<>();
    TrainingEngine watcher =
        engine(
            (proxy, method, arguments) -> {
              seen.set((Samples) arguments[1]);
              return new TrainingResult(0, 0);
            });
    device.train(
        0,
        new float[0],
        TrainingPlan.of(0, 1, 1f),
        new Workbench(watcher, watcher, Instant.EPOCH, 0));
    device.takeForwardPasses();
    return Objects.requireNonNull(seen.get());
  }

  /** The same engine; what it takes to train counts towards {@link #engineSeconds()}. */
  private TrainingEngine timed(TrainingEngine engine) {
    return engine(
        (proxy, method, arguments) -> {
          long begin = System.nanoTime();
          try {
            return method.invoke(engine, arguments);
          } catch (InvocationTargetException e) {
            throw e.getTargetException();
          } finally {
            if (method.getName().equals("train")) {
              engineNanos.add(System.nanoTime() - begin);
            }
          }
        });
  }

  private static TrainingEngine engine(InvocationHandler handler) {
    return (TrainingEngine)
        Proxy.newProxyInstance(
            PeerWork.class.getClassLoader(), new Class<?>[] {TrainingEngine.class}, handler);
  }

  /** One round of all devices, one local epoch each; returns the mean training loss. */
  double round(int batch, float learningRate) {
    Fleet.Folded folded =
        fleet
            .train(
                List.of(
                    new Fleet.TrainingTask(
                        ++round, global, TrainingPlan.of(1, batch, learningRate), fleet.devices())),
                new FederatedAveraging())
            .getFirst();
    global = folded.global();
    return folded.trainingLoss();
  }

  /** Seconds that each thread has spent in engines so far, on the average. */
  double engineSeconds() {
    return engineNanos.sum() / 1e9 / threads;
  }

  /** Goes back to the starting parameters. */
  void restart() {
    global = start();
  }

  /** The starting parameters. */
  float[] start() {
    return engine.initialParameters(SEED.derive("initial").generator());
  }

  /** The global model, not to be written to. */
  float[] global() {
    return global;
  }

  /** The global model on images that no device holds. */
  Evaluation examine() {
    return engine.evaluate(global, exam);
  }

  /** What each device trains on. */
  List<Samples> training() {
    return List.copyOf(training);
  }

  /** What the global model is examined on. */
  Samples exam() {
    return exam;
  }

  /** What computes. */
  String backend() {
    return engine.backend();
  }

  @Override
  public void close() {
    fleet.close();
    engine.close();
  }
}
