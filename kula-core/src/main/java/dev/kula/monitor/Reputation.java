package dev.kula.monitor;

import dev.kula.data.DeviceId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.commons.statistics.distribution.BetaDistribution;

/**
 * What a source's past swaps say about it. <b>Quality</b>: were its samples of use? A Beta(1, 1)
 * prior plus useful outcomes on one side and harmful ones on the other; a neutral outcome counts
 * half on each, for "not useful to me" is not "malicious". The value is the quantile at 10 %, so
 * that little evidence counts for little. <b>Reliability</b>: did it keep its leases and answer in
 * time? The mean of a Beta(9, 1) prior plus kept and missed answers: who has not been asked has not
 * failed. All evidence fades by 0.95 a round. {@link #value} is their product; {@link #quota} is
 * the part of its quota that a source may trade.
 *
 * <p>Against manipulation: outcomes arrive only as noised sums over several receivers and count at
 * most {@link #OUTCOMES_PER_RATER} a rater and report; a source cannot rate itself; until {@link
 * #LEAST_RATERS} distinct receivers have rated it, a source is a newcomer, whose quality is the
 * prior mean 0.5 and whose quota is at most {@link #NEWCOMER_QUOTA}, so that newcomers can trade
 * but new identities bring little. Who was not there from the start is a <b>late newcomer</b> until
 * then: late newcomers share the quotas of {@link #LATE_SHARE} of the founders, however many they
 * are, and what they say of others does not count. Not protected against: raters that collude, or
 * many identities of one party, beyond these caps.
 *
 * <p>Deterministic. Not thread safe. Source: Jøsang and Ismail 2002, <i>The Beta Reputation
 * System</i>, with a lower quantile in place of the mean.
 */
public final class Reputation {
  /** What evidence fades by in a round. */
  public static final double DECAY = 0.95;

  /** Distinct receivers from which on outcomes decide. */
  public static final int LEAST_RATERS = 3;

  /** The most of its quota that a newcomer may trade. */
  public static final double NEWCOMER_QUOTA = 0.25;

  /** Outcomes that a rater can add in one report. */
  public static final double OUTCOMES_PER_RATER = 2;

  /**
   * Late newcomers together may trade what newcomers as many as this share of the founders may, or
   * as one.
   */
  public static final double LATE_SHARE = 0.05;

  private static final double QUANTILE = 0.1;
  private static final double NEWCOMER_QUALITY = 0.5;
  private static final double RELIABLE_PRIOR = 9;
  private static final double NEGLIGIBLE = 1e-9;

  /**
   * What is remembered of one source.
   *
   * @param device the source
   * @param useful faded weight of useful outcomes
   * @param harmful faded weight of harmful outcomes
   * @param kept faded number of kept leases and answers in time
   * @param missed faded number of the others
   * @param raters distinct raters, sorted
   */
  public record Evidence(
      DeviceId device,
      double useful,
      double harmful,
      double kept,
      double missed,
      List<DeviceId> raters) {
    public Evidence {
      raters = List.copyOf(raters);
    }
  }

  /**
   * All that a checkpoint needs.
   *
   * @param sources by name
   * @param founders by name
   * @param present who was enrolled last, by name
   */
  public record State(List<Evidence> sources, List<DeviceId> founders, List<DeviceId> present) {
    public State {
      sources = List.copyOf(sources);
      founders = List.copyOf(founders);
      present = List.copyOf(present);
    }
  }

  private static final class Account {
    private double useful;
    private double harmful;
    private double kept;
    private double missed;
    private final Set<DeviceId> raters = new TreeSet<>();

    /** Of the evidence as it is: a plan asks for it many times. Not a number: not known. */
    private double quality = Double.NaN;

    double quality() {
      if (Double.isNaN(quality)) {
        quality =
            BetaDistribution.of(1 + useful, 1 + harmful).inverseCumulativeProbability(QUANTILE);
      }
      return quality;
    }
  }

  private final Map<DeviceId, Account> accounts = new TreeMap<>();
  private final Set<DeviceId> founders = new TreeSet<>();
  private final Set<DeviceId> present = new TreeSet<>();
  private int lateNewcomers;

  /** Nobody is known yet. */
  public Reputation() {}

  /** The reputations that {@link #state} was taken of. */
  public static Reputation restore(State state) {
    Reputation reputation = new Reputation();
    reputation.founders.addAll(state.founders());
    reputation.present.addAll(state.present());
    for (Evidence evidence : state.sources()) {
      Account account = reputation.account(evidence.device());
      account.useful = evidence.useful();
      account.harmful = evidence.harmful();
      account.kept = evidence.kept();
      account.missed = evidence.missed();
      account.raters.addAll(evidence.raters());
    }
    reputation.countLate();
    return reputation;
  }

  /**
   * Takes in outcomes of swaps from a source, summed over receivers. The three sums are shrunk by
   * t²/(t² + 3σ²), t being their total and σ the noise, so that pure noise moves little; negative
   * sums count as 0.
   *
   * @throws IllegalArgumentException if the source is among the raters
   */
  public void outcomes(Ballots.Sum sum) {
    DeviceId source = sum.source();
    if (sum.raters().contains(source)) {
      throw new IllegalArgumentException(
          "%s is among its own raters, must not rate itself".formatted(source));
    }
    Account account = account(source);
    account.raters.addAll(sum.raters());
    add(account, sum.verdicts(), sum.raters().size());
  }

