package dev.kula.aggregate.attack;

/** Trains class c as class C − 1 − c, of C classes (Tolpegin et al. 2020; Fang et al. 2020). */
public record LabelFlip() implements DataAttack {
  static final String NAME = "label-flip";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int poison(float[] features, int label, int classes) {
    return classes - 1 - AttackText.label("label", label, classes);
  }
}
