package dev.kula.privacy.accounting;

/**
 * Conversions of zero-concentrated differential privacy (zCDP). ρ adds up under adaptive
 * composition, which is why accounts are kept in it; people read (ε, δ).
 *
 * <p>Source: Bun and Steinke 2016, <i>Concentrated Differential Privacy</i>, Proposition 1.3 and
 * Lemma 1.7.
 */
public final class ZeroConcentrated {
  private ZeroConcentrated() {}

  /**
   * The ε of (ε, δ)-differential privacy that ρ-zCDP implies: ρ + 2√(ρ ln(1/δ)).
   *
   * @param rho 0 or more, possibly infinite
   * @param delta in (0, 1)
   * @return 0 for ρ = 0, infinite for infinite ρ
   */
  public static double epsilon(double rho, double delta) {
    requireNotNegative("rho", rho);
    requireProbability(delta);
    return rho + 2 * Math.sqrt(rho * -Math.log(delta));
  }

  /**
   * The largest ρ whose {@link #epsilon} is at most {@code epsilon}.
   *
   * @param epsilon 0 or more, possibly infinite
   * @param delta in (0, 1)
   * @return infinite for infinite ε
   */
  public static double rho(double epsilon, double delta) {
    requireNotNegative("epsilon", epsilon);
    requireProbability(delta);
    if (Double.isInfinite(epsilon)) {
      return epsilon;
    }
    double logInverseDelta = -Math.log(delta);
    // √(ε + L) − √L, written so that small ε does not cancel.
    double root = epsilon / (Math.sqrt(epsilon + logInverseDelta) + Math.sqrt(logInverseDelta));
    return root * root;
  }

  /** Refuses a number below 0, and one that is none. */
  public static void requireNotNegative(String name, double value) {
    if (!(value >= 0)) {
      throw new IllegalArgumentException("%s is %s, must be 0 or more".formatted(name, value));
    }
  }

  static void requireProbability(double delta) {
    if (!(delta > 0 && delta < 1)) {
      throw new IllegalArgumentException("delta is " + delta + ", must be in (0, 1)");
    }
  }
}
