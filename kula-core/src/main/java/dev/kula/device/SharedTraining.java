package dev.kula.device;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.aggregate.Broadcast;
import dev.kula.aggregate.Update;
import dev.kula.data.SampleSet;
import dev.kula.model.TrainingPlan;
import dev.kula.model.TrainingResult;
import dev.kula.privacy.PrivacyLedger.Release;
import dev.kula.privacy.noise.NoiseSource;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A device's part in training the global model: what it works out and what of it leaves. */
final class SharedTraining {
  /** A pass forward, two back, and one more for the norms. */
  private static final double PASSES = 4;

  /** A pass forward and one back. */
  private static final double NORM_PASSES = 2;

  private final PrivacySettings settings;
  private final Broadcast broadcast;
  private final Account account;
  private final Seed seed;
  private final ControlVariate control = new ControlVariate();
  private int cluster;
  private Message.@Nullable ClipQuery query;

  SharedTraining(DeviceSettings settings, Account account, Seed seed) {
    this.settings = settings.privacy();
    this.broadcast = settings.broadcast();
    this.account = account;
    this.seed = seed;
  }

  /**
   * Takes what the server sends as the global model.
   *
   * @param samples that tell which of several models does best
   * @return the model to work with from now on; empty if this cannot be worked with
   */
  Optional<float[]> take(float[] sent, SampleSet samples, Workbench bench) {
    if (!Doorkeeper.isSound(sent, broadcast.size(bench.engine().layout().size()))) {
      return Optional.empty();
    }
    choose(sent, samples, bench);
    if (broadcast.models() > 1) {
      account.worked((double) broadcast.models() * samples.size());
    }
    return Optional.of(broadcast.model(sent, cluster));
  }

  private void choose(float[] sent, SampleSet samples, Workbench bench) {
    if (broadcast.models() > 1) {
      cluster = ModelChoice.best(broadcast, sent, samples, bench.engine());
    }
  }

  /**
   * Trains what the server sends, or the best of it, on {@code samples}.
   *
   * @return the update, in the workbench's memory if it is not noised; empty if the account refuses
   */
  Optional<Update> update(
      int round, float[] sent, SampleSet samples, TrainingPlan plan, Workbench bench) {
    // Charged when it came: only samples that have come in since make another choice.
    choose(sent, samples, bench);
    float[] model = broadcast.model(sent, cluster);
    return broadcast.hasControl()
        ? Optional.of(controlled(round, model, broadcast.control(sent), samples, plan, bench))
        : updateOf(round, model, samples, plan, bench).map(update -> update.ofCluster(cluster));
  }

  private Optional<Update> updateOf(
      int round, float[] model, SampleSet samples, TrainingPlan plan, Workbench bench) {
    if (!account.noises(Account.Kind.UPDATE)) {
      account.withoutNoise(Account.Kind.UPDATE);
      float[] local = bench.localModel().startFrom(model);
      TrainingResult result = train(round, local, samples, plan, bench);
      return Optional.of(
          Update.between(model, local, samples.size(), result.meanLoss())
              .inSteps(Math.max(1, result.steps())));
    }
    // Counts and losses are data too: where updates are noised, neither leaves.
    return account
        .release(
            new Release(round, "update"),
            settings.update().rho(),
            Account.Kind.UPDATE,
            NoisedUpdate.class,
            noise ->
                new NoisedUpdate(
                    switch (settings.update()) {
                      case ChangeProtection.WholeChange whole -> {
                        float[] delta =
                            finite(model.length, () -> change(round, model, samples, plan, bench));
                        whole.noise(delta, noise);
                        yield delta;
                      }
                      case ChangeProtection.InSum part -> {
                        float[] delta =
                            finite(model.length, () -> change(round, model, samples, plan, bench));
                        part.mechanism().addTo(delta, noise);
                        yield delta;
                      }
                      case ChangeProtection.EachSample each ->
                          finite(
                              model.length,
                              () ->
                                  trainPrivately(
                                      model, samples, plan, clippedIn(round, each), noise, bench));
                    }))
        .map(noised -> new Update(noised.delta(), 1, 0));
  }

