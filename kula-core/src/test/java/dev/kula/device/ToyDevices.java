package dev.kula.device;

import dev.kula.Seed;
import dev.kula.data.DeviceId;
import dev.kula.data.DeviceKeys;
import dev.kula.data.FederatedData;
import dev.kula.data.SampleSet;
import dev.kula.data.SampleStore;
import dev.kula.data.ToyClusters;
import dev.kula.model.Scope;
import dev.kula.model.ToyEngine;
import dev.kula.model.TrainingPlan;
import dev.kula.privacy.ReleaseJournal;
import dev.kula.privacy.accounting.RenyiFilter;
import dev.kula.privacy.noise.NoiseSource;
import dev.kula.swap.Gate;
import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Devices over {@link ToyClusters}, made as a simulation makes them. */
public final class ToyDevices {
  /** No noise, no limit. */
  public static final PrivacySettings OPEN =
      privacy(Double.POSITIVE_INFINITY, Protection.PROFILES, Double.POSITIVE_INFINITY);

  private final FederatedData data;
  private final DeviceSettings settings;
  private final Map<DeviceId, DeviceKeys> keys = new HashMap<>();
  private final Map<DeviceId, SampleStore> stores = new HashMap<>();

  private final Map<DeviceId, DeviceSettings> others = new HashMap<>();
  private Function<Seed, NoiseSource> noise = NoiseSource::seeded;
  private int stock = Integer.MAX_VALUE;

  public ToyDevices(FederatedData data, DeviceSettings settings) {
    this.data = data;
    this.settings = settings;
  }

  /** Whole changes are protected, every release at the same price. */
  public static PrivacySettings privacy(double epsilon, Protection protection, double rho) {
    return new PrivacySettings(
        RenyiFilter.of(epsilon, 1e-5),
        protection,
        rho,
        rho,
        new ChangeProtection.WholeChange(rho, 0.5),
        new SumProtection(rho, 1),
        new ChangeProtection.WholeChange(rho, 1));
  }

  /** Fine-tuned heads, raw exchange allowed. */
  public static DeviceSettings settings(PrivacySettings privacy) {
    return new DeviceSettings(
        ToyClusters.LABELS,
        Personalization.FINE_TUNE,
        TrainingPlan.of(2, 8, 0.2f),
        TrainingPlan.of(2, 8, 0.2f).withScope(Scope.HEAD),
        TrainingPlan.of(3, 8, 0.2f).withScope(Scope.HEAD),
        Gate.defaults(),
        privacy,
        true);
  }

  /** The same with another gate. */
  public static DeviceSettings withGate(DeviceSettings old, Gate gate) {
    return new DeviceSettings(
        old.labels(),
        old.personalization(),
        old.localPlan(),
        old.fineTunePlan(),
        old.visitPlan(),
        gate,
        old.privacy(),
        old.consentsToRaw());
  }

  /** The same without consent to raw exchange. */
  public static DeviceSettings withoutRaw(DeviceSettings old) {
    return new DeviceSettings(
        old.labels(),
        old.personalization(),
        old.localPlan(),
        old.fineTunePlan(),
        old.visitPlan(),
        old.gate(),
        old.privacy(),
        false);
  }

  /** A settled model to start from, the same every time. */
  public static float[] model(FederatedData data, int epochs) {
    ToyEngine engine = engine();
    float[] parameters = engine.initialParameters(new Seed(4).generator());
    int[] rows = data.trainingRows();
    engine.train(
        parameters,
        SampleSet.of(data.dataset().features(), data.dataset().targets(), rows),
        TrainingPlan.of(epochs, 16, 0.1f),
        new Seed(5).generator());
    return parameters;
  }

  public static ToyEngine engine() {
    return ToyEngine.scaled(ToyClusters.FEATURES, ToyClusters.CLASSES);
  }

  /** For the output layer alone. */
  public static ToyEngine headEngine() {
    return ToyEngine.bare(ToyClusters.FEATURES, ToyClusters.CLASSES);
  }

  /** An engine and the start of time. */
  public static Workbench bench() {
    return bench(Instant.EPOCH);
  }

  public static Workbench bench(Instant now) {
    return new Workbench(engine(), headEngine(), now, 1e-6);
  }

  /** Other settings on one device. */
  public ToyDevices with(DeviceId device, DeviceSettings own) {
    others.put(device, own);
    return this;
  }

  /** Other noise than seeded one. */
  public ToyDevices withNoise(Function<Seed, NoiseSource> source) {
    noise = source;
    return this;
  }

  /** With so many samples each at the beginning, the first ones. */
  public ToyDevices withStock(int samples) {
    stock = samples;
    return this;
  }

  /** All devices, and the holder of the base set if there is one; equal targets for all labels. */
  public List<DeviceRuntime> all() {
    List<DeviceRuntime> runtimes = new ArrayList<>();
    for (FederatedData.DeviceRows rows : data.devices()) {
      keys.put(rows.device(), DeviceKeys.simulated(seed(rows.device()).derive("keys")));
    }
    keys.put(Envelope.BASE, DeviceKeys.simulated(seed(Envelope.BASE)));
    for (FederatedData.DeviceRows rows : data.devices()) {
      runtimes.add(
          runtime(
              rows.device(),
              rows.train(),
              Optional.of(
                  SampleSet.of(data.dataset().features(), data.dataset().targets(), rows.test()))));
    }
    if (data.base().length > 0) {
      runtimes.add(runtime(Envelope.BASE, data.base(), Optional.empty()));
    }
    return runtimes;
  }

  private DeviceRuntime runtime(DeviceId id, int[] rows, Optional<SampleSet> exam) {
    SampleStore store =
        new SampleStore(
            id, keys(id), "toy", data.dataset().features(), data.dataset().targets(), rows);
    store.hold(Math.min(stock, rows.length));
    stores.put(id, store);
    Function<DeviceId, Optional<PublicKey>> directory =
        device -> Optional.of(keys(device).verifying());
    return new DeviceRuntime(
        id,
        store,
        directory,
        ToyClusters.evenShares(),
        exam.map(samples -> samples),
        others.getOrDefault(id, settings),
        seed(id),
        new Surroundings(noise, ReleaseJournal.simulated(), Surroundings.Examiner.EVALUATOR));
  }

  /** From which a device derives all its choices. */
  static Seed seed(DeviceId id) {
    return new Seed(6).derive(id.name());
  }

  public DeviceKeys keys(DeviceId id) {
    return Optional.ofNullable(keys.get(id)).orElseThrow();
  }

  /** The store behind a device that {@link #all} has made. */
  public SampleStore store(DeviceId id) {
    return Optional.ofNullable(stores.get(id)).orElseThrow();
  }
}
