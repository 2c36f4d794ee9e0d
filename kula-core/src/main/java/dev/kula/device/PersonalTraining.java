package dev.kula.device;

import dev.kula.Seed;
import dev.kula.aggregate.Update;
import dev.kula.data.Ledger;
import dev.kula.data.SampleSet;
import dev.kula.model.Evaluation;
import dev.kula.model.ParameterLayout;
import dev.kula.model.Samples;
import dev.kula.model.TrainingPlan;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a device makes its personal model, in the way that {@link Personalization} names, and what it
 * keeps for that from round to round: the model of local training or Ditto, the output layer of
 * FedPer and FedRep, or the mixture of APFL.
 */
final class PersonalTraining {
  private final TrainingData data;
  private final Ledgers ledgers;
  private final List<AcceptedSwap> accepted;
  private final DeviceSettings settings;
  private final Account account;
  private final SharedTraining sharedTraining;
  private final LabelPrior prior;
  private final Seed seed;
  private float[] kept = {};
  private int keptRound;
  private @Nullable PersonalModel personal;

  PersonalTraining(
      TrainingData data,
      Ledgers ledgers,
      List<AcceptedSwap> accepted,
      DeviceSettings settings,
      Account account,
      SharedTraining sharedTraining,
      LabelPrior prior,
      Seed seed) {
    this.data = data;
    this.ledgers = ledgers;
    this.accepted = accepted;
    this.settings = settings;
    this.account = account;
    this.sharedTraining = sharedTraining;
    this.prior = prior;
    this.seed = seed;
  }

  /**
   * Takes what the server sends as the global model: all that it sends to whoever joins, or the
   * body alone where output layers stay on the devices.
   *
   * @param global the model so far; not changed
   * @return the model to work with from now on; {@code global} itself if this is no model
   */
  float[] take(float[] sent, float[] global, Workbench bench) {
    return sharedTraining
        .take(sent, data.ledger(ledgers.shared()), bench)
        .orElseGet(() -> withBody(sent, global, bench.engine().layout()));
  }

  private float[] withBody(float[] sent, float[] global, ParameterLayout layout) {
    boolean isBody =
        settings.personalization().keepsHead()
            && global.length > 0
            && Doorkeeper.isSound(sent, layout.headOffset());
    if (!isBody) {
      return global;
    }
    float[] next = global.clone();
    System.arraycopy(sent, 0, next, 0, sent.length);
    return next;
  }

  /**
   * The part in training the global model, which some ways to a personal model have a share in; or
   * the model of another group than the present one, on what the device has of that.
   *
   * @param group whose model it is
   * @param sent as the server sends it to all; one model alone where they have
   * @return empty if there is nothing to train on, or if the account refuses
   */
  Optional<Update> update(int round, int group, float[] sent, TrainingPlan plan, Workbench bench) {
    boolean present = group == data.present();
    Ledger shared = ledgers.shared();
    SampleSet samples = present ? data.ledger(shared) : data.trainingOf(group, shared);
    // A noised update leaves whatever is in it: that none does would tell that nothing is.
    boolean hidden = present && account.noises(Account.Kind.UPDATE);
    if (samples.size() == 0 && !hidden) {
      return Optional.empty();
    }
    if (!present) {
      return sharedTraining.update(round, sent, samples, plan, bench);
    }
    return switch (settings.personalization()) {
      case NONE, LOCAL, FINE_TUNE, DITTO ->
          sharedTraining.update(round, sent, samples, plan, bench);
      case FEDPER, FEDREP -> Optional.of(bodyUpdate(round, sent, samples, plan, bench));
      case APFL -> Optional.of(mixtureUpdate(round, sent, samples, plan, bench));
    };
  }

  private Update bodyUpdate(
      int round, float[] model, SampleSet samples, TrainingPlan plan, Workbench bench) {
    account.withoutNoise(Account.Kind.UPDATE);
    Personalization how = settings.personalization();
    OwnHead heads = new OwnHead(settings.fineTunePlan());
    float[] local = bench.localModel().startFrom(model);
    SampleSet weighted = data.towardsTarget(samples);
    Seed order = seed.derive("train").derive(round);
    double loss = heads.train(how, kept, local, weighted, plan, bench.engine(), order);
    account.worked(heads.passes(how, samples.size(), plan));
    int headSize = bench.engine().layout().headSize();
    keep(Arrays.copyOfRange(local, local.length - headSize, local.length), round);
    return OwnHead.update(model, local, headSize, samples.size(), loss);
  }

  private Update mixtureUpdate(
      int round, float[] model, SampleSet samples, TrainingPlan plan, Workbench bench) {
    account.withoutNoise(Account.Kind.UPDATE);
    float[] local = bench.localModel().startFrom(model);
    Seed order = seed.derive("train").derive(round);
    Mixture.Trained trained =
        mixture(model)
            .train(local, samples, data.towardsTarget(samples), plan, bench.engine(), order);
    account.worked(2 * 3.0 * plan.epochs() * samples.size());
    keep(trained.mixture().numbers(), round);
    return Update.between(model, local, samples.size(), trained.loss());
  }

