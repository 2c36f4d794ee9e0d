package dev.kula.device;

import dev.kula.data.LabelSpace;
import dev.kula.data.SampleSet;
import dev.kula.model.TrainingEngine;
import dev.kula.privacy.PrivacyLedger.Release;
import dev.kula.privacy.noise.GaussianMechanism;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * How a device tries models that others have learnt: by how much each lessens the loss on its
 * labels, as if all had learnt from as many of each label as it has ({@link PriorCorrection}).
 *
 * <p>One record more or less changes a sum of gains by {@link #LARGEST_GAIN} at the most: folds go
 * by the place of a sample in the store, and the device's shares are those it has told. What is
 * noised is answered once a fold and round; asked the same again, it is the same answer.
 */
final class Trials {
  /** Gain or loss of a sample at the most, so that one record changes little. */
  private static final double LARGEST_GAIN = 1;

  private final PrivacySettings settings;
  private final Account account;
  private final TrainingData data;
  private final LabelSpace labels;
  private final Map<TrialFold, Asked> asked = new EnumMap<>(TrialFold.class);

  /** The last question on a fold, by its digest. */
  private record Asked(int round, byte[] digest) {}

  Trials(PrivacySettings settings, Account account, TrainingData data, LabelSpace labels) {
    this.settings = settings;
    this.account = account;
    this.data = data;
    this.labels = labels;
  }

  /** Answers a trial; empty if a candidate is no model, or if the account refuses. */
  Optional<Message.Tried> run(Message.Trial trial, float[] present, Workbench bench) {
    int size = bench.engine().layout().size();
    boolean sound =
        trial.candidates().size() > 1
            && Candidate.present(trial.shares()).fits(size, labels.size())
            && trial.candidates().stream().allMatch(one -> one.fits(size, labels.size()));
    if (!sound) {
      return Optional.empty();
    }
    if (account.noises(Account.Kind.TRIAL) && isAnother(trial)) {
      return Optional.empty(); // two answers under the same noise would tell what it is
    }
    return account.release(
        new Release(trial.round(), "trial " + trial.fold()),
        settings.profileRho(),
        Account.Kind.TRIAL,
        Message.Tried.class,
        noise -> {
          double[] gains = gains(trial, present, bench.engine());
          if (account.noises(Account.Kind.TRIAL)) {
            double sensitivity = LARGEST_GAIN * Math.sqrt(gains.length);
            new GaussianMechanism(sensitivity, settings.profileRho(), gains.length)
                .addTo(gains, noise);
          }
          return new Message.Tried(trial.round(), trial.fold(), gains);
        });
  }

  /** Whether another question has been asked on this fold, in this round or a later one. */
  private boolean isAnother(Message.Trial trial) {
    Asked last = asked.get(trial.fold());
    byte[] digest = digest(trial);
    if (last != null && last.round() >= trial.round()) {
      return last.round() > trial.round() || !Arrays.equals(last.digest(), digest);
    }
    asked.put(trial.fold(), new Asked(trial.round(), digest));
    return false;
  }

  /** SHA-256 of what is to be tried and how. */
  private static byte[] digest(Message.Trial trial) {
    MessageDigest sha = Candidate.sha256();
    Candidate.present(trial.shares()).updateTo(sha);
    trial.candidates().forEach(candidate -> candidate.updateTo(sha));
    return sha.digest();
  }

  private double[] gains(Message.Trial trial, float[] present, TrainingEngine engine) {
    SampleSet samples = data.trialFold(trial.fold());
    PriorCorrection corrected = new PriorCorrection(labels, engine, samples, trial.shares());
    double[] before = corrected.losses(trial.candidates().getFirst(), present);
    double[] gains = new double[trial.candidates().size() - 1];
    for (int i = 0; i < gains.length; i++) {
      double[] after = corrected.losses(trial.candidates().get(i + 1), present);
      for (int sample = 0; sample < after.length; sample++) {
        gains[i] += Math.clamp(before[sample] - after[sample], -LARGEST_GAIN, LARGEST_GAIN);
      }
    }
    account.worked((double) trial.candidates().size() * samples.size());
    return gains;
  }
}
