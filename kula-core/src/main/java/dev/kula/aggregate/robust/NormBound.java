package dev.kula.aggregate.robust;

import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.random.RandomGenerator;

/**
 * The weighted mean of updates that are scaled down to a Euclidean norm of at most the bound (Sun
 * et al. 2019, <i>Can you really backdoor federated learning?</i>). Without a bound it is the
 * cohort's median norm, which attackers cannot raise above the norms of honest updates while f &lt;
 * n/2.
 *
 * <p>It bounds what attackers reach: their share of the weight times the bound. It does not remove
 * it, so that attackers who all point one way still move the model, round after round.
 *
 * @param bound positive and finite, in the norm of updates; empty for the median norm
 */
public record NormBound(OptionalDouble bound) implements RobustRule {
  static final String NAME = "norm-bound";

  public NormBound {
    if (bound.isPresent()
        && (!(bound.getAsDouble() > 0) || bound.getAsDouble() > Float.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "bound is " + bound.getAsDouble() + ", must be positive and at most 2^128");
    }
  }

  @Override
  public String name() {
    return bound.isPresent() ? NAME + ":" + bound.getAsDouble() : NAME;
  }

  @Override
  public boolean weighs() {
    return true;
  }

  @Override
  public boolean needsRoot() {
    return false;
  }

  @Override
  public int needed(int attackers) {
    Requirement.attackers(attackers);
    return bound.isPresent() ? attackers + 1 : 2 * attackers + 1;
  }

  @Override
  public void check(int cohort, int attackers) {
    Requirement.counts(cohort, attackers);
    Requirement.atLeast(name(), bound.isPresent() ? "f + 1" : "2f + 1", needed(attackers), cohort);
  }

  @Override
  public float[] combine(Cohort cohort, RandomGenerator random) {
    check(cohort.size(), 0);
    double[] norms = Distances.norms(cohort.deltas());
    double most = bound.orElseGet(() -> median(norms));
    double[] coefficients = cohort.weights().clone();
    double total = Arrays.stream(coefficients).sum();
    for (int i = 0; i < coefficients.length; i++) {
      coefficients[i] /= total;
      if (norms[i] > most) {
        coefficients[i] *= most / norms[i];
      }
    }
    return Combination.of(cohort.deltas(), coefficients);
  }

  private static double median(double[] norms) {
    double[] sorted = norms.clone();
    Arrays.sort(sorted);
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }
}
