package dev.kula.aggregate.robust;

import dev.kula.KulaException;
import java.util.random.RandomGenerator;

/**
 * FLTrust: the server makes an update of its own, the root, from a little data that it trusts. The
 * others are scaled to the root's norm and averaged by their trust score, the cosine between them
 * and the root where it is positive and 0 otherwise (Cao et al. 2021, equations 2 to 4 and
 * algorithm 2). Stands any number of attackers, as far as the root is right. Weights do not count.
 *
 * <p>Where no update has a positive score the result is zero: the model stays.
 */
public record TrustedRoot() implements RobustRule {
  static final String NAME = "trusted-root";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean weighs() {
    return false;
  }

  @Override
  public boolean needsRoot() {
    return true;
  }

  @Override
  public int needed(int attackers) {
    Requirement.attackers(attackers);
    return Math.max(1, attackers);
  }

  @Override
  public void check(int cohort, int attackers) {
    Requirement.counts(cohort, attackers);
  }

  @Override
  public float[] combine(Cohort cohort, RandomGenerator random) {
    float[] root =
        cohort
            .root()
            .orElseThrow(
                () ->
                    KulaException.user(
                        "rule '%s' has no root update, must have one; train on data that the server trusts, or take another rule"
                            .formatted(name())));
    float[][] deltas = cohort.deltas();
    double[] norms = Distances.norms(deltas);
    double rootNorm = Distances.norm(root);
    double[] coefficients = new double[deltas.length];
    double total = 0;
    for (int i = 0; i < deltas.length; i++) {
      double scale = norms[i] * rootNorm;
      double score = scale > 0 ? Math.max(0, Distances.product(root, deltas[i]) / scale) : 0;
      total += score;
      coefficients[i] = score > 0 ? score * rootNorm / norms[i] : 0;
    }
    for (int i = 0; i < deltas.length && total > 0; i++) {
      coefficients[i] /= total;
    }
    return Combination.of(deltas, coefficients);
  }
}
