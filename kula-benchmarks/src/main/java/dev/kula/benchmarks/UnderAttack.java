package dev.kula.benchmarks;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.aggregate.AggregationStrategy;
import dev.kula.aggregate.FederatedAveraging;
import dev.kula.aggregate.attack.Attack;
import dev.kula.aggregate.attack.Backdoor;
import dev.kula.aggregate.robust.RobustAggregation;
import dev.kula.aggregate.robust.RobustRule;
import dev.kula.data.Dataset;
import dev.kula.data.FeatureTable;
import dev.kula.data.FederatedData;
import dev.kula.data.partition.PartitionPlan;
import dev.kula.data.partition.PartitionSpec;
import dev.kula.data.partition.SplitSpec;
import dev.kula.data.source.DataSource;
import dev.kula.data.source.ReadOptions;
import dev.kula.data.target.TargetSpec;
import dev.kula.device.ChangeProtection;
import dev.kula.device.DeviceSettings;
import dev.kula.device.Personalization;
import dev.kula.device.PrivacySettings;
import dev.kula.device.Protection;
import dev.kula.device.SumProtection;
import dev.kula.engine.Engines;
import dev.kula.fleet.Attackers;
import dev.kula.fleet.Pace;
import dev.kula.model.ModelSpec;
import dev.kula.model.Samples;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingPlan;
import dev.kula.privacy.accounting.RenyiFilter;
import dev.kula.round.Convergence;
import dev.kula.round.RoundRecord;
import dev.kula.round.RoundSettings;
import dev.kula.round.RunEvent;
import dev.kula.round.RunListener;
import dev.kula.round.RunResult;
import dev.kula.round.RunState;
import dev.kula.round.Simulation;
import dev.kula.round.SimulationSettings;
import dev.kula.swap.Gate;
import dev.kula.swap.SwapPolicy;
import dev.kula.swap.SwapSettings;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What robust rules stand: accuracy of the global model after training under each attack, and for
 * the backdoor how often its trigger works, as Markdown tables. 40 devices, the bundled
 * Fashion-MNIST, {@code mlp:32}, 15 rounds of one local epoch; medians over three seeds. Takes
 * about an hour on two cores. Arguments: none for all tables, or a partition, or a partition and
 * the share of attackers.
 */
public final class UnderAttack {
  private static final int DEVICES = 40;
  private static final int ROUNDS = 15;
  private static final int EXAM = 2_000;
  private static final int SEEDS = 3;
  private static final int WIDTH = 28;
  private static final double[] SHARES = {0.1, 0.2, 0.3};

  private final Dataset dataset;
  private final float brightest;

  private UnderAttack() {
    dataset = new DataSource.FashionMnist().load(ReadOptions.defaults());
    FeatureTable.Bytes bytes = (FeatureTable.Bytes) dataset.features();
    brightest = 0xff * bytes.scale() + bytes.shift();
  }

  /** Prints the tables. */
  public static void main(String[] arguments) {
    UnderAttack study = new UnderAttack();
    for (String partition :
        arguments.length == 0 ? List.of("iid", "dirichlet:0.1") : List.of(arguments[0])) {
      for (double share :
          arguments.length < 2 ? SHARES : new double[] {Double.parseDouble(arguments[1])}) {
        study.table(partition, share);
      }
    }
  }

  private Map<String, Optional<Attack>> attacks() {
    Map<String, Optional<Attack>> attacks = new LinkedHashMap<>();
    attacks.put("none", Optional.empty());
    for (String text :
        List.of(
            "sign-flip:4",
            "gaussian:1",
            "inner-product:2",
            "a-little-is-enough:1.5",
            "label-flip")) {
      attacks.put(text, Optional.of(Attack.parse(text)));
    }
    attacks.put("backdoor", Optional.of(Backdoor.corner(WIDTH, 3, brightest, 0)));
    return attacks;
  }

  /** Rules by name, each made for f attackers; the mean, and those that stand f of the cohort. */
  private static Map<String, Optional<RobustRule>> rules(int attackers) {
    double trimmed = (attackers + 1) / (double) DEVICES;
    Map<String, Optional<RobustRule>> rules = new LinkedHashMap<>();
    rules.put("mean", Optional.empty());
    for (String text :
        List.of(
            "norm-bound",
            "median",
            "trimmed-mean:" + trimmed,
            "krum:" + attackers,
            "multi-krum:" + attackers,
            "bulyan:" + attackers,
            "geometric-median",
            "trusted-root",
            "bucketing:2:median",
            "bucketing:2:geometric-median")) {
      RobustRule rule = RobustRule.parse(text);
      if (stands(rule, attackers)) {
        rules.put(text, Optional.of(rule));
      }
    }
    // Under secure aggregation groups of 8 are sums; 5 groups stand no share of attackers, measured
    // all the same.
    for (String text : List.of("bucketing:8:norm-bound", "bucketing:8:median")) {
      rules.put(text + " *", Optional.of(RobustRule.parse(text)));
    }
    return rules;
  }

  private static boolean stands(RobustRule rule, int attackers) {
    try {
      rule.check(DEVICES, attackers);
      return true;
    } catch (KulaException refused) {
      return false;
    }
  }

