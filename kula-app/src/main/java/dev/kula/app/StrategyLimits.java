package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.aggregate.AggregationStrategy;
import dev.kula.aggregate.BlockFloats;
import dev.kula.aggregate.Broadcast;
import dev.kula.aggregate.FederatedNova;
import dev.kula.aggregate.Scaffold;
import dev.kula.aggregate.ServerOptimizer;
import dev.kula.aggregate.StrategyProvider;
import dev.kula.app.Rule.Form;
import dev.kula.fleet.Pace;
import dev.kula.swap.SwapPolicy;
import java.util.Optional;

/** What strategies there are, and what they or several global models do not go together with. */
final class StrategyLimits {
  /** Of {@link Flag#STRATEGY}. */
  static final String HELP =
      "fedavg, fedprox[:MU] (MU 0.01 if left out), fedavgm[:BETA] (0.9), fedadam[:ETA] or"
          + " fedyogi[:ETA] (0.01), fednova, scaffold or pooled (an oracle, not federated: one model"
          + " trained on all data in one place).";

  private StrategyLimits() {}

  /** What {@code --strategy} may be. */
  static Rule<String> rule() {
    return Rule.forms(
            Form.word("fedavg"),
            Form.number("fedprox", "MU", "finite and at least 0", Range::notNegative).orWithout(),
            Form.number("fedavgm", "BETA", "at least 0 and below 1", x -> 0 <= x && x < 1)
                .orWithout(),
            Form.number("fedadam", "ETA", "finite and above 0", Range::positive).orWithout(),
            Form.number("fedyogi", "ETA", "finite and above 0", Range::positive).orWithout(),
            Form.word("fednova"),
            Form.word("scaffold"),
            Form.word(PersonalPlan.POOLED))
        .or(StrategyProvider.FOUND);
  }

  /**
   * Checks settings whose flags are each in their range.
   *
   * @throws KulaException the user's mistake, if parts of them do not go together
   */
  static void check(RunSettings settings) {
    AggregationStrategy strategy = PersonalPlan.strategy(settings);
    if (settings.clusters() > 1) {
      checkClusters(settings, strategy);
    }
    if (settings.groups().equals("trials")) {
      againstGroups(settings, strategy).ifPresent(why -> refuse(true, "--groups is 'trials'", why));
    }
    if (settings.labelPrior().equals("fleet")) {
      checkLabelPrior(settings);
    }
    refuse(
        settings.updateBits() != BlockFloats.WHOLE && !settings.secureAggregation().equals("none"),
        "--update-bits is '%d'".formatted(settings.updateBits()),
        "--secure-aggregation sends sums of whole numbers under masks, which have all their bits");
    checkPace(settings, strategy);
    checkExamined(settings);
    FleetChoice.check(settings);
    if (StrategyProvider.FOUND.has(settings.strategy())) {
      String what = "--strategy is '%s', a class of your own".formatted(settings.strategy());
      refuse(!settings.robust().equals("none"), what, "--robust takes the place of its fold");
      refuse(
          !settings.secureAggregation().equals("none"),
          what,
          "--secure-aggregation folds sums alone");
    }
    if (strategy instanceof FederatedNova) {
      String what = "--strategy is 'fednova'";
      refuse(!settings.robust().equals("none"), what, "--robust takes the place of its fold");
      refuse(
          !settings.secureAggregation().equals("none"),
          what,
          "--secure-aggregation counts updates alike, whatever their steps");
      refuse(
          settings.protect().equals("all"),
          what,
          "--protect all lets no device say how many steps it took");
      refuse(
          PersonalPlan.trainsBesideUpdates(settings),
          what,
          "--personalization %s does not say how many steps an update took"
              .formatted(settings.personalization()));
    }
    if (strategy instanceof Scaffold) {
      String what = "--strategy is 'scaffold'";
      refuse(
          !settings.robust().equals("none"),
          what,
          "--robust would fold control variates by a rule for models");
      refuse(
          !settings.secureAggregation().equals("none"),
          what,
          "--secure-aggregation has room for changes of a model, and not for gradients");
      refuse(
          settings.protect().equals("all"),
          what,
          "--protect all has no account for control variates, which are a release of their own");
      refuse(
          PersonalPlan.trainsBesideUpdates(settings),
          what,
          "the steps of --personalization %s have no control variates"
              .formatted(settings.personalization()));
    }
  }

  private static void checkPace(RunSettings settings, AggregationStrategy strategy) {
    Pace pace = PacePlan.of(settings);
    if (pace.equals(Pace.ALL)) {
      return;
    }
    String what = "--pace is '%s'".formatted(settings.pace());
    refuse(
        settings.strategy().equals(PersonalPlan.POOLED),
        what,
        "with --strategy pooled no device sends updates");
    refuse(
        settings.personalization().equals("local"),
        what,
        "--personalization local sends no updates");
    refuse(
        !settings.secureAggregation().equals("none"),
        what,
        "under --secure-aggregation a sum is of all whose masks are in it");
    refuse(
        !settings.robust().equals("none"),
        what,
        "--robust holds for a cohort of known size, and nobody knows who will be the first");
    if (pace instanceof Pace.Buffer) {
      refuse(
          strategy instanceof Scaffold,
          what,
          "--strategy scaffold corrects steps by variates of the same round");
      refuse(
          settings.clusters() > 1,
          what,
          "--clusters %d would need a buffer each".formatted(settings.clusters()));
    }
  }

