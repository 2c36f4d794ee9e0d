package dev.kula.aggregate.attack;

/** Poisons the samples of attackers, who then train as everybody does. */
public sealed interface DataAttack extends Attack permits LabelFlip, Backdoor {
  /**
   * Poisons one sample.
   *
   * @param features overwritten where the attack touches them
   * @param label from 0 to below {@code classes}
   * @return the label to train with
   * @throws IllegalArgumentException if the sample does not fit the attack
   */
  int poison(float[] features, int label, int classes);
}