  private Mixture mixture(float[] global) {
    return kept.length == 0 ? Mixture.first(global) : Mixture.of(kept);
  }

  private void keep(float[] numbers, int round) {
    kept = numbers;
    keptRound = round;
  }

  /** Makes the personal model of a round; all its parameters, not to be changed. */
  float[] make(int round, float[] global, Workbench bench) {
    Seed order = seed.derive("personal").derive(round);
    float[] model =
        switch (settings.personalization()) {
          case NONE -> global;
          case LOCAL, DITTO -> trainOn(round, global, order, bench);
          case FINE_TUNE -> tuned(global, ledgers.personal(), accepted, order, bench, account);
          case FEDPER, FEDREP -> OwnHead.on(global, kept);
          case APFL -> mixture(global).with(global);
        };
    personal = PersonalModel.of(model, global);
    return model;
  }

  /** Trains the device's own model for another round, unless it has been this round already. */
  private float[] trainOn(int round, float[] global, Seed order, Workbench bench) {
    float[] start = kept.length == 0 ? global : kept;
    if (kept.length > 0 && keptRound == round) {
      return start;
    }
    TrainingPlan plan = settings.localPlan();
    SampleSet samples = data.towardsTarget(data.ledger(ledgers.personal()));
    account.worked(3.0 * plan.epochs() * samples.size());
    // Ditto's step: v ← v − η(∇F(v) + λ(v − w)).
    boolean pulled = settings.personalization() == Personalization.DITTO;
    float[] model =
        new Personalizer(pulled ? plan.withAnchor(global) : plan)
            .personalize(bench.engine(), start, samples, data.checkpointFold(), order);
    keep(model, round);
    return model;
  }

  /**
   * The global model, fine-tuned in the scope of the settings. Changes that whole visits brought
   * are added before, those of the output layer after; the gate judges by output layers alone,
   * whatever the scope.
   */
  private float[] tuned(
      float[] global,
      Ledger ledger,
      List<AcceptedSwap> swaps,
      Seed order,
      Workbench bench,
      Account charged) {
    TrainingPlan plan = settings.fineTunePlan();
    float[] known = prior.towardsTarget(global, bench.engine().layout());
    return switch (plan.scope()) {
      case HEAD ->
          new HeadTuning(data, plan, known, bench, charged)
              .ingredients(data.ledger(ledger), swaps)
              .model(order);
      case ALL, BODY -> {
        SampleSet samples = data.towardsTarget(data.ledger(ledger));
        charged.worked(3.0 * plan.epochs() * samples.size());
        float[] start = known.clone();
        float[] after = new float[global.length];
        for (AcceptedSwap swap : swaps) {
          switch (swap.exchange()) {
            case VISIT -> addToEnd(after, swap.numbers());
            case WHOLE_VISIT -> addToEnd(start, swap.numbers());
            case RAW -> {} // in the ledger
            case SYNTHETIC ->
                throw new IllegalArgumentException("virtual samples train an output layer alone");
          }
        }
        float[] model =
            new Personalizer(plan)
                .personalize(bench.engine(), start, samples, data.checkpointFold(), order);
        addToEnd(model, after);
        yield model;
      }
    };
  }

  private static void addToEnd(float[] model, float[] change) {
    int offset = model.length - change.length;
    for (int i = 0; i < change.length; i++) {
      model[offset + i] += change[i];
    }
  }

  /**
   * The counterfactual, for the evaluator alone: what the same global model would have been tuned
   * to on the device's own and base samples. Charged to no clock.
   */
  Evaluation withoutSwaps(int round, float[] global, Samples questions, Workbench bench) {
    Account uncharged = new Account(settings.privacy(), Surroundings.RELEASING_NOTHING, seed);
    Seed order = seed.derive("personal").derive(round);
    float[] model = tuned(global, new Ledger(), List.of(), order, bench, uncharged);
    return bench.engine().evaluate(model, questions);
  }

  /** The personal model that was made last. */
  Optional<PersonalModel> personal() {
    return Optional.ofNullable(personal);
  }

  /** What has to survive a restart; empty if nothing has. */
  float[] kept() {
    return kept;
  }

  /** Round in which that was last trained. */
  int keptRound() {
    return keptRound;
  }

  void restore(float[] numbers, int round) {
    keep(numbers, round);
    personal = null;
  }

  /**
   * Puts back the personal model that was made last.
   *
   * @param own what it has of its own
   * @param global the model that it was made of
   */
  void restorePersonal(float[] own, float[] global) {
    personal = PersonalModel.with(own, global);
  }
}
