package dev.kula.audit;

import dev.kula.Seed;
import dev.kula.audit.AuditReport.Attack;
import dev.kula.audit.AuditedRelease.Hidden;
import dev.kula.audit.AuditedRelease.Kind;
import dev.kula.data.SampleBatch;
import dev.kula.data.SampleSet;
import dev.kula.device.ClassSums;
import dev.kula.device.Workbench;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Attacks on membership in one release. With canaries the other records are always the same, as the
 * definition of privacy has it; where records of the device are attacked, a device holds each of
 * them with a chance of one half, so that the same trials serve for all of them.
 */
final class Membership {
  private final Bench bench;
  private final AuditedRelease release;
  private final Pool pool;
  private final Seed seed;
  private final AtomicReference<@Nullable SumScores> sumScores = new AtomicReference<>();

  /**
   * A trial on a neighbour, by turns with and without what is looked for.
   *
   * @param score how much it looks as if it was there
   * @param epsilon of the device's account
   */
  private record Guess(double score, double epsilon) {}

  /**
   * A trial on records of the device.
   *
   * @param held which records of the pool were there
   * @param scores of all of them: how much each looks as if it was there
   * @param confidences what the likelihood ratio takes for close to normal
   * @param epsilon of the device's account
   */
  private record Trial(boolean[] held, double[] scores, double[] confidences, double epsilon) {}

  Membership(Bench bench, AuditedRelease release, Pool pool) {
    this.bench = bench;
    this.release = release;
    this.pool = pool;
    this.seed = bench.seed().derive(release.words());
  }

  List<AuditReport.Membership> run() {
    if (release.kind() == Kind.RAW) {
      return List.of(canary());
    }
    List<AuditReport.Membership> results = new ArrayList<>(List.of(canary()));
    if (release.hidden() == Hidden.DEVICE) {
      results.add(devices());
    }
    List<Trial> trials = bench.each(t -> work -> trial(seed.derive("records").derive(t), work));
    results.add(
        records(
            release.kind() == Kind.CLASS_SUMS ? Attack.INNER_PRODUCT : Attack.LOSS,
            trials,
            scores(trials, (i, trial) -> trial.scores()[i])));
    results.add(records(Attack.LIKELIHOOD_RATIO, trials, likelihoodRatios(trials)));
    return results;
  }

  private AuditReport.Membership canary() {
    Seed of = seed.derive("canary");
    boolean[] held = pool.half(of.derive("others").generator());
    double[] direction =
        changesModel()
            ? bench.on(work -> bench.direction(pool, pool.canary(), release.kind(), work))
            : new double[0];
    return guesses(
        Attack.CANARY,
        bench.each(
            t ->
                work -> {
                  Subject device = device(held, t % 2 == 0, of.derive(t), work);
                  double score =
                      switch (release.kind()) {
                        case RAW -> holdsCanary(device.copies(work)) ? 1 : 0;
                        case CLASS_SUMS ->
                            sumScores(work).score(device.classSums(work), pool.canary(), clip());
                        case UPDATE, VISIT, WHOLE_VISIT ->
                            product(change(device, work).values(), direction);
                      };
                  return new Guess(score, device.epsilon());
                }));
  }

  private boolean changesModel() {
    return release.kind() != Kind.RAW && release.kind() != Kind.CLASS_SUMS;
  }

  private SumScores sumScores(Workbench work) {
    SumScores known = sumScores.get();
    if (known == null) {
      known = SumScores.of(pool, bench.model(), work);
      sumScores.set(known); // whoever is first, it is the same
    }
    return known;
  }

  private double clip() {
    return release.settings().privacy().sums().clip();
  }

  private Subject.Change change(Subject device, Workbench work) {
    return device.release(release.kind(), bench.local(), work);
  }

