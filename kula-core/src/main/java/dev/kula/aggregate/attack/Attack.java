package dev.kula.aggregate.attack;

import dev.kula.KulaException;

/**
 * What devices in the attackers' hands do, for simulations: a {@link DataAttack} poisons their
 * samples before they train, an {@link UpdateAttack} replaces the updates that they send. Attacks
 * are immutable and thread safe.
 */
public sealed interface Attack permits DataAttack, UpdateAttack {
  /** As {@link #parse} reads it. */
  String name();

  /**
   * Reads {@code sign-flip[:SCALE]}, {@code gaussian:STDDEV}, {@code inner-product:EPSILON}, {@code
   * a-little-is-enough[:Z]}, {@code label-flip} or {@code backdoor:TARGET:VALUE:PIXEL,PIXEL…}.
   *
   * @throws KulaException blaming the user for anything else
   */
  static Attack parse(String text) {
    return AttackText.parse(text);
  }
}
