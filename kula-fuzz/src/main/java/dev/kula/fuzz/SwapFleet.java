package dev.kula.fuzz;

import dev.kula.Seed;
import dev.kula.data.DeviceId;
import dev.kula.data.DeviceKeys;
import dev.kula.data.FeatureTable;
import dev.kula.data.LabelSpace;
import dev.kula.data.SampleSet;
import dev.kula.data.SampleStore;
import dev.kula.device.ChangeProtection;
import dev.kula.device.DeviceRuntime;
import dev.kula.device.DeviceSettings;
import dev.kula.device.Envelope;
import dev.kula.device.Personalization;
import dev.kula.device.PrivacySettings;
import dev.kula.device.Protection;
import dev.kula.device.SumProtection;
import dev.kula.device.Surroundings;
import dev.kula.device.Workbench;
import dev.kula.engine.Engines;
import dev.kula.model.EngineFactory;
import dev.kula.model.InputShape;
import dev.kula.model.ModelSpec;
import dev.kula.model.Scope;
import dev.kula.model.Task;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingPlan;
import dev.kula.privacy.accounting.RenyiFilter;
import dev.kula.swap.Gate;
import java.security.PublicKey;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Three devices and the holder of a base set, the same every time, and the store and keys of a
 * fourth device that is all hostile. The first device consents to raw exchange and noises nothing
 * but profiles; the second does not consent and noises everything; the third does both, until its
 * account is spent, which is soon.
 */
final class SwapFleet {
  static final int FEATURES = 4;
  static final int CLASSES = 3;
  static final int ROWS = 12;
  static final DeviceId HOSTILE = new DeviceId("hostile");
  static final List<DeviceId> DEVICES =
      List.of(new DeviceId("open"), new DeviceId("closed"), new DeviceId("poor"), Envelope.BASE);

  /** Who can send, and be named in orders. */
  static final List<DeviceId> SENDERS =
      List.of(
          HOSTILE,
          new DeviceId("open"),
          new DeviceId("closed"),
          new DeviceId("poor"),
          Envelope.BASE,
          Envelope.MONITOR,
          Envelope.ORCHESTRATOR);

  static final TrainingPlan PLAN = TrainingPlan.of(1, 8, 0.1f);

  private static final Seed SEED = new Seed(11);
  private static final Task TASK = new Task.Classification(CLASSES);
  private static final LabelSpace LABELS = LabelSpace.classes(List.of("a", "b", "c"));
  private static final EngineFactory ENGINES = Engines.java();
  private static final TrainingEngine ENGINE =
      ENGINES.create(new ModelSpec.Mlp(List.of(3)), InputShape.vector(FEATURES), TASK);
  private static final TrainingEngine HEAD_ENGINE =
      ENGINES.create(new ModelSpec.Softmax(), InputShape.vector(ENGINE.embeddingSize()), TASK);
  private static final Map<DeviceId, DeviceKeys> KEYS = keys();
  private static final FeatureTable FEATURE_TABLE = features();
  private static final float[] TARGETS = targets();

  private final Map<DeviceId, DeviceRuntime> devices = new LinkedHashMap<>();
  private final SampleStore hostileStore = store(HOSTILE, 4);
  private Instant now = Instant.EPOCH;

  SwapFleet() {
    for (int i = 0; i < DEVICES.size(); i++) {
      devices.put(DEVICES.get(i), device(DEVICES.get(i), i));
    }
  }

  private static Map<DeviceId, DeviceKeys> keys() {
    Map<DeviceId, DeviceKeys> keys = new LinkedHashMap<>();
    for (DeviceId id : SENDERS) {
      keys.put(id, DeviceKeys.simulated(SEED.derive("keys").derive(id.name())));
    }
    return keys;
  }

  private static FeatureTable features() {
    RandomGenerator random = SEED.derive("features").generator();
    float[] values = new float[5 * ROWS * FEATURES];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian() + (i / FEATURES) % CLASSES;
    }
    return new FeatureTable.Floats(values, FEATURES);
  }

  private static float[] targets() {
    float[] targets = new float[5 * ROWS];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = i % CLASSES;
    }
    return targets;
  }

  private static SampleStore store(DeviceId id, int place) {
    int[] rows = IntStream.range(place * ROWS, (place + 1) * ROWS).toArray();
    return new SampleStore(
        id, Objects.requireNonNull(KEYS.get(id)), "toy", FEATURE_TABLE, TARGETS, rows);
  }

  private static DeviceRuntime device(DeviceId id, int place) {
    Function<DeviceId, Optional<PublicKey>> directory =
        other -> Optional.ofNullable(KEYS.get(other)).map(DeviceKeys::verifying);
    double[] target = {0.25, 0.25, 0.5};
    int[] exam = IntStream.range(0, CLASSES).toArray();
    return new DeviceRuntime(
        id,
        store(id, place),
        directory,
        target,
        id.equals(Envelope.BASE)
            ? Optional.empty()
            : Optional.of(SampleSet.of(FEATURE_TABLE, TARGETS, exam)),
        settings(id),
        SEED.derive(id.name()),
        Surroundings.simulated());
  }

  private static DeviceSettings settings(DeviceId id) {
    TrainingPlan plan = PLAN;
    DeviceSettings settings =
        new DeviceSettings(
            LABELS,
            Personalization.FINE_TUNE,
            plan,
            plan.withScope(Scope.HEAD),
            plan,
            Gate.defaults(),
            privacy(id),
            consentsToRaw(id));
    return id.equals(Envelope.BASE) ? settings.withoutProtection() : settings;
  }

  private static PrivacySettings privacy(DeviceId id) {
    double epsilon = id.name().equals("poor") ? 1 : 8;
    double rho = 0.01;
    ChangeProtection.WholeChange change = new ChangeProtection.WholeChange(rho, 1);
    return new PrivacySettings(
        RenyiFilter.of(epsilon, 1e-5),
        noisesAll(id) ? Protection.ALL : Protection.PROFILES,
        rho,
        rho,
        change,
        new SumProtection(rho, 1),
        change);
  }

  static boolean consentsToRaw(DeviceId id) {
    return !id.name().equals("closed");
  }

  static boolean noisesAll(DeviceId id) {
    return id.name().equals("closed") || id.name().equals("poor");
  }

  static int modelSize() {
    return ENGINE.layout().size();
  }

  static int headSize() {
    return ENGINE.layout().headSize();
  }

  static float[] model() {
    return ENGINE.initialParameters(SEED.derive("model").generator());
  }

  DeviceRuntime device(DeviceId id) {
    return Optional.ofNullable(devices.get(id)).orElseThrow();
  }

  SampleStore hostileStore() {
    return hostileStore;
  }

  Workbench bench() {
    return new Workbench(ENGINE, HEAD_ENGINE, now, 1e-6);
  }

  Instant now() {
    return now;
  }

  void pass(long seconds) {
    now = now.plusSeconds(seconds);
  }
}
