package dev.kula.aggregate.robust;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * The weighted geometric median, the point with the least weighted sum of Euclidean distances to
 * the updates, by the smoothed Weiszfeld algorithm (Pillutla et al. 2019, <i>Robust aggregation for
 * federated learning</i>, algorithm 2): v becomes Σ βᵢwᵢ / Σ βᵢ with βᵢ = αᵢ / max(ν, ‖v − wᵢ‖).
 * Stands attackers with less than half of the weight.
 *
 * <p>It starts at the median of every parameter instead of a point that the caller gives, so that
 * few iterations do even if attackers are very far away.
 *
 * @param iterations T, from 1 to 1000
 * @param nu ν, below which a distance counts as ν, in the norm of updates; positive and finite
 */
public record GeometricMedian(int iterations, double nu) implements RobustRule {
  static final String NAME = "geometric-median";

  /** T where none is given; the paper uses 3 to 5. */
  public static final int DEFAULT_ITERATIONS = 8;

  /** ν where none is given, as in the paper's experiments. */
  public static final double DEFAULT_NU = 1e-6;

  public GeometricMedian {
    if (iterations < 1 || iterations > 1000) {
      throw new IllegalArgumentException(
          "iterations is " + iterations + ", must be from 1 to 1000");
    }
    if (!(nu >= 1e-30) || nu > 1e30) {
      throw new IllegalArgumentException("nu is " + nu + ", must be from 1e-30 to 1e30");
    }
  }

  /** With the usual iterations and ν. */
  public static GeometricMedian defaults() {
    return new GeometricMedian(DEFAULT_ITERATIONS, DEFAULT_NU);
  }

  @Override
  public String name() {
    return NAME + ":" + iterations + ":" + nu;
  }

  @Override
  public boolean weighs() {
    return true;
  }

  @Override
  public boolean needsRoot() {
    return false;
  }

  /** 2f + 1, for equal weights. */
  @Override
  public int needed(int attackers) {
    Requirement.attackers(attackers);
    return 2 * attackers + 1;
  }

  @Override
  public void check(int cohort, int attackers) {
    Requirement.counts(cohort, attackers);
    Requirement.atLeast(name(), "2f + 1", needed(attackers), cohort);
  }

  @Override
  public float[] combine(Cohort cohort, RandomGenerator random) {
    check(cohort.size(), 0);
    float[][] deltas = cohort.deltas();
    double[] coefficients = new double[deltas.length];
    float[] centre = CoordinateMedian.of(deltas);
    for (int step = 0; step < iterations; step++) {
      for (int i = 0; i < deltas.length; i++) {
        double distance = Math.sqrt(Distances.squared(centre, deltas[i]));
        coefficients[i] = cohort.weights()[i] / Math.max(nu, distance);
      }
      double total = Arrays.stream(coefficients).sum();
      for (int i = 0; i < deltas.length; i++) {
        coefficients[i] /= total;
      }
      float[] next = Combination.of(deltas, coefficients);
      if (Arrays.equals(next, centre)) {
        return next;
      }
      centre = next;
    }
    return centre;
  }
}
