package dev.kula.privacy;

import dev.kula.KulaException;
import dev.kula.data.Decimal;
import dev.kula.privacy.accounting.RenyiFilter;
import dev.kula.privacy.accounting.ZeroConcentrated;

/**
 * How a device's account is divided over a run before it starts: the ρ of a single release of each
 * kind. If a device makes no more than the planned releases, a {@link PrivacyLedger} with the same
 * limit never refuses one. Divided by kind in proportion to {@link Shares}; the share of a kind
 * with no release goes to the others; within a kind all releases are alike.
 *
 * <p>Immutable, thread safe.
 *
 * @param filter the account's limit
 * @param planned number of releases
 * @param profileRho ρ of one profile; 0 where none is planned, infinite if ε is
 * @param outcomeRho ρ of one release of swap outcomes, likewise
 * @param visitRho ρ of one visit's result, likewise
 * @param updateRho ρ of one model update, likewise
 */
public record PrivacyBudget(
    RenyiFilter filter,
    Releases planned,
    double profileRho,
    double outcomeRho,
    double visitRho,
    double updateRho) {
  /** ρ that is left over so that sums of rounded numbers stay within the limit, as a fraction. */
  private static final double ROUNDING_MARGIN = 1e-9;

  /**
   * How many noised releases a device makes in a run, at most.
   *
   * @param profiles noised profiles
   * @param outcomes releases of swap outcomes
   * @param visits results of visits by other devices' models; 0 if they are not noised
   * @param updates updates of the global model; 0 if they are not noised
   */
  public record Releases(int profiles, int outcomes, int visits, int updates) {
    public Releases {
      if (profiles < 0 || outcomes < 0 || visits < 0 || updates < 0) {
        throw new IllegalArgumentException("releases must be 0 or more");
      }
    }
  }

  /**
   * Relative weights of the kinds, 0 or more; a planned kind must have a positive one. Written as
   * four numbers, such as {@code 0.25,0.05,0.35,0.35}.
   *
   * @param profiles all profiles together
   * @param outcomes all outcomes together
   * @param visits all visits together
   * @param updates all updates together
   */
  public record Shares(double profiles, double outcomes, double visits, double updates) {
    public Shares {
      ZeroConcentrated.requireNotNegative("profiles", profiles);
      ZeroConcentrated.requireNotNegative("outcomes", outcomes);
      ZeroConcentrated.requireNotNegative("visits", visits);
      ZeroConcentrated.requireNotNegative("updates", updates);
    }

    /**
     * Reads the notation.
     *
     * @throws KulaException (USER) if these are not four numbers above 0
     */
    public static Shares parse(String notation) {
      String[] parts = notation.split(",", -1);
      double[] weights = new double[4];
      boolean sound = parts.length == weights.length;
      for (int i = 0; sound && i < weights.length; i++) {
        weights[i] = Decimal.parse(parts[i]).orElse(0);
        sound = weights[i] > 0;
      }
      if (!sound) {
        throw KulaException.user(
            "privacy shares are '%s', must be four numbers above 0, of profiles, outcomes, visits and updates; try 0.25,0.05,0.35,0.35"
                .formatted(notation));
      }
      return new Shares(weights[0], weights[1], weights[2], weights[3]);
    }

    /**
     * Profiles 0.25, outcomes 0.05, visits 0.35, updates 0.35: most where noise meets gradients,
     * little where three counts are released. A judgement, not a measurement.
     */
    public static Shares defaults() {
      return new Shares(0.25, 0.05, 0.35, 0.35);
    }
  }

  /** Divides by the default shares. */
  public static PrivacyBudget allocate(RenyiFilter filter, Releases planned) {
    return allocate(filter, planned, Shares.defaults());
  }

  /** Divides an account. */
  public static PrivacyBudget allocate(RenyiFilter filter, Releases planned, Shares shares) {
    double rho = filter.limit();
    double total =
        weight(planned.profiles(), shares.profiles())
            + weight(planned.outcomes(), shares.outcomes())
            + weight(planned.visits(), shares.visits())
            + weight(planned.updates(), shares.updates());
    return new PrivacyBudget(
        filter,
        planned,
        each(rho, planned.profiles(), shares.profiles(), total),
        each(rho, planned.outcomes(), shares.outcomes(), total),
        each(rho, planned.visits(), shares.visits(), total),
        each(rho, planned.updates(), shares.updates(), total));
  }

  /** ρ of all planned releases together; at most the limit. */
  public double totalRho() {
    return times(planned.profiles(), profileRho)
        + times(planned.outcomes(), outcomeRho)
        + times(planned.visits(), visitRho)
        + times(planned.updates(), updateRho);
  }

  private static double weight(int releases, double share) {
    if (releases > 0 && share == 0) {
      throw new IllegalArgumentException("a planned kind of release needs a positive share");
    }
    return releases == 0 ? 0 : share;
  }

  private static double each(double rho, int releases, double share, double total) {
    if (releases == 0) {
      return 0;
    }
    return rho * (1 - ROUNDING_MARGIN) * (share / total) / releases;
  }

  private static double times(int releases, double rho) {
    return releases == 0 ? 0 : releases * rho;
  }
}