  /**
   * Trains {@code model} with the steps of SCAFFOLD, without noise.
   *
   * @param fleets the server's control variate
   */
  private Update controlled(
      int round,
      float[] model,
      float[] fleets,
      SampleSet samples,
      TrainingPlan plan,
      Workbench bench) {
    account.withoutNoise(Account.Kind.UPDATE);
    float[] local = bench.localModel().startFrom(model);
    float[] correction = control.correction(fleets);
    TrainingResult result =
        bench
            .engine()
            .trainCorrected(
                local, samples, plan, correction, seed.derive("train").derive(round).generator());
    account.worked(3.0 * plan.epochs() * samples.size());
    return control.update(
        model, local, correction, result.steps(), plan.learningRate(), result.meanLoss());
  }

  /** Which of the server's models it works with. */
  int cluster() {
    return cluster;
  }

  /** Its control variate; empty if it has none. */
  float[] control() {
    return control.state();
  }

  /** The clip that was named last, if one was. */
  Optional<Message.ClipQuery> query() {
    return Optional.ofNullable(query);
  }

  void restore(Optional<Message.ClipQuery> named) {
    query = named.orElse(null);
  }

  void restore(int savedCluster, float[] savedControl) {
    cluster = savedCluster;
    control.restore(savedControl);
  }

  /** With the clip that was named for this round, if one was. */
  private ChangeProtection.EachSample clippedIn(int round, ChangeProtection.EachSample each) {
    Message.ClipQuery named = query;
    return named != null && named.round() == round && each.search().isPresent()
        ? each.clippedAt(named.clip())
        : each;
  }

  /**
   * Takes the clip of a round, and counts how many gradients it would leave as they are.
   *
   * @return empty if the clip is fixed or is no norm, or if the account refuses
   */
  Optional<Message.ClipCounts> norms(
      Message.ClipQuery asked, float[] model, SampleSet samples, Workbench bench) {
    if (!(settings.update() instanceof ChangeProtection.EachSample each)
        || !account.noises(Account.Kind.UPDATE)
        || !(asked.clip() > 0 && Float.isFinite(asked.clip()))) {
      return Optional.empty();
    }
    Optional<ChangeProtection.ClipSearch> search = each.search();
    if (search.isEmpty()) {
      return Optional.empty();
    }
    Message.ClipQuery before = query;
    if (before != null && before.round() == asked.round() && before.clip() != asked.clip()) {
      return Optional.empty(); // one clip a round
    }
    query = asked;
    return account.release(
        new Release(asked.round(), "norms"),
        search.get().rho(),
        Account.Kind.UPDATE,
        Message.ClipCounts.class,
        noise -> {
          double[] counts = new double[2];
          float[] norms = new float[samples.size()];
          bench.engine().gradientNorms(model, samples, norms);
          account.worked(NORM_PASSES * samples.size());
          for (float norm : norms) {
            counts[norm <= asked.clip() ? 0 : 1]++;
          }
          search.get().mechanism().addTo(counts, noise);
          return new Message.ClipCounts(asked.round(), counts[0], counts[1]);
        });
  }

  private float[] change(
      int round, float[] model, SampleSet samples, TrainingPlan plan, Workbench bench) {
    float[] local = model.clone();
    train(round, local, samples, plan, bench);
    return Update.between(model, local, 1, 0).delta();
  }

  /**
   * A change; none where the numbers leave the finite ones: a failure would tell a server whether
   * samples make them do so, as often as it asks and for nothing. A simulation fails, for the user.
   */
  private float[] finite(int size, Supplier<float[]> change) {
    try {
      return change.get();
    } catch (KulaException diverged) {
      if (account.isSimulated()) {
        throw diverged;
      }
      return new float[size];
    }
  }

  private float[] trainPrivately(
      float[] model,
      SampleSet samples,
      TrainingPlan plan,
      ChangeProtection.EachSample each,
      NoiseSource noise,
      Workbench bench) {
    float[] local = model.clone();
    int coordinates = model.length - bench.engine().layout().offset(plan.scope());
    RandomGenerator secret = noise::nextLong;
    bench
        .engine()
        .trainPrivately(local, samples, plan, each.steps(), each.noise(coordinates, noise), secret);
    account.worked(PASSES * each.steps().steps() * each.steps().samplingRate() * samples.size());
    return Update.between(model, local, 1, 0).delta();
  }

  /** An update as it leaves, clipped and noised. */
  private record NoisedUpdate(float[] delta) {}

  private TrainingResult train(
      int round, float[] local, SampleSet samples, TrainingPlan plan, Workbench bench) {
    TrainingResult result =
        bench.engine().train(local, samples, plan, seed.derive("train").derive(round).generator());
    account.worked(3.0 * plan.epochs() * samples.size());
    return result;
  }
}
