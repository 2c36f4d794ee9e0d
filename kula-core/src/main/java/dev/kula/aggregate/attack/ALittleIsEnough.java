package dev.kula.aggregate.attack;

import dev.kula.KulaException;
import java.util.List;
import java.util.OptionalDouble;
import java.util.random.RandomGenerator;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * Every attacker sends μ − zσ, with the mean and standard deviation of every parameter over the
 * honest updates: not far enough from the mean to be told from honest updates, and in every round
 * on the same side (Baruch, Baruch and Goldberg 2019). In the paper attackers know only what they
 * trained themselves; here they know the honest updates, which is worse.
 *
 * <p>Without a z it is the paper's z<sub>max</sub>: of n updates of which f are the attackers' the
 * largest with Φ(z) ≤ (n − f − s) / (n − f), where s = ⌊n/2 + 1⌋ − f is the number of honest
 * updates that have to lie farther out for attackers to be in the majority. Where that is negative,
 * because attackers are few, it is 0: attackers then send the mean.
 *
 * @param z positive and at most 10⁶; empty to derive it
 */
public record ALittleIsEnough(OptionalDouble z) implements UpdateAttack {
  static final String NAME = "a-little-is-enough";

  public ALittleIsEnough {
    if (z.isPresent()) {
      AttackText.positive("z", z.getAsDouble());
    }
  }

  @Override
  public String name() {
    return z.isPresent() ? NAME + ":" + z.getAsDouble() : NAME;
  }

  /**
   * z<sub>max</sub>.
   *
   * @param cohort n
   * @param attackers f, below n/2
   * @throws KulaException blaming the user if attackers are half of the cohort or more
   */
  public static double derived(int cohort, int attackers) {
    if (attackers < 0 || 2L * attackers >= cohort) {
      throw KulaException.user(
          "attack '%s' has %d attackers of %d, must be below half to derive z; give z, or take fewer"
              .formatted(NAME, attackers, cohort));
    }
    int honest = cohort - attackers;
    int supporters = cohort / 2 + 1 - attackers;
    double share = (honest - supporters) / (double) honest;
    return Math.max(0, NormalDistribution.of(0, 1).inverseCumulativeProbability(share));
  }

  @Override
  public void forge(List<float[]> honest, List<float[]> own, RandomGenerator random) {
    double deviations = z.orElseGet(() -> derived(honest.size() + own.size(), own.size()));
    double[] mean = HonestMoments.mean(name(), honest);
    double[] stddev = HonestMoments.stddev(honest, mean);
    for (float[] update : own) {
      for (int i = 0; i < update.length; i++) {
        update[i] = (float) (mean[i] - deviations * stddev[i]);
      }
    }
  }
}
