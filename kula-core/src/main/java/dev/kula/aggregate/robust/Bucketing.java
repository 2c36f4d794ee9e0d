package dev.kula.aggregate.robust;

import dev.kula.KulaException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Updates are shuffled and cut into ⌈n/s⌉ buckets of s, the last perhaps smaller, and another rule
 * combines the buckets' means (Karimireddy, He and Jaggi 2022, algorithm 1). Means of s differ less
 * than single updates do, which helps rules that choose among updates of devices with very
 * different data. An attacker spoils the bucket that it falls into, so the other rule has to stand
 * f of ⌈n/s⌉.
 *
 * <p>Means and the buckets' weights count weights if the other rule does. Whoever can foresee
 * {@code random} can foresee the buckets.
 *
 * @param s updates a bucket, 2 or more
 * @param inner combines the buckets; not itself a bucketing
 */
public record Bucketing(int s, RobustRule inner) implements RobustRule {
  static final String NAME = "bucketing";

  public Bucketing {
    if (s < 2 || s > Requirement.MOST) {
      throw new IllegalArgumentException(
          "s is %d, must be from 2 to %d".formatted(s, Requirement.MOST));
    }
    if (inner instanceof Bucketing) {
      throw new IllegalArgumentException(
          "inner is '%s', must not be a bucketing itself; multiply the sizes of buckets"
              .formatted(inner.name()));
    }
  }

  @Override
  public String name() {
    return NAME + ":" + s + ":" + inner.name();
  }

  @Override
  public boolean weighs() {
    return inner.weighs();
  }

  @Override
  public boolean needsRoot() {
    return inner.needsRoot();
  }

  @Override
  public int needed(int attackers) {
    long needed = (inner.needed(attackers) - 1L) * s + 1;
    if (needed > Integer.MAX_VALUE) {
      throw KulaException.user(
          "rule '%s' has %d attackers, needs a cohort of %d; take smaller buckets"
              .formatted(name(), attackers, needed));
    }
    return (int) needed;
  }

  @Override
  public void check(int cohort, int attackers) {
    Requirement.counts(cohort, attackers);
    int buckets = buckets(cohort);
    try {
      inner.check(buckets, Math.min(attackers, buckets));
    } catch (KulaException e) {
      throw KulaException.user(
          "rule '%s' makes %d buckets of %d updates, of which attackers may spoil %d: %s"
              .formatted(name(), buckets, cohort, Math.min(attackers, buckets), e.getMessage()),
          e);
    }
  }

  private int buckets(int cohort) {
    return Math.ceilDiv(cohort, s);
  }

  @Override
  public float[] combine(Cohort cohort, RandomGenerator random) {
    check(cohort.size(), 0);
    int[] order = shuffled(cohort.size(), random);
    List<float[]> means = new ArrayList<>();
    double[] weights = new double[buckets(cohort.size())];
    for (int from = 0; from < order.length; from += s) {
      int[] bucket = Arrays.copyOfRange(order, from, Math.min(from + s, order.length));
      // So that the sum does not depend on which of two places an update was shuffled to.
      Arrays.sort(bucket);
      float[][] rows = new float[bucket.length][];
      double[] coefficients = new double[bucket.length];
      double total = 0;
      for (int i = 0; i < bucket.length; i++) {
        rows[i] = cohort.deltas()[bucket[i]];
        coefficients[i] = weighs() ? cohort.weights()[bucket[i]] : 1;
        total += coefficients[i];
      }
      for (int i = 0; i < bucket.length; i++) {
        coefficients[i] /= total;
      }
      weights[means.size()] = total;
      means.add(Combination.of(rows, coefficients));
    }
    Cohort bucketed = Cohort.of(means, weights);
    return inner.combine(cohort.root().map(bucketed::withRoot).orElse(bucketed), random);
  }

  /** Fisher and Yates. */
  private static int[] shuffled(int size, RandomGenerator random) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      int at = random.nextInt(i + 1);
      order[i] = order[at];
      order[at] = i;
    }
    return order;
  }
}
