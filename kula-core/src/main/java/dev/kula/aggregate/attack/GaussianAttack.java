package dev.kula.aggregate.attack;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Every attacker sends independent normal noise around zero instead of its update (Blanchard et al.
 * 2017, experiments).
 *
 * @param stddev of every parameter; positive and at most 10⁶
 */
public record GaussianAttack(double stddev) implements UpdateAttack {
  static final String NAME = "gaussian";

  public GaussianAttack {
    AttackText.positive("stddev", stddev);
  }

  @Override
  public String name() {
    return NAME + ":" + stddev;
  }

  @Override
  public void forge(List<float[]> honest, List<float[]> own, RandomGenerator random) {
    for (float[] update : own) {
      for (int i = 0; i < update.length; i++) {
        update[i] = (float) (stddev * random.nextGaussian());
      }
    }
  }
}
