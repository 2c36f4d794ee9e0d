package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.aggregate.AggregationStrategy;
import dev.kula.aggregate.BlockFloats;
import dev.kula.aggregate.ClusteredAggregation;
import dev.kula.aggregate.CompressedUpdates;
import dev.kula.aggregate.attack.Attack;
import dev.kula.aggregate.attack.DataAttack;
import dev.kula.aggregate.robust.Bucketing;
import dev.kula.aggregate.robust.RobustAggregation;
import dev.kula.aggregate.robust.RobustRule;
import dev.kula.aggregate.secure.Graph;
import dev.kula.aggregate.secure.SecureAggregation;
import dev.kula.aggregate.secure.SecureAggregation.Groups;
import dev.kula.data.Decimal;
import dev.kula.data.FederatedData;
import dev.kula.device.ChangeProtection;
import dev.kula.fleet.Attackers;
import dev.kula.model.Task;
import dev.kula.privacy.noise.DistributedGaussian;
import dev.kula.round.RoundSettings;
import dev.kula.round.SimulationSettings.Threat;
import dev.kula.secagg.Quantiser;
import dev.kula.secagg.Quantiser.Rounding;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How updates are to become one, and who attacks that.
 *
 * @param settings the user's
 * @param devices of the fleet
 * @param cohort devices in a round
 * @param threat who attacks, if anybody does
 * @param strategy what folds updates where they need not be hidden
 */
