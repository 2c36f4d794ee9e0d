package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.aggregate.AggregationStrategy;
import dev.kula.data.Dataset;
import dev.kula.data.Decimal;
import dev.kula.data.Exchange;
import dev.kula.data.FederatedData;
import dev.kula.data.partition.PartitionPlan;
import dev.kula.data.partition.PartitionSpec;
import dev.kula.data.partition.SplitSpec;
import dev.kula.data.scenario.Course;
import dev.kula.data.scenario.Scenario;
import dev.kula.data.scenario.Shift;
import dev.kula.data.source.DataSource;
import dev.kula.data.source.ReadOptions;
import dev.kula.data.target.TargetSpec;
import dev.kula.device.DeviceSettings;
import dev.kula.fleet.Pace;
import dev.kula.model.EngineFactory;
import dev.kula.model.ModelSpec;
import dev.kula.model.ParameterLayout;
import dev.kula.model.Scope;
import dev.kula.model.Task;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingPlan;
import dev.kula.round.Convergence;
import dev.kula.round.RoundSettings;
import dev.kula.round.SimulationSettings;
import dev.kula.swap.Gate;
import dev.kula.swap.Selection;
import dev.kula.swap.SwapPolicy;
import dev.kula.swap.SwapSettings;
import java.util.Locale;
import java.util.Optional;

/** Turns what was typed into data and settings for the core. */
final class RunPlanner {
  private static final double ERROR_RATE = 0.05;
  private static final double BYTES_PER_MEGABYTE = 1e6;

  private final EngineFactory engines;

  RunPlanner(EngineFactory engines) {
    this.engines = engines;
  }

  /** Reads the data set; nothing of it depends on a seed. */
  static Dataset read(RunSettings settings) {
    return DataSource.parse(settings.data()).load(options(settings));
  }

  /** How it is read. */
  static ReadOptions options(RunSettings settings) {
    return new ReadOptions(
        ReadOptions.TaskKind.parse(settings.task()),
        settings.deviceColumn(),
        settings.timeColumn(),
        settings.labelColumn());
  }

  /** Deals it to devices; the same for every method with the same seed. */
  static FederatedData federate(Dataset dataset, RunSettings settings) {
    PartitionPlan plan =
        new PartitionPlan(
            PartitionSpec.parse(settings.partition()),
            settings.devices(),
            SplitSpec.parse(settings.split()),
            settings.base());
    FederatedData dealt = plan.apply(dataset, new Seed(settings.seed()).derive("partition"));
    return scenario(settings)
        .apply(dealt, settings.rounds(), new Seed(settings.seed()).derive("scenario"));
  }

  private static Scenario scenario(RunSettings settings) {
    return new Scenario(Shift.parse(settings.shift()), Course.parse(settings.course()));
  }

  /**
   * What devices must serve.
   *
   * @throws KulaException the user's mistake, if {@code data} cannot give an exam in it
   */
  static TargetSpec target(RunSettings settings, FederatedData data) {
    TargetSpec target = TargetSpec.parse(settings.target());
    if (data.isElsewhere()) {
      if (target instanceof TargetSpec.Recent && data.dataset().times().isEmpty()) {
        throw KulaException.user(
            "--target is 'recent', which needs a time for each row, but the example has none; name"
                + " its column with --time-column or use --target local");
      }
    } else if (data.devices().getFirst().stages().isEmpty()) {
      // What one device can be examined in, all can; the seed does not matter.
      target.exam(data, 0, new Seed(settings.seed()));
    }
    return target;
  }

  /** Parameters of a model. */
  int parameters(RunSettings settings, Dataset dataset) {
    return layout(ModelSpec.parse(settings.model()), dataset).size();
  }

