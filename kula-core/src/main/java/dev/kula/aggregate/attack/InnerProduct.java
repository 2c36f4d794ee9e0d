package dev.kula.aggregate.attack;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Inner product manipulation: every attacker sends −ε times the mean of the honest updates, so that
 * what the server combines points away from it (Xie, Koyejo and Gupta 2020, <i>Fall of
 * empires</i>). A small ε stays among the honest updates, a large one overturns a mean.
 *
 * @param epsilon ε, positive and at most 10⁶
 */
public record InnerProduct(double epsilon) implements UpdateAttack {
  static final String NAME = "inner-product";

  public InnerProduct {
    AttackText.positive("epsilon", epsilon);
  }

  @Override
  public String name() {
    return NAME + ":" + epsilon;
  }

  @Override
  public void forge(List<float[]> honest, List<float[]> own, RandomGenerator random) {
    double[] mean = HonestMoments.mean(name(), honest);
    for (float[] update : own) {
      for (int i = 0; i < update.length; i++) {
        update[i] = (float) (-epsilon * mean[i]);
      }
    }
  }
}
