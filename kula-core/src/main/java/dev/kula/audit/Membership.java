package dev.kula.audit;

import dev.kula.Seed;
import dev.kula.audit.AuditReport.Attack;
import dev.kula.audit.AuditedRelease.Hidden;
import dev.kula.audit.AuditedRelease.Kind;
import dev.kula.data.SampleBatch;
import dev.kula.data.SampleSet;
import dev.kula.device.Workbench;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Attacks on membership in one release. In each trial a device holds every record of a pool with a
 * chance of one half, and the canary in every other trial; then it makes one release. So the same
 * trials serve all attacks: a record is there in about half of them whatever else is.
 */
final class Membership {
  private final Bench bench;
  private final AuditedRelease release;
  private final Pool pool;

  /**
   * What one trial gave.
   *
   * @param canary whether the canary was there
   * @param held which records of the pool were
   * @param canaryScore how much it looks as if the canary was
   * @param losses of the pool's records on the released model, none if nothing was trained
   * @param epsilon of the device's account
   */
  private record Trial(
      boolean canary, boolean[] held, double canaryScore, float[] losses, double epsilon) {}

  Membership(Bench bench, AuditedRelease release, Pool pool) {
    this.bench = bench;
    this.release = release;
    this.pool = pool;
  }

  List<AuditReport.Membership> run() {
    Seed seed = bench.seed().derive(release.words());
    double[] direction =
        release.kind() == Kind.RAW
            ? new double[0]
            : bench.on(work -> bench.direction(pool, release.kind(), work));
    List<Trial> trials = bench.each(t -> work -> trial(t, seed.derive(t), direction, work));
    List<AuditReport.Membership> results = new ArrayList<>();
    results.add(
        result(
            Attack.CANARY,
            canary(trials.subList(0, trials.size() / 2)),
            canary(trials.subList(trials.size() / 2, trials.size())),
            epsilon(trials)));
    if (release.kind() != Kind.RAW) {
      if (release.hidden() == Hidden.DEVICE) {
        results.add(devices(seed.derive("devices")));
      }
      double[][] losses = scores(trials, (record, trial) -> -finite(trial.losses()[record]));
      results.add(records(Attack.LOSS, trials, losses));
      results.add(records(Attack.LIKELIHOOD_RATIO, trials, likelihoodRatios(trials)));
    }
    return results;
  }

  private static double epsilon(List<Trial> trials) {
    return trials.stream().mapToDouble(Trial::epsilon).max().orElseThrow();
  }

  private static double finite(float loss) {
    return Float.isNaN(loss) ? Float.MAX_VALUE : loss;
  }

  private AuditReport.Membership result(
      Attack attack, MembershipScores choosing, MembershipScores testing, double accounted) {
    double delta = release.settings().privacy().filter().delta();
    EpsilonBound bound = EpsilonBound.of(choosing, testing, delta);
    return new AuditReport.Membership(release, attack, testing, bound, accounted);
  }

  private Trial trial(int number, Seed seed, double[] direction, Workbench work) {
    RandomGenerator random = seed.derive("records").generator();
    boolean[] held = pool.half(random);
    boolean canary = number % 2 == 0;
    Subject device = device(held, canary, seed, work);
    if (release.kind() == Kind.RAW) {
      double score = holdsCanary(device.copies(work)) ? 1 : 0;
      return new Trial(canary, held, score, new float[0], device.epsilon());
    }
    Subject.Change change = device.release(release.kind(), bench.local(), work);
    float[] losses = new float[pool.records()];
    int[] records = IntStream.range(0, pool.records()).toArray();
    work.engine()
        .losses(
            change.applyTo(bench.model()),
            SampleSet.of(pool.table(), pool.targets(), records),
            losses);
    return new Trial(canary, held, product(change.values(), direction), losses, device.epsilon());
  }

  /** A device that trains on the canary if it holds it, and does not keep it for checkpoints. */
  private Subject device(boolean[] held, boolean canary, Seed seed, Workbench work) {
    IntStream records = IntStream.range(0, held.length).filter(i -> held[i]);
    int[] rows =
        (canary ? IntStream.concat(records, IntStream.of(pool.canary())) : records).toArray();
    if (rows.length == 0) {
      rows = new int[] {0};
    }
    int label = Math.round(pool.targets()[pool.canary()]);
    for (long attempt = 0; ; attempt++) {
      Subject device = bench.subject(pool, rows, release.settings(), seed.derive(attempt), work);
      if (!canary || device.trainsOn(label, work)) {
        return device;
      }
    }
  }