  private void table(String partition, double share) {
    int attackers = Attackers.count(share, DEVICES);
    Map<String, Optional<Attack>> attacks = attacks();
    System.out.printf(
        "%n**%s, %d of %d devices attack**%n%n| rule | %s | backdoor works |%n|:--|%s--:|%n",
        partition,
        attackers,
        DEVICES,
        String.join(" | ", attacks.keySet()),
        "--:|".repeat(attacks.size()));
    rules(attackers)
        .forEach(
            (name, rule) -> {
              StringBuilder row = new StringBuilder("| " + name);
              double[] works = new double[SEEDS];
              for (Optional<Attack> attack : attacks.values()) {
                double[] accuracy = new double[SEEDS];
                for (int seed = 0; seed < SEEDS; seed++) {
                  double[] result = run(partition, share, seed + 1, rule, attack);
                  accuracy[seed] = result[0];
                  works[seed] = result[1];
                }
                row.append(" | ").append(percent(accuracy));
              }
              System.out.println(row + " | " + percent(works) + " |");
            });
  }

  private static String percent(double[] values) {
    Arrays.sort(values);
    return String.format(Locale.ROOT, "%.1f", 100 * values[values.length / 2]);
  }

  /** Accuracy of the global model and the share of triggered images that it takes for class 0. */
  private double[] run(
      String partition,
      double share,
      long seedNumber,
      Optional<RobustRule> rule,
      Optional<Attack> attack) {
    Seed seed = new Seed(seedNumber);
    FederatedData data =
        new PartitionPlan(
                PartitionSpec.parse(partition), DEVICES, SplitSpec.parse("random:0.8"), 0.02)
            .apply(dataset, seed.derive("partition"));
    AggregationStrategy strategy =
        rule.<AggregationStrategy>map(
                each -> new RobustAggregation(new FederatedAveraging(), each, seed))
            .orElseGet(FederatedAveraging::new);
    SimulationSettings settings =
        new SimulationSettings(
            rounds(seed, strategy),
            devices(),
            TargetSpec.parse("local"),
            ModelSpec.parse("mlp:32"),
            attack.map(each -> new SimulationSettings.Threat(each, share)),
            2);
    try (Simulation simulation = new Simulation(data, settings, Engines.best(), new Silent())) {
      RunResult result = simulation.run();
      return exam(data, result.models().getFirst(), seed);
    }
  }

  private double[] exam(FederatedData data, float[] global, Seed seed) {
    try (TrainingEngine engine =
        Engines.best().create(ModelSpec.parse("mlp:32"), dataset.input(), dataset.task())) {
      Samples exam =
          TargetSpec.balancedExam(data, EXAM, seed.derive("exam")).samples(data.dataset());
      double accuracy = engine.evaluate(global, exam).score(dataset.task());
      Stamped stamped = new Stamped(exam, Backdoor.corner(WIDTH, 3, brightest, 0));
      float[] outputs = new float[exam.size() * dataset.task().outputs()];
      engine.outputs(global, stamped, outputs);
      int others = 0;
      int fooled = 0;
      for (int i = 0; i < exam.size(); i++) {
        if (exam.target(i) != 0) {
          others++;
          fooled += largest(outputs, i * dataset.task().outputs()) == 0 ? 1 : 0;
        }
      }
      return new double[] {accuracy, (double) fooled / others};
    }
  }

  private int largest(float[] outputs, int from) {
    int best = 0;
    for (int i = 1; i < dataset.task().outputs(); i++) {
      best = outputs[from + i] > outputs[from + best] ? i : best;
    }
    return best;
  }

  private RoundSettings rounds(Seed seed, AggregationStrategy strategy) {
    return new RoundSettings(
        "under attack",
        seed,
        ROUNDS,
        1,
        1,
        TrainingPlan.of(1, 32, 0.1f),
        strategy,
        Pace.ALL,
        Personalization.NONE,
        SwapPolicy.parse("none"),
        5,
        SwapSettings.defaults(1, 1, 1),
        false,
        false,
        0.05,
        Convergence.off());
  }

  private DeviceSettings devices() {
    TrainingPlan plan = TrainingPlan.of(1, 32, 0.1f);
    double free = Double.POSITIVE_INFINITY;
    return new DeviceSettings(
        dataset.labels(),
        Personalization.NONE,
        plan,
        plan,
        plan,
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

  /** Nobody watches. */
  private static final class Silent implements RunListener {
    @Override
    public void round(RoundRecord round, List<RunEvent> events) {}

    @Override
    public void checkpoint(Supplier<RunState> state) {}
  }

  /** Samples with the trigger set. */
  private record Stamped(Samples samples, Backdoor backdoor) implements Samples {
    @Override
    public int size() {
      return samples.size();
    }

    @Override
    public int features() {
      return samples.features();
    }

    @Override
    public void copyFeatures(int index, float[] into, int offset) {
      float[] row = new float[features()];
      samples.copyFeatures(index, row, 0);
      backdoor.stamp(row);
      System.arraycopy(row, 0, into, offset, row.length);
    }

    @Override
    public float target(int index) {
      return samples.target(index);
    }
  }
}
