package dev.kula.device;

import dev.kula.data.LabelSpace;
import dev.kula.data.SampleSet;
import dev.kula.model.TrainingEngine;
import dev.kula.privacy.PrivacyLedger.Release;
import dev.kula.privacy.noise.GaussianMechanism;
import java.util.Arrays;
import java.util.Optional;

/**
 * How a device tries models that others have learnt: by how much each lessens the loss on its
 * labels, as if all had learnt from as many of each label as it has. A classifier's answers p(y|x)
 * are weighed by the device's share of y over the share that it learnt from (Saerens et al. 2002,
 * <i>Adjusting the outputs of a classifier to new a priori probabilities</i>, eq. 2.4): what stays
 * is whether they see things alike, whatever they have most of.
 */
final class Trials {
  /** Gain or loss of a sample at the most, so that one record changes little. */
  private static final double LARGEST_GAIN = 1;

  private final PrivacySettings settings;
  private final Account account;
  private final TrainingData data;
  private final LabelSpace labels;

  Trials(PrivacySettings settings, Account account, TrainingData data, LabelSpace labels) {
    this.settings = settings;
    this.account = account;
    this.data = data;
    this.labels = labels;
  }

  /** Answers a trial; empty if a candidate is no model, or if the account refuses. */
  Optional<Message.Tried> run(Message.Trial trial, Workbench bench) {
    if (trial.candidates().size() < 2) {
      return Optional.empty();
    }
    int size = bench.engine().layout().size();
    for (Candidate candidate : trial.candidates()) {
      if (!Doorkeeper.isSound(candidate.parameters(), size) || !areShares(candidate.shares())) {
        return Optional.empty();
      }
    }
    return account.release(
        new Release(trial.round(), "trial " + trial.fold()),
        settings.profileRho(),
        Account.Kind.TRIAL,
        Message.Tried.class,
        noise -> {
          double[] gains = gains(trial, bench.engine());
          if (account.noises(Account.Kind.TRIAL)) {
            double sensitivity = LARGEST_GAIN * Math.sqrt(gains.length);
            new GaussianMechanism(sensitivity, settings.profileRho(), gains.length)
                .addTo(gains, noise);
          }
          return new Message.Tried(trial.round(), trial.fold(), gains);
        });
  }

  private double[] gains(Message.Trial trial, TrainingEngine engine) {
    SampleSet samples = data.trialFold(trial.fold());
    double[] before = losses(trial.candidates().getFirst(), samples, engine);
    double[] gains = new double[trial.candidates().size() - 1];
    for (int i = 0; i < gains.length; i++) {
      double[] after = losses(trial.candidates().get(i + 1), samples, engine);
      for (int sample = 0; sample < after.length; sample++) {
        gains[i] += Math.clamp(before[sample] - after[sample], -LARGEST_GAIN, LARGEST_GAIN);
      }
    }
    account.worked((double) trial.candidates().size() * samples.size());
    return gains;
  }

  private boolean areShares(double[] shares) {
    boolean sound = shares.length == labels.size();
    for (double share : shares) {
      sound &= share > 0 && share <= 1;
    }
    return sound;
  }

  /** Loss of each sample. */
  private double[] losses(Candidate candidate, SampleSet samples, TrainingEngine engine) {
    int size = samples.size();
    double[] losses = new double[size];
    if (!labels.edges().isEmpty()) { // a regression
      float[] squares = new float[size];
      engine.losses(candidate.parameters(), samples, squares);
      Arrays.setAll(losses, i -> squares[i]);
      return losses;
    }
    int outputs = engine.task().outputs();
    float[] scores = new float[size * outputs];
    engine.outputs(candidate.parameters(), samples, scores);
    double[] own = Candidate.shares(data.trialFold(TrialFold.ALL).labelCounts(labels));
    for (int i = 0; i < size; i++) {
      double all = 0;
      double right = 0;
      for (int label = 0; label < outputs; label++) {
        double score = scores[i * outputs + label] * own[label] / candidate.shares()[label];
        all += score;
        right = label == (int) samples.target(i) ? score : right;
      }
      losses[i] = -Math.log(Math.max(right / all, Double.MIN_NORMAL));
    }
    return losses;
  }
}