  /** Whether all devices are examined in each round, or need not be. */
  static boolean allowsExamined(RunSettings settings) {
    return settings.examined() == 1 || !trainsInExams(settings);
  }

  private static boolean trainsInExams(RunSettings settings) {
    return settings.personalization().equals("local")
        || settings.personalization().startsWith("ditto");
  }

  private static void checkExamined(RunSettings settings) {
    if (settings.examined() == 1) {
      return;
    }
    String what = "--examined is '%s'".formatted(settings.asMap().get(Flag.EXAMINED.key()));
    refuse(
        trainsInExams(settings),
        what,
        "--personalization %s trains a device's own model when it is examined"
            .formatted(settings.personalization()));
    refuse(
        !settings.course().equals("still"),
        what,
        "how devices do after --course %s is told by all that it happens to"
            .formatted(settings.course()));
  }

  /** A prior is put on the model that fine-tuning starts from, and has to be that model's. */
  private static void checkLabelPrior(RunSettings settings) {
    String what = "--label-prior is 'fleet'";
    refuse(
        settings.task().equals("regression"),
        what,
        "--task regression has no labels to have more of");
    refuse(
        !settings.personalization().equals("fine-tune"),
        what,
        "--personalization %s fine-tunes no global model".formatted(settings.personalization()));
    refuse(
        settings.clusters() > 1,
        what,
        "with --clusters %d no model learns from all labels of the fleet"
            .formatted(settings.clusters()));
  }

  /**
   * Whether devices search for groups. Unless told to, they do not where it cannot be, nor where
   * {@code --protect all} would have them pay for it.
   */
  static boolean searchesForGroups(RunSettings settings) {
    return switch (settings.groups()) {
      case "trials" -> true;
      case "auto" ->
          againstGroups(settings, PersonalPlan.strategy(settings)).isEmpty()
              && !settings.strategy().equals(PersonalPlan.POOLED)
              && !settings.protect().equals("all");
      default -> false;
    };
  }

  /** Whether devices either need not search for groups, or can. */
  static boolean allowsGroups(RunSettings settings) {
    return !settings.groups().equals("trials")
        || againstGroups(settings, PersonalPlan.strategy(settings)).isEmpty();
  }

  /** Why there can be no groups: they are found by what each device has learnt. */
  private static Optional<String> againstGroups(
      RunSettings settings, AggregationStrategy strategy) {
    if (settings.personalization().equals("local")) {
      return Optional.of("--personalization local trains no model together");
    }
    if (PersonalPlan.trainsBesideUpdates(settings)) {
      return Optional.of(
          "each trial would train on what --personalization %s keeps on devices"
              .formatted(settings.personalization()));
    }
    if (!settings.secureAggregation().equals("none")) {
      return Optional.of("--secure-aggregation hides what each device has learnt");
    }
    if (!settings.robust().equals("none")) {
      return Optional.of("--robust holds for a cohort of known size, and groups have any");
    }
    if (settings.clusters() > 1) {
      return Optional.of("--clusters is %d".formatted(settings.clusters()));
    }
    if (PacePlan.of(settings) instanceof Pace.Buffer) {
      return Optional.of(
          "--pace %s may hold updates over a new division".formatted(settings.pace()));
    }
    return strategy.broadcast().equals(Broadcast.ONE_MODEL)
        ? Optional.empty()
        : Optional.of("--strategy %s sends more than a model".formatted(settings.strategy()));
  }

  private static void checkClusters(RunSettings settings, AggregationStrategy strategy) {
    String what = "--clusters is '%d'".formatted(settings.clusters());
    refuse(
        settings.personalization().equals("local"),
        what,
        "--personalization local trains no global model");
    refuse(
        PersonalPlan.trainsBesideUpdates(settings),
        what,
        "what --personalization %s keeps on a device belongs to one global model"
            .formatted(settings.personalization()));
    refuse(
        !strategy.broadcast().equals(Broadcast.ONE_MODEL)
            || !strategy.optimizer().equals(ServerOptimizer.NONE),
        what,
        "--strategy must then be fedavg, fedprox or fednova, which remember nothing of a cluster");
    refuse(
        !settings.robust().equals("none"),
        what,
        "--robust holds for a cohort of known size, and nobody knows how many choose a cluster");
    refuse(
        !settings.secureAggregation().equals("none"),
        what,
        "--secure-aggregation would hide an update in the sum of a cluster, which may be of one");
    refuse(
        settings.protect().equals("all"),
        what,
        "--protect all has no noise for the choice of a cluster, which depends on the data");
    refuse(
        settings.model().startsWith("torchscript:"),
        what,
        "--model torchscript starts all of them from the same weights, so that none stands out");
    SwapPolicy policy = SwapPolicy.parse(settings.policy());
    boolean raw = policy.movesRawSamples() || settings.exchange().equals("raw");
    if (!settings.policy().equals("none") && !raw) {
      throw KulaException.user(
          "%s, but with --exchange %s a model would be trained over that of another cluster; use --policy none or --exchange raw"
              .formatted(what, settings.exchange()));
    }
  }

  private static void refuse(boolean when, String what, String why) {
    if (when) {
      throw KulaException.user("%s, but %s; change one of the two".formatted(what, why));
    }
  }
}