  private static void add(Account account, Ballots.Verdicts sums, int raters) {
    double useful = sums.useful();
    double neutral = sums.neutral();
    double harmful = sums.harmful();
    double total = useful + neutral + harmful;
    double signal = Math.max(0, total) * Math.max(0, total);
    double noise = 3 * sums.noiseStddev() * sums.noiseStddev();
    if (signal == 0 || raters == 0) {
      return;
    }
    double positive = Math.max(0, useful) + Math.max(0, neutral) + Math.max(0, harmful);
    double shrunk = total * signal / (signal + noise);
    double counted = Math.min(shrunk, OUTCOMES_PER_RATER * raters);
    double half = Math.max(0, neutral) / 2;
    account.quality = Double.NaN;
    account.useful += counted * (Math.max(0, useful) + half) / positive;
    account.harmful += counted * (Math.max(0, harmful) + half) / positive;
  }

  /**
   * Takes in how often {@code source} kept a lease or answered in time.
   *
   * @param kept of those asked, how many; at most {@code asked}
   * @param asked 0 or more
   */
  public void answered(DeviceId source, int kept, int asked) {
    if (kept < 0 || kept > asked) {
      throw new IllegalArgumentException(
          "kept is %d of %d asked, must be between 0 and that".formatted(kept, asked));
    }
    Account account = account(source);
    account.kept += kept;
    account.missed += asked - kept;
  }

  /**
   * Says who belongs to the fleet now. Those of the first time are its founders.
   *
   * @param fleet all of them, whether they can be reached or not
   */
  public void enrol(Collection<DeviceId> fleet) {
    if (founders.isEmpty()) {
      founders.addAll(fleet);
    }
    present.clear();
    present.addAll(fleet);
    countLate();
  }

  private void countLate() {
    lateNewcomers = (int) present.stream().filter(this::isLateNewcomer).count();
  }

  /** Lets all evidence fade by a round. */
  public void decay() {
    countLate();
    for (Account account : accounts.values()) {
      account.quality = Double.NaN;
      account.useful = fade(account.useful);
      account.harmful = fade(account.harmful);
      account.kept = fade(account.kept);
      account.missed = fade(account.missed);
    }
  }

  private static double fade(double evidence) {
    double faded = evidence * DECAY;
    return faded < NEGLIGIBLE ? 0 : faded;
  }

  /** Whether too few have rated {@code source} for outcomes to decide. */
  public boolean isNewcomer(DeviceId source) {
    Account account = accounts.get(source);
    return account == null || account.raters.size() < LEAST_RATERS;
  }

  private boolean isLateNewcomer(DeviceId device) {
    return !founders.isEmpty() && !founders.contains(device) && isNewcomer(device);
  }

  /** Whether what a receiver says of sources counts: not before it is known itself. */
  public boolean mayRate(DeviceId receiver) {
    return !isLateNewcomer(receiver);
  }

  /** Lower 10 % quantile of the share of useful outcomes, in [0, 1]; 0.5 for a newcomer. */
  public double quality(DeviceId source) {
    Account account = accounts.get(source);
    if (account == null || account.raters.size() < LEAST_RATERS) {
      return NEWCOMER_QUALITY;
    }
    return account.quality();
  }

  /** Expected share of kept leases and answers in time, in [0, 1]; 0.9 if never asked. */
  public double reliability(DeviceId source) {
    Account account = accounts.get(source);
    double kept = account == null ? 0 : account.kept;
    double missed = account == null ? 0 : account.missed;
    return (RELIABLE_PRIOR + kept) / (RELIABLE_PRIOR + 1 + kept + missed);
  }

  /** Quality times reliability, in [0, 1]: the factor in a plan's score. */
  public double value(DeviceId source) {
    return quality(source) * reliability(source);
  }

  /** Part of its quota that {@code source} may trade, in [0, 1]; capped for a newcomer. */
  public double quota(DeviceId source) {
    double value = value(source);
    if (!isNewcomer(source)) {
      return value;
    }
    double quota = Math.min(NEWCOMER_QUOTA, value);
    if (!isLateNewcomer(source)) {
      return quota;
    }
    double shared = Math.max(1, LATE_SHARE * founders.size());
    return quota * Math.min(1, shared / Math.max(1, lateNewcomers));
  }

  /** A copy for a checkpoint. */
  public State state() {
    List<Evidence> sources = new ArrayList<>();
    accounts.forEach(
        (device, account) ->
            sources.add(
                new Evidence(
                    device,
                    account.useful,
                    account.harmful,
                    account.kept,
                    account.missed,
                    List.copyOf(account.raters))));
    return new State(sources, List.copyOf(founders), List.copyOf(present));
  }

  private Account account(DeviceId device) {
    return accounts.computeIfAbsent(device, key -> new Account());
  }
}