record AggregationPlan(
    RunSettings settings,
    int devices,
    int cohort,
    Optional<Threat> threat,
    AggregationStrategy strategy) {
  /** Of {@link Flag#ROBUST}. */
  static final Rule<String> ROBUST =
      Rule.parsed(
          "none, norm-bound[:BOUND], median, trimmed-mean:SHARE, krum:F, multi-krum:F[:KEEP],"
              + " bulyan:F, geometric-median, trusted-root or bucketing:S:RULE",
          List.of("none", "norm-bound", "median", "geometric-median", "trusted-root"),
          RobustRule::parse);

  /** Of {@link Flag#ATTACK}. */
  static final Rule<String> ATTACK =
      Rule.parsed(
          "none, sign-flip[:SCALE], gaussian:STDDEV, inner-product:EPSILON, a-little-is-enough[:Z],"
              + " label-flip or backdoor:TARGET:VALUE:PIXEL,PIXEL",
          List.of("none", "sign-flip", "a-little-is-enough", "label-flip"),
          Attack::parse);

  /** Far beyond what a parameter moves in a round: rounding is what is to be small. */
  private static final Quantiser UNNOISED = new Quantiser(8, 1 << 19);

  /**
   * Plans.
   *
   * @throws KulaException the user's mistake, if the parts do not go together
   */
  static AggregationPlan of(RunSettings settings, FederatedData data) {
    int devices = data.devices().size();
    int cohort = RoundSettings.cohortSize(settings.participation(), devices);
    Optional<Threat> threat = threat(settings, data);
    StrategyLimits.check(settings);
    AggregationStrategy one = PersonalPlan.strategy(settings);
    AggregationStrategy local =
        settings.clusters() == 1 ? one : new ClusteredAggregation(one, settings.clusters());
    AggregationPlan plan = new AggregationPlan(settings, devices, cohort, threat, local);
    return settings.robust().equals("none")
        ? plan
        : new AggregationPlan(settings, devices, cohort, threat, plan.robust(data));
  }

  private static Optional<Threat> threat(RunSettings settings, FederatedData data) {
    if (settings.attack().equals("none")) {
      return Optional.empty();
    }
    Attack attack = Attack.parse(settings.attack());
    if (attack instanceof DataAttack && !(data.dataset().task() instanceof Task.Classification)) {
      throw KulaException.user(
          "--attack is '%s', which changes classes, but the task is a regression; try sign-flip"
              .formatted(settings.attack()));
    }
    int devices = data.devices().size();
    if (Attackers.count(settings.attackers(), devices) == devices) {
      throw KulaException.user(
          "--attackers is '%s', must leave at least one of %d devices honest, for only those are examined; lower it"
              .formatted(Decimal.text(settings.attackers()), devices));
    }
    return Optional.of(new Threat(attack, settings.attackers()));
  }

  private AggregationStrategy robust(FederatedData data) {
    RobustRule rule = RobustRule.parse(settings.robust());
    if (rule.needsRoot() && data.base().length == 0) {
      throw KulaException.user(
          "--robust is '%s', which compares updates with one made on the base set, but --base is %s; try --base 0.01"
              .formatted(settings.robust(), settings.base()));
    }
    rule.check(cohort, attackers());
    return new RobustAggregation(strategy, rule, seed());
  }

  /** Attackers that may be in a cohort: whoever is in it is drawn, so all of them may be. */
  private int attackers() {
    int all = threat.map(each -> Attackers.count(each.share(), devices)).orElse(0);
    return Math.min(cohort, all);
  }

  private Seed seed() {
    return new Seed(settings.seed()).derive("robust");
  }

  /** Which graph hides updates; empty if nothing does. */
  static Optional<Graph> graph(RunSettings settings) {
    return settings.secureAggregation().equals("none")
        ? Optional.empty()
        : Optional.of(Graph.valueOf(settings.secureAggregation().toUpperCase(Locale.ROOT)));
  }

  /** Groups that have a sum of their own each; empty for one sum. */
  static Optional<Groups> groups(RunSettings settings) {
    if (settings.robust().equals("none")) {
      return Optional.empty();
    }
    if (RobustRule.parse(settings.robust()) instanceof Bucketing buckets
        && buckets.s() >= Groups.SMALLEST) {
      return Optional.of(new Groups(buckets.s(), buckets.inner()));
    }
    throw KulaException.user(
        "--robust is '%s', but --secure-aggregation hides updates in sums of %d or more; try --robust bucketing:%d:median"
            .formatted(settings.robust(), Groups.SMALLEST, Groups.SMALLEST));
  }

  /**
   * Devices whose noise is in every sum: those of the smallest cohort that the protocol goes on
   * with, without the corrupt.
   *
   * @throws KulaException the user's mistake, if a sum would have too few
   */
  static int contributors(RunSettings settings, Graph graph, int cohort) {
    int size = groups(settings).map(Groups::size).orElse(cohort);
    if (size < 3 || size > cohort) {
      throw KulaException.user(
          "a sum would have %d of a cohort of %d devices, must have from 3 to all; use more --devices or more --participation"
              .formatted(size, cohort));
    }
    return graph.of(size).fewestSurvivors(size) - Graph.corrupt(size);
  }

  /** The strategy with updates as they are sent: hidden in sums, or in fewer bits, if they are. */
  AggregationStrategy sent(PrivacyPlan privacy) {
    AggregationStrategy secured = secured(privacy);
    return settings.updateBits() == BlockFloats.WHOLE
        ? secured
        : new CompressedUpdates(secured, settings.updateBits());
  }

  private AggregationStrategy secured(PrivacyPlan privacy) {
    Optional<Graph> graph = graph(settings);
    if (graph.isEmpty()) {
      return strategy;
    }
    contributors(settings, graph.get(), cohort);
    Optional<Groups> groups = groups(settings);
    groups.ifPresent(
        each -> {
          int count = cohort / each.size();
          each.rule().check(count, Math.min(count, attackers()));
        });
    AggregationStrategy local = AggregationStrategy.parse(settings.strategy());
    return switch (privacy.update()) {
      case ChangeProtection.InSum part -> {
        DistributedGaussian noise = part.mechanism();
        Quantiser exact =
            new Quantiser((float) (noise.largest() * noise.step()), (int) noise.largest());
        yield new SecureAggregation(local, graph.get(), exact, Rounding.NEAREST, groups, seed());
      }
      case ChangeProtection.WholeChange whole ->
          new SecureAggregation(local, graph.get(), UNNOISED, Rounding.STOCHASTIC, groups, seed());
      case ChangeProtection.EachSample each ->
          new SecureAggregation(local, graph.get(), UNNOISED, Rounding.STOCHASTIC, groups, seed());
    };
  }
}
