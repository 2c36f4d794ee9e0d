package dev.kula.aggregate.attack;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Every attacker sends its own update times −scale (Li et al. 2019, <i>RSA</i>; Karimireddy et al.
 * 2022 as bit flipping, with scale 1).
 *
 * @param scale positive and at most 10⁶
 */
public record SignFlip(double scale) implements UpdateAttack {
  static final String NAME = "sign-flip";

  public SignFlip {
    AttackText.positive("scale", scale);
  }

  @Override
  public String name() {
    return NAME + ":" + scale;
  }

  @Override
  public void forge(List<float[]> honest, List<float[]> own, RandomGenerator random) {
    for (float[] update : own) {
      for (int i = 0; i < update.length; i++) {
        update[i] = (float) (-scale * update[i]);
      }
    }
  }
}