  private boolean holdsCanary(SampleBatch copies) {
    float[] canary = pool.row(pool.canary());
    float[] copy = new float[canary.length];
    boolean holds = false;
    for (int i = 0; i < copies.size(); i++) {
      copies.features().copyRow(i, copy, 0);
      holds |= Arrays.equals(copy, canary);
    }
    return holds;
  }

  private static double product(float[] change, double[] direction) {
    double product = 0;
    for (int i = 0; i < change.length; i++) {
      product += change[i] * direction[i];
    }
    return Double.isNaN(product) ? 0 : product;
  }

  private static MembershipScores canary(List<Trial> trials) {
    return scores(trials.size(), i -> trials.get(i).canary(), i -> trials.get(i).canaryScore());
  }

  private static MembershipScores scores(
      int size, IntPredicate isMember, java.util.function.IntToDoubleFunction score) {
    return new MembershipScores(
        IntStream.range(0, size).filter(isMember).mapToDouble(score).toArray(),
        IntStream.range(0, size).filter(isMember.negate()).mapToDouble(score).toArray());
  }

  /** Two devices that have nothing in common, each with one record. */
  private AuditReport.Membership devices(Seed seed) {
    double[] direction =
        bench.on(
            work -> {
              double[] canary = bench.direction(pool, pool.canary(), release.kind(), work);
              double[] twin = bench.direction(pool, pool.twin(), release.kind(), work);
              Arrays.setAll(canary, i -> canary[i] - twin[i]);
              return canary;
            });
    record Guess(double score, double epsilon) {}
    List<Guess> guesses =
        bench.each(
            t ->
                work -> {
                  int[] rows = {t % 2 == 0 ? pool.canary() : pool.twin()};
                  Subject device =
                      bench.subject(pool, rows, release.settings(), seed.derive(t), work);
                  Subject.Change change = device.release(release.kind(), bench.local(), work);
                  return new Guess(product(change.values(), direction), device.epsilon());
                });
    int half = guesses.size() / 2 / 2 * 2;
    return result(
        Attack.CANARY_DEVICE,
        scores(half, i -> i % 2 == 0, i -> guesses.get(i).score()),
        scores(guesses.size() - half, i -> i % 2 == 0, i -> guesses.get(half + i).score()),
        guesses.stream().mapToDouble(Guess::epsilon).max().orElseThrow());
  }

  /** Scores a record in a trial. */
  private interface Scorer {
    double score(int record, Trial trial);
  }

  /** By record, then by trial. */
  private double[][] scores(List<Trial> trials, Scorer scorer) {
    double[][] scores = new double[pool.records()][trials.size()];
    for (int record = 0; record < scores.length; record++) {
      for (int t = 0; t < trials.size(); t++) {
        scores[record][t] = scorer.score(record, trials.get(t));
      }
    }
    return scores;
  }

  private double[][] likelihoodRatios(List<Trial> trials) {
    List<Trial> shadows = trials.subList(0, trials.size() / 2);
    LikelihoodRatio[] ratios = new LikelihoodRatio[pool.records()];
    for (int i = 0; i < ratios.length; i++) {
      int record = i;
      MembershipScores seen =
          scores(
              shadows.size(),
              t -> shadows.get(t).held()[record],
              t -> LikelihoodRatio.logitConfidence(shadows.get(t).losses()[record]));
      ratios[i] = LikelihoodRatio.fit(seen.members(), seen.others());
    }
    return scores(
        trials,
        (record, trial) ->
            ratios[record].score(LikelihoodRatio.logitConfidence(trial.losses()[record])));
  }

  /** All records of the second half together; the bound of the one that the first half picks. */
  private AuditReport.Membership records(Attack attack, List<Trial> trials, double[][] scores) {
    int half = trials.size() / 2;
    int weakest = 0;
    double most = -1;
    for (int record = 0; record < scores.length; record++) {
      double advantage = ofRecord(record, trials, scores, 0, half).roc().advantage();
      if (advantage > most) {
        most = advantage;
        weakest = record;
      }
    }
    int attacked = trials.size() - half;
    MembershipScores together =
        scores(
            scores.length * attacked,
            i -> trials.get(half + i % attacked).held()[i / attacked],
            i -> scores[i / attacked][half + i % attacked]);
    AuditReport.Membership one =
        result(
            attack,
            ofRecord(weakest, trials, scores, 0, half),
            ofRecord(weakest, trials, scores, half, trials.size()),
            epsilon(trials));
    return new AuditReport.Membership(
        release, attack, together, one.bound(), one.accountedEpsilon());
  }

  private static MembershipScores ofRecord(
      int record, List<Trial> trials, double[][] scores, int from, int to) {
    return scores(
        to - from, t -> trials.get(from + t).held()[record], t -> scores[record][from + t]);
  }
}
