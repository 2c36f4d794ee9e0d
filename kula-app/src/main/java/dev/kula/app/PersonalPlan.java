package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.aggregate.AggregationStrategy;
import dev.kula.app.Rule.Form;
import dev.kula.device.Personalization;
import dev.kula.model.ParameterLayout;
import dev.kula.model.TrainingPlan;
import dev.kula.swap.SwapPolicy;
import java.util.Locale;

/**
 * How personal models come about, and whether an oracle makes the global model of them.
 *
 * @param settings the user's
 * @param how without its parameter
 * @param lambda λ of Ditto; 0 for all others
 */
record PersonalPlan(RunSettings settings, Personalization how, double lambda) {
  /** In place of a strategy: {@link dev.kula.device.PooledOracle}. */
  static final String POOLED = "pooled";

  /** Of {@link Flag#PERSONALIZATION}. */
  static final Rule<String> RULE =
      Rule.forms(
          Form.word("none"),
          Form.word("local"),
          Form.word("fine-tune"),
          Form.number("ditto", "LAMBDA", "finite and at least 0", Range::notNegative).orWithout(),
          Form.word("fedper"),
          Form.word("fedrep"),
          Form.word("apfl"));

  /** Likewise. */
  static final String HELP =
      "What a device makes its own model from: none (the global model), local (its data alone),"
          + " fine-tune (the global model, trained further), ditto[:LAMBDA] (a model of its own,"
          + " pulled to the global one; LAMBDA 0.1 if left out), fedper or fedrep (an output layer"
          + " of its own, trained with or before the body that all share) or apfl (a mixture of a"
          + " model of its own and the global one).";

  private static final double DITTO_LAMBDA = 0.1;

  static PersonalPlan of(RunSettings settings) {
    String[] parts = settings.personalization().split(":", 2);
    Personalization how =
        Personalization.valueOf(parts[0].toUpperCase(Locale.ROOT).replace('-', '_'));
    double given = parts.length > 1 ? Double.parseDouble(parts[1]) : DITTO_LAMBDA;
    return new PersonalPlan(settings, how, how == Personalization.DITTO ? given : 0);
  }

  /** Whether an oracle that has all data trains the global model. */
  static boolean isPooled(RunSettings settings) {
    return settings.strategy().equals(POOLED);
  }

  /** What folds updates in one place; where an oracle trains, nobody folds. */
  static AggregationStrategy strategy(RunSettings settings) {
    return AggregationStrategy.parse(isPooled(settings) ? "fedavg" : settings.strategy());
  }

  /** Whether devices train more in a round than the update that they send. */
  static boolean trainsBesideUpdates(RunSettings settings) {
    return switch (of(settings).how()) {
      case NONE, LOCAL, FINE_TUNE, DITTO -> false;
      case FEDPER, FEDREP, APFL -> true;
    };
  }

  /** A round's training of a model that lasts. */
  TrainingPlan lasting(TrainingPlan local) {
    return local.withProximalMu((float) lambda);
  }

  /**
   * Refuses what would have no effect, or one that nobody would expect.
   *
   * @throws KulaException the user's mistake
   */
  void check(SwapPolicy policy, ParameterLayout layout) {
    refuseIdleSwaps(policy);
    refuseNothingShared(layout);
    refuseUnnoised();
    if (isPooled(settings)) {
      refuseBesidePool();
    }
  }

  /** Swaps that nothing would use are a mistake in the settings, not a result. */
  private void refuseIdleSwaps(SwapPolicy policy) {
    if (settings.policy().equals("none")) {
      return;
    }
    boolean rawOnly = policy.movesRawSamples() || settings.exchange().equals("raw");
    boolean needsFineTuning = policy.isGated() || !rawOnly;
    if (needsFineTuning && how != Personalization.FINE_TUNE) {
      throw KulaException.user(
          "--personalization is '%s', must be fine-tune for --policy %s with --exchange %s to have"
                  .formatted(settings.personalization(), settings.policy(), settings.exchange())
              + " an effect; use --personalization fine-tune or --policy none");
    }
    boolean sums = settings.exchange().equals("synthetic") && !policy.movesRawSamples();
    if (sums && settings.fineTuneScope().equals("all")) {
      throw KulaException.user(
          "--fine-tune-scope is 'all', must be head for --exchange synthetic, whose samples only an"
              + " output layer can be trained on; use --fine-tune-scope head");
    }
  }

  private void refuseNothingShared(ParameterLayout layout) {
    if (how.keepsHead() && layout.headOffset() == 0) {
      throw KulaException.user(
          "--personalization is '%s', but --model %s is an output layer alone, so that nothing would be shared; use --model mlp:200"
              .formatted(settings.personalization(), settings.model()));
    }
  }

  /** What stays on the device and what leaves it come from the same steps, which nobody noises. */
  private void refuseUnnoised() {
    if (trainsBesideUpdates(settings) && settings.protect().equals("all")) {
      throw KulaException.user(
          "--protect is 'all', but the updates of --personalization %s cannot be noised: the same steps train what stays on the device; use --personalization ditto or --protect profiles"
              .formatted(settings.personalization()));
    }
  }

  private void refuseBesidePool() {
    switch (how) {
      case NONE, FINE_TUNE, DITTO -> {}
      case LOCAL, FEDPER, FEDREP, APFL ->
          refuse("--personalization", settings.personalization(), "none, fine-tune or ditto");
    }
    if (!settings.policy().equals("none")) {
      refuse("--policy", settings.policy(), "none");
    }
    if (settings.protect().equals("all")) {
      refuse("--protect", settings.protect(), "none or profiles");
    }
    if (settings.clusters() > 1) {
      refuse("--clusters", Integer.toString(settings.clusters()), "1");
    }
    if (settings.groups().equals("trials")) {
      refuse("--groups", settings.groups(), "auto or none");
    }
    if (!settings.robust().equals("none")) {
      refuse("--robust", settings.robust(), "none");
    }
    if (!settings.attack().equals("none")) {
      refuse("--attack", settings.attack(), "none");
    }
    if (!settings.secureAggregation().equals("none")) {
      refuse("--secure-aggregation", settings.secureAggregation(), "none");
    }
  }

  private static void refuse(String flag, String value, String rule) {
    throw KulaException.user(
        "%s is '%s', must be %s with --strategy pooled, where no device trains the global model and all data are in one place; use --strategy fedavg"
            .formatted(flag, value, rule));
  }
}
