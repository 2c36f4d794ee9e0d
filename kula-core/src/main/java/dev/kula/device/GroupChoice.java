package dev.kula.device;

import dev.kula.data.LabelSpace;
import dev.kula.data.SampleSet;
import dev.kula.model.TrainingEngine;
import dev.kula.privacy.PrivacyLedger.Release;
import dev.kula.privacy.noise.GaussianMechanism;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Which group a device goes to: that whose model serves it best; or to none, while what it meets is
 * of several. It keeps the models of all groups that it was shown last, coarsely, and needs no more
 * to notice that what it meets has changed:
 *
 * <p>Samples are tested as they come in, before anything is trained on them. As long as the path of
 * least cost through the groups ({@link Segments}) ends in the present one, nothing is said. That
 * is Page's cumulative sum test (Page 1954, <i>Continuous inspection schemes</i>) of the loss under
 * the present group's model over that under each other's, at a threshold of {@link
 * Segments#CHANGE}. Then each of the device's samples goes to the group that explains it.
 *
 * <p>Where updates are noised, the device as a whole goes to the group by which it gains most over
 * its present one, by noised sums, which one record more or less changes by {@link #LARGEST_GAIN} a
 * group at the most; and only when it is shown models. It says where it goes, and nothing else.
 *
 * <p>Not thread safe.
 */
final class GroupChoice {
  /** Gain or loss of a sample at the most, so that one record changes little. */
  private static final double LARGEST_GAIN = 1;

  /** Losses count up to this: one sample tells only so much. */
  private static final double LARGEST_LOSS = 3;

  private final DeviceSettings settings;
  private final Account account;
  private final TrainingData data;
  private final LabelSpace labels;
  private List<GroupModel> shown = List.of();
  private double[] told = {};
  private double[] cost = {};
  private int tested;

  /** Round of the last noised choice; −1 for none. */
  private int chosenIn = -1;

  /**
   * What has to survive a restart, apart from the models.
   *
   * @param told counts of the device's labels, as its last profile told
   * @param cost of the cheapest path to each group, and last to none
   * @param tested samples that have been tested, of those that the store holds
   * @param chosenIn round of the last noised choice; −1 for none
   */
  public record State(double[] told, double[] cost, int tested, int chosenIn) {}

  GroupChoice(DeviceSettings settings, Account account, TrainingData data) {
    this.settings = settings;
    this.account = account;
    this.data = data;
    this.labels = settings.labels();
  }

  /** Notes what a profile told: a choice must not depend on what the device has told nobody. */
  void told(double[] labelCounts) {
    told = labelCounts.clone();
  }

  /** Is put into a group with all that the device has. What it was shown may be of other groups. */
  void assigned(Message.Assigned to) {
    if (to.group() >= 0) {
      data.moveAll(to.group());
      shown = List.of();
    }
  }

  /** Takes the models of all groups, and chooses; empty if one is none, or if it is refused. */
  Optional<Message.Chosen> take(Message.GroupModels message, Workbench bench) {
    int size = bench.engine().layout().size();
    List<GroupModel> models = message.models();
    boolean sound =
        data.isAmong(models.size())
            && models.size() > 1
            && models.stream().allMatch(model -> model.fits(size, labels.size()));
    if (!sound) {
      return Optional.empty();
    }
    shown = models;
    if (account.noises(Account.Kind.CHOICE)) {
      if (message.round() <= chosenIn) {
        return Optional.empty(); // two answers under the same noise would tell what it is
      }
      chosenIn = message.round();
    }
    return choose(message.round(), bench.engine());
  }

  /** Tests what has come in since it was last asked, and chooses if another group explains it. */
  Optional<Message.Chosen> test(Message.DriftCheck check, Workbench bench) {
    SampleSet held = data.held();
    if (shown.isEmpty() || !sorts() || tested == held.size()) {
      return Optional.empty();
    }
    SampleSet fresh = held.select(IntStream.range(tested, held.size()).toArray());
    tested = held.size();
    for (double[] losses : losses(fresh, bench.engine())) {
      cost = Segments.next(cost, losses, data.present());
    }
    return Segments.cheapest(cost, data.present()) == data.present()
        ? Optional.empty()
        : choose(check.round(), bench.engine());
  }

  /** Whether single samples go to groups. */
  private boolean sorts() {
    return !account.noises(Account.Kind.CHOICE) && settings.personalization().sharesAll();
  }

  private Optional<Message.Chosen> choose(int round, TrainingEngine engine) {
    // Which group's model a device trains shows in what it sends as its update anyway.
    Optional<Message.Chosen> chosen =
        account.release(
            new Release(round, "choice"),
            settings.privacy().profileRho(),
            Account.Kind.CHOICE,
            Message.Chosen.class,
            noise -> {
              double[][] losses = losses(data.held(), engine);
              tested = losses.length;
              if (sorts()) {
                cost = data.sort(losses);
                return new Message.Chosen(round, data.present(), data.otherGroups());
              }
              double[] gains = gains(losses);
              if (account.noises(Account.Kind.CHOICE)) {
                double sensitivity = LARGEST_GAIN * Math.sqrt(gains.length - 1);
                new GaussianMechanism(sensitivity, settings.privacy().profileRho(), gains.length)
                    .addTo(gains, noise);
              }
              gains[data.present()] = 0; // over itself
              return new Message.Chosen(round, largest(gains), new int[0]);
            });
    chosen.filter(choice -> !sorts()).ifPresent(choice -> data.moveAll(choice.present()));
    return chosen;
  }

  /** Losses of samples under the models of all groups, one row a sample. */
  private double[][] losses(SampleSet samples, TrainingEngine engine) {
    double[] own = Candidate.shares(told.length == 0 ? new double[labels.size()] : told);
    PriorCorrection corrected = new PriorCorrection(labels, engine, samples, own);
    double[][] losses = new double[samples.size()][shown.size()];
    for (int group = 0; group < shown.size(); group++) {
      GroupModel model = shown.get(group);
      double[] column = corrected.losses(model.parameters(), model.shares());
      for (int sample = 0; sample < column.length; sample++) {
        losses[sample][group] = Math.min(column[sample], LARGEST_LOSS);
      }
    }
    account.worked((double) shown.size() * samples.size());
    return losses;
  }

  /** Of all groups over the present one, summed over samples. */
  private double[] gains(double[][] losses) {
    double[] gains = new double[shown.size()];
    for (double[] sample : losses) {
      for (int group = 0; group < gains.length; group++) {
        double gain = sample[data.present()] - sample[group];
        gains[group] += Math.clamp(gain, -LARGEST_GAIN, LARGEST_GAIN);
      }
    }
    return gains;
  }

  private int largest(double[] gains) {
    int best = data.present();
    for (int group = 0; group < gains.length; group++) {
      best = gains[group] > gains[best] ? group : best;
    }
    return best;
  }

  /**
   * Shares of the labels that the present group's model learnt from, if it has been shown; of the
   * common one, the mean of all groups' shares.
   */
  Optional<double[]> shares() {
    if (shown.isEmpty()) {
      return Optional.empty();
    }
    if (data.present() < shown.size()) {
      return Optional.of(shown.get(data.present()).shares());
    }
    double[] mean = new double[labels.size()];
    for (GroupModel model : shown) {
      for (int label = 0; label < mean.length; label++) {
        mean[label] += model.shares()[label] / shown.size();
      }
    }
    return Optional.of(mean);
  }

  State state() {
    return new State(told.clone(), cost.clone(), tested, chosenIn);
  }

  /**
   * Puts back what {@link #state()} once gave.
   *
   * @param models of all groups as the device was shown them last
   */
  void restore(State state, List<GroupModel> models) {
    told = state.told().clone();
    cost = state.cost().clone();
    tested = state.tested();
    chosenIn = state.chosenIn();
    shown = models;
  }
}
