package dev.kula.device;

import dev.kula.data.DeviceId;
import dev.kula.privacy.PrivacyLedger.Release;
import dev.kula.privacy.noise.GaussianMechanism;
import dev.kula.privacy.noise.NoiseSource;
import dev.kula.swap.Gate.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a receiver has to say of its sources at one closing of swaps. */
final class Ratings {
  private final Map<DeviceId, Tally> tallies = new TreeMap<>();

  private static final class Tally {
    final double[] verdicts = new double[Verdict.values().length];
    int answered;
    int asked;

    double judged() {
      return Arrays.stream(verdicts).sum();
    }
  }

  void asked(DeviceId source) {
    tally(source).asked++;
  }

  void answered(DeviceId source) {
    tally(source).answered++;
  }

  void judged(DeviceId source, Verdict verdict) {
    tally(source)
        .verdicts[
        switch (verdict) {
          case USEFUL -> 0;
          case NEUTRAL -> 1;
          case HARMFUL -> 2;
        }]++;
  }

  private Tally tally(DeviceId source) {
    return tallies.computeIfAbsent(source, id -> new Tally());
  }

  /**
   * All of it as a message, noised and charged; only whether sources answered, if the account is
   * spent; empty if nobody was asked. One record can turn every verdict of the round: all those on
   * a source from one count to another.
   */
  Optional<Message> release(int round, Account account, double rho) {
    tallies.remove(Envelope.BASE);
    if (tallies.isEmpty()) {
      return Optional.empty();
    }
    double squares = 0;
    for (Tally tally : tallies.values()) {
      squares += 2 * tally.judged() * tally.judged();
    }
    Release release = new Release(round, "outcomes");
    boolean open = squares > 0 && account.charge(release, rho, Account.Kind.OUTCOME);
    boolean noised = open && account.noises(Account.Kind.OUTCOME);
    GaussianMechanism mechanism =
        new GaussianMechanism(noised ? Math.sqrt(squares) : 1, noised ? rho : 1);
    NoiseSource noise = account.noise(release);
    List<Message.Rating> ratings = new ArrayList<>();
    tallies.forEach(
        (source, tally) -> {
          boolean tells = open && tally.judged() > 0;
          double[] verdicts = tells ? tally.verdicts.clone() : new double[tally.verdicts.length];
          if (tells && noised) {
            mechanism.addTo(verdicts, noise);
          }
          ratings.add(
              new Message.Rating(
                  source,
                  verdicts[0],
                  verdicts[1],
                  verdicts[2],
                  tells,
                  tally.answered,
                  tally.asked));
        });
    return Optional.of(new Message.Outcomes(round, ratings, noised ? mechanism.stddev() : 0));
  }
}