  /** Settings of one run of one method. */
  SimulationSettings plan(RunSettings settings, FederatedData data, boolean stopsEarly) {
    Dataset dataset = data.dataset();
    ModelSpec model = ModelSpec.parse(settings.model());
    SwapPolicy policy = SwapPolicy.parse(settings.policy());
    ParameterLayout layout = layout(model, dataset);
    PersonalPlan personal = PersonalPlan.of(settings);
    personal.check(policy, layout);
    refuseClasslessSums(settings, policy, dataset);
    refuseWholeGradients(settings, model, dataset);
    AggregationPlan aggregation = AggregationPlan.of(settings, data);
    AggregationStrategy strategy = aggregation.strategy();
    refuseUncorrectedSteps(strategy, model, dataset);
    float rate = (float) settings.lr();
    TrainingPlan local =
        TrainingPlan.of(settings.localEpochs(), settings.batch(), rate)
            .withProximalMu((float) strategy.proximalMu());
    RoundSettings rounds =
        new RoundSettings(
            Method.label(settings),
            new Seed(settings.seed()),
            settings.rounds(),
            settings.participation(),
            settings.examined(),
            local,
            strategy,
            PacePlan.of(settings),
            personal.how(),
            policy,
            settings.swapEvery(),
            swaps(settings, dataset, layout),
            StrategyLimits.searchesForGroups(settings),
            settings.labelPrior().equals("fleet"),
            ERROR_RATE,
            stopsEarly && mayConverge(settings) ? Convergence.defaults() : Convergence.off());
    PrivacyPlan privacy = PrivacyPlan.of(settings, rounds, data, layout.size());
    DeviceSettings devices =
        new DeviceSettings(
            dataset.labels(),
            personal.how(),
            personal.lasting(local),
            Tuning.fineTune(settings),
            Tuning.visit(settings),
            Gate.defaults(),
            privacy.settings(),
            rawIsPossible(settings, policy));
    return new SimulationSettings(
        rounds.withStrategy(aggregation.sent(privacy)),
        devices.withBroadcast(strategy.broadcast()).withUpdateBits(settings.updateBits()),
        target(settings, data),
        model,
        aggregation.threat(),
        PersonalPlan.isPooled(settings),
        settings.threads());
  }

  /** Whether rounds are alike, so that one that is no better than those before says something. */
  private static boolean mayConverge(RunSettings settings) {
    return !settings.protect().equals("all")
        && !scenario(settings).changes()
        && !(PacePlan.of(settings) instanceof Pace.Buffer); // examines who is not at work
  }

  /** How a device's account would be divided. */
  PrivacyTable privacy(RunSettings settings, FederatedData data) {
    RoundSettings rounds = plan(settings, data, false).rounds();
    ParameterLayout layout = layout(ModelSpec.parse(settings.model()), data.dataset());
    return new PrivacyTable(
        PrivacyPlan.of(settings, rounds, data, layout.size()),
        layout,
        RoundSettings.cohortSize(settings.participation(), data.devices().size()),
        data.dataset().labels().size());
  }

  /** What an engine cannot protect is the user's to know before the run. */
  private void refuseWholeGradients(RunSettings settings, ModelSpec model, Dataset dataset) {
    if (!settings.protect().equals("all") || !settings.privacyUnit().equals("record")) {
      if (settings.clipQuantile() != null) {
        throw KulaException.user(
            "--clip-quantile is '%s', but no sample's gradient is clipped; use --protect all and --privacy-unit record, or leave it out"
                .formatted(Decimal.text(settings.clipQuantile())));
      }
      return;
    }
    try (TrainingEngine engine = engines.create(model, dataset.input(), dataset.task())) {
      if (!engine.clipsEachSample()) {
        throw KulaException.user(
            "--privacy-unit is 'record', but --model %s computes with '%s', which cannot clip each sample's gradient; use --privacy-unit device"
                .formatted(settings.model(), engine.backend()));
      }
    }
  }