  /** The first half chooses, the second is counted; what is looked for is in the even ones. */
  private AuditReport.Membership guesses(Attack attack, List<Guess> guesses) {
    int half = guesses.size() / 4 * 2;
    return result(
        attack,
        scores(half, i -> i % 2 == 0, i -> guesses.get(i).score()),
        scores(guesses.size() - half, i -> i % 2 == 0, i -> guesses.get(half + i).score()),
        guesses.stream().mapToDouble(Guess::epsilon).max().orElseThrow());
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

  private Trial trial(Seed of, Workbench work) {
    boolean[] held = pool.half(of.derive("held").generator());
    Subject device = device(held, false, of, work);
    if (release.kind() == Kind.CLASS_SUMS) {
      ClassSums sums = device.classSums(work);
      double[] scores = new double[pool.records()];
      Arrays.setAll(scores, i -> sumScores(work).score(sums, i, clip()));
      return new Trial(held, scores, scores, device.epsilon());
    }
    float[] losses = new float[pool.records()];
    int[] records = IntStream.range(0, pool.records()).toArray();
    work.engine()
        .losses(
            change(device, work).applyTo(bench.model()),
            SampleSet.of(pool.table(), pool.targets(), records),
            losses);
    double[] scores = new double[losses.length];
    Arrays.setAll(scores, i -> -finite(losses[i]));
    double[] confidences = new double[losses.length];
    Arrays.setAll(confidences, i -> LikelihoodRatio.logitConfidence(losses[i]));
    return new Trial(held, scores, confidences, device.epsilon());
  }

  /** A device that trains on the canary if it holds it, and does not keep it for checkpoints. */
  private Subject device(boolean[] held, boolean canary, Seed of, Workbench work) {
    IntStream records = IntStream.range(0, held.length).filter(i -> held[i]);
    int[] rows =
        (canary ? IntStream.concat(records, IntStream.of(pool.canary())) : records).toArray();
    if (rows.length == 0) {
      rows = new int[] {0};
    }
    for (long attempt = 0; ; attempt++) {
      Subject device = bench.subject(pool, rows, release.settings(), of.derive(attempt), work);
      if (!canary || device.trainsOn(pool.label(), work)) {
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

  private static MembershipScores scores(
      int size, IntPredicate isMember, IntToDoubleFunction score) {
    return new MembershipScores(
        IntStream.range(0, size).filter(isMember).mapToDouble(score).toArray(),
        IntStream.range(0, size).filter(isMember.negate()).mapToDouble(score).toArray());
  }

  /** Two devices with one record each, of two labels that move the model far apart. */
  private AuditReport.Membership devices() {
    Seed of = seed.derive("devices");
    Pair pair = bench.on(this::farthest);
    return guesses(
        Attack.CANARY_DEVICE,
        bench.each(
            t ->
                work -> {
                  int[] rows = {pool.canary(t % 2 == 0 ? pair.one() : pair.other())};
                  Subject device =
                      bench.subject(pool, rows, release.settings(), of.derive(t), work);
                  return new Guess(
                      product(change(device, work).values(), pair.direction()), device.epsilon());
                }));
  }

  /**
   * Two labels.
   *
   * @param direction from what the canary of {@code other} does to the model to what that of {@code
   *     one} does
   */
  private record Pair(int one, int other, double[] direction) {}

  private Pair farthest(Workbench work) {
    double[][] directions = new double[pool.labels()][];
    for (int label = 0; label < directions.length; label++) {
      directions[label] = bench.direction(pool, pool.canary(label), release.kind(), work);
    }
    int one = 0;
    int other = 1;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < directions.length; i++) {
      for (int j = 0; j < i; j++) {
        double product = 0;
        for (int k = 0; k < directions[i].length; k++) {
          product += directions[i][k] * directions[j][k];
        }
        if (product < least) {
          least = product;
          one = i;
          other = j;
        }
      }
    }
    double[] direction = directions[one];
    for (int k = 0; k < direction.length; k++) {
      direction[k] -= directions[other][k];
    }
    return new Pair(one, other, direction);
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
              t -> shadows.get(t).confidences()[record]);
      ratios[i] = LikelihoodRatio.fit(seen.members(), seen.others());
    }
    return scores(trials, (record, trial) -> ratios[record].score(trial.confidences()[record]));
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
