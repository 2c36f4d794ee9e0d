package dev.kula.device;

import dev.kula.Seed;
import dev.kula.aggregate.Update;
import dev.kula.data.SampleSet;
import dev.kula.model.TrainingPlan;
import dev.kula.model.TrainingResult;
import dev.kula.privacy.PrivacyLedger.Release;
import dev.kula.privacy.noise.GaussianMechanism;
import java.util.Optional;

/** A device's part in training the global model: what it works out and what of it leaves. */
final class SharedTraining {
  private final PrivacySettings settings;
  private final Account account;
  private final Seed seed;

  SharedTraining(PrivacySettings settings, Account account, Seed seed) {
    this.settings = settings;
    this.account = account;
    this.seed = seed;
  }

  /**
   * Trains {@code model} on {@code samples}.
   *
   * @return the update, in the workbench's memory if it is not noised; empty if the account refuses
   */
  Optional<Update> update(
      int round, float[] model, SampleSet samples, TrainingPlan plan, Workbench bench) {
    if (!account.noises(Account.Kind.UPDATE)) {
      account.withoutNoise(Account.Kind.UPDATE);
      float[] local = bench.localModel().startFrom(model);
      double loss = train(round, local, samples, plan, bench);
      return Optional.of(Update.between(model, local, samples.size(), loss));
    }
    double rho = settings.updateRho();
    // Counts and losses are data too: where updates are noised, neither leaves.
    return account
        .release(
            new Release(round, "update"),
            rho,
            Account.Kind.UPDATE,
            NoisedUpdate.class,
            noise -> {
              float[] local = model.clone();
              train(round, local, samples, plan, bench);
              float[] delta = Update.between(model, local, 1, 0).delta();
              double clip = settings.updateClip();
              GaussianMechanism.clip(delta, 0, delta.length, clip);
              new GaussianMechanism(2 * clip, rho, delta.length).addTo(delta, noise);
              return new NoisedUpdate(delta);
            })
        .map(noised -> new Update(noised.delta(), 1, 0));
  }

  /** An update as it leaves, clipped and noised. */
  private record NoisedUpdate(float[] delta) {}

  private double train(
      int round, float[] local, SampleSet samples, TrainingPlan plan, Workbench bench) {
    TrainingResult result =
        bench.engine().train(local, samples, plan, seed.derive("train").derive(round).generator());
    account.worked(3.0 * plan.epochs() * samples.size());
    return result.meanLoss();
  }
}