  private void refuseUncorrectedSteps(
      AggregationStrategy strategy, ModelSpec model, Dataset dataset) {
    if (!strategy.broadcast().hasControl()) {
      return;
    }
    try (TrainingEngine engine = engines.create(model, dataset.input(), dataset.task())) {
      if (!engine.correctsSteps()) {
        throw KulaException.user(
            "--strategy is '%s', but the model computes with '%s', which cannot correct its steps; use a built-in model"
                .formatted(strategy.name(), engine.backend()));
      }
    }
  }

  /** Whether the model's engine can clip the gradient of each sample. */
  boolean clipsEachSample(RunSettings settings, FederatedData data) {
    Dataset dataset = data.dataset();
    ModelSpec model = ModelSpec.parse(settings.model());
    try (TrainingEngine engine = engines.create(model, dataset.input(), dataset.task())) {
      return engine.clipsEachSample();
    }
  }

  private ParameterLayout layout(ModelSpec model, Dataset dataset) {
    try (TrainingEngine engine = engines.create(model, dataset.input(), dataset.task())) {
      return engine.layout();
    }
  }

  /** Sums by bin of a regression would give samples whose targets are wrong within their bin. */
  private static void refuseClasslessSums(
      RunSettings settings, SwapPolicy policy, Dataset dataset) {
    boolean sums = settings.exchange().equals("synthetic") && !policy.movesRawSamples();
    boolean swaps = !settings.policy().equals("none");
    if (swaps && sums && !(dataset.task() instanceof Task.Classification)) {
      throw KulaException.user(
          "--exchange is 'synthetic', must be visit, whole-visit, raw or cheapest for a regression, which has no classes to sum by; use --exchange visit");
    }
  }

  private static boolean rawIsPossible(RunSettings settings, SwapPolicy policy) {
    return policy.movesRawSamples()
        || settings.exchange().equals("raw")
        || settings.exchange().equals("cheapest");
  }

  private static SwapSettings swaps(RunSettings settings, Dataset dataset, ParameterLayout layout) {
    SwapSettings defaults =
        SwapSettings.defaults(
            (long) dataset.features().rowBytes() + Float.BYTES,
            (long) layout.headSize() * Float.BYTES,
            (long) layout.size() * Float.BYTES);
    Optional<Exchange> exchange =
        settings.exchange().equals("cheapest")
            ? Optional.empty()
            : Optional.of(
                Exchange.valueOf(settings.exchange().toUpperCase(Locale.ROOT).replace('-', '_')));
    return new SwapSettings(
        settings.swapBudget(),
        exchange,
        Selection.valueOf(settings.selection().toUpperCase(Locale.ROOT)),
        defaults.sampleBytes(),
        defaults.headBytes(),
        defaults.inDegree(),
        defaults.outDegree(),
        defaults.similarityThreshold(),
        defaults.lease(),
        defaults.trustedReputation(),
        defaults.modelBytes(),
        planBytes(settings));
  }

  private static long planBytes(RunSettings settings) {
    Double megabytes = settings.swapMegabytes();
    return megabytes == null ? Long.MAX_VALUE : Math.round(megabytes * BYTES_PER_MEGABYTE);
  }

  /** What the flags leave open, the same for every method; tuned on seeds that report nothing. */
  static final class Tuning {
    static final int VISIT_EPOCHS = 5;
    static final int VISIT_BATCH = 16;

    private Tuning() {}

    static TrainingPlan fineTune(RunSettings settings) {
      Double rate = settings.fineTuneLr();
      return TrainingPlan.of(
              settings.fineTuneEpochs(),
              settings.batch(),
              (float) (rate == null ? settings.lr() : rate))
          .withScope(Scope.valueOf(settings.fineTuneScope().toUpperCase(Locale.ROOT)));
    }

    static TrainingPlan visit(RunSettings settings) {
      return TrainingPlan.of(VISIT_EPOCHS, VISIT_BATCH, (float) settings.lr())
          .withScope(Scope.HEAD);
    }
  }
}
