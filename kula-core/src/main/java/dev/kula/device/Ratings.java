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

    Rating rating(DeviceId source, double[] counts, boolean judged) {
      return new Rating(source, counts[0], counts[1], counts[2], judged, answered, asked);
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
    double squares =
        tallies.values().stream().mapToDouble(tally -> 2 * tally.judged() * tally.judged()).sum();
    Optional<Message.Outcomes> judged =
        squares == 0
            ? Optional.empty()
            : account.release(
                new Release(round, "outcomes"),
                rho,
                Account.Kind.OUTCOME,
                Message.Outcomes.class,
                noise ->
                    account.noises(Account.Kind.OUTCOME)
                        ? noised(
                            round,
                            new GaussianMechanism(
                                Math.sqrt(squares), rho, tallies.size() * Verdict.values().length),
                            noise)
                        : plain(round, true));
    return Optional.of(judged.orElseGet(() -> plain(round, false)));
  }

  private Message.Outcomes plain(int round, boolean tells) {
    List<Rating> ratings = new ArrayList<>();
    tallies.forEach(
        (source, tally) -> {
          boolean judged = tells && tally.judged() > 0;
          ratings.add(
              tally.rating(
                  source, judged ? tally.verdicts : new double[tally.verdicts.length], judged));
        });
    return new Message.Outcomes(round, ratings, 0);
  }

  private Message.Outcomes noised(int round, GaussianMechanism mechanism, NoiseSource noise) {
    List<Rating> ratings = new ArrayList<>();
    tallies.forEach(
        (source, tally) -> {
          double[] verdicts = tally.verdicts.clone();
          boolean judged = tally.judged() > 0;
          if (judged) {
            mechanism.addTo(verdicts, noise);
          }
          ratings.add(tally.rating(source, verdicts, judged));
        });
    return new Message.Outcomes(round, ratings, mechanism.stddev());
  }
}
