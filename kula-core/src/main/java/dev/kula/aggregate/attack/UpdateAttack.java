package dev.kula.aggregate.attack;

import java.util.List;
import java.util.random.RandomGenerator;

/** Replaces the updates of attackers, who know those of everybody. */
public sealed interface UpdateAttack extends Attack
    permits SignFlip, GaussianAttack, InnerProduct, ALittleIsEnough {
  /**
   * Writes what attackers send over what they would have sent.
   *
   * @param honest updates of all others, of one size; not changed
   * @param own one or more updates of that size as attackers got them from honest training;
   *     overwritten
   * @param random for what the attack draws; seeded, as this is for simulations
   * @throws dev.kula.KulaException blaming the user if the attack needs more honest updates
   */
  void forge(List<float[]> honest, List<float[]> own, RandomGenerator random);
}
