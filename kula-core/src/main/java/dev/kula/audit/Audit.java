package dev.kula.audit;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.data.Dataset;
import dev.kula.data.DeviceKeys;
import dev.kula.data.FederatedData;
import dev.kula.data.FederatedData.DeviceRows;
import dev.kula.data.SampleSet;
import dev.kula.device.LocalModel;
import dev.kula.fleet.EnginePool;
import dev.kula.model.EngineFactory;
import dev.kula.model.Task;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingPlan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Attacks the releases of one device: the one of middling size. What it is sent is a global model
 * that has seen all other devices' training rows once. The attacker knows that model, all settings,
 * and for the likelihood ratio other records like those of the device; it sees one release.
 * Everything is simulated with seeded noise, so an audit says how the mechanism behaves and
 * protects nobody.
 *
 * <p>One thread drives it.
 */
public final class Audit {
  private final FederatedData data;
  private final AuditSettings settings;
  private final EngineFactory engines;

  /**
   * An audit to run.
   *
   * @throws KulaException (USER) if the task is not a classification
   */
  public Audit(FederatedData data, AuditSettings settings, EngineFactory engines) {
    if (!(data.dataset().task() instanceof Task.Classification)) {
      throw KulaException.user(
          "the task is a regression, must be a classification: the attacks look at the confidence in a label; audit other data");
    }
    this.data = data;
    this.settings = settings;
    this.engines = engines;
  }

  /**
   * Runs all attacks.
   *
   * @param progress is told what is attacked next
   */
  public AuditReport run(Consumer<String> progress) {
    Dataset dataset = data.dataset();
    Seed seed = settings.seed().derive("audit");
    List<DeviceRows> bySize =
        data.devices().stream().sorted(Comparator.comparingInt(DeviceRows::size)).toList();
    DeviceRows audited = bySize.get(bySize.size() / 2);
    int[] rows =
        IntStream.concat(IntStream.of(audited.train()), IntStream.of(audited.test())).toArray();
    int opened = (int) Math.max(4, Math.round(settings.visitShare() * audited.train().length));
    Pool all = Pool.of(dataset, rows, rows.length, seed.derive("pool").generator());
    Pool visited = Pool.of(dataset, rows, 2 * opened, seed.derive("visited").generator());
    List<AuditReport.Membership> memberships = new ArrayList<>();
    List<AuditReport.Inversion> inversions = new ArrayList<>();
    try (EnginePool pool = new EnginePool(settings.threads(), this::engines)) {
      Bench bench =
          new Bench(
              pool,
              globalModel(audited, seed),
              settings.local(),
              settings.trials(),
              DeviceKeys.simulated(seed.derive("keys")),
              seed);
      for (AuditedRelease release : settings.releases()) {
        progress.accept(release.words());
        Pool records =
            switch (release.kind()) {
              case UPDATE, CLASS_SUMS -> all;
              case VISIT, WHOLE_VISIT, RAW -> visited;
            };
        memberships.addAll(new Membership(bench, release, records).run());
        inversions.addAll(new Inversions(bench, release, records).run());
      }
    }
    return new AuditReport(memberships, inversions);
  }

  private EnginePool.Engines engines() {
    Dataset dataset = data.dataset();
    TrainingEngine model = engines.create(settings.model(), dataset.input(), dataset.task());
    return new EnginePool.Engines(
        model, engines.createHead(settings.model(), model), new LocalModel());
  }

  private float[] globalModel(DeviceRows audited, Seed seed) {
    Dataset dataset = data.dataset();
    int[] others =
        data.devices().stream()
            .filter(device -> !device.equals(audited))
            .flatMapToInt(device -> IntStream.of(device.train()))
            .toArray();
    try (TrainingEngine engine =
        engines.create(settings.model(), dataset.input(), dataset.task())) {
      float[] model = engine.initialParameters(seed.derive("initial").generator());
      TrainingPlan once =
          TrainingPlan.of(1, settings.local().batchSize(), settings.local().learningRate());
      engine.train(
          model,
          SampleSet.of(dataset.features(), dataset.targets(), others),
          once,
          seed.derive("global").generator());
      return model;
    }
  }
}
