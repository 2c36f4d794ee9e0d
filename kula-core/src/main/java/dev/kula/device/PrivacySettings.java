package dev.kula.device;

import dev.kula.privacy.accounting.RenyiFilter;

/**
 * What a device's releases cost and how they are noised.
 *
 * @param filter limit of all noised releases of a run; an infinite ε turns noise off
 * @param protection which releases are noised
 * @param profileRho zCDP cost of one profile
 * @param outcomeRho zCDP cost of one round's outcomes
 * @param visit what a visit brings home, under {@link Protection#ALL}. Never sample by sample:
 *     which samples a lease opens was picked in the light of all
 * @param sums class sums, under {@link Protection#ALL}
 * @param update an update of the global model, under {@link Protection#ALL}
 */
public record PrivacySettings(
    RenyiFilter filter,
    Protection protection,
    double profileRho,
    double outcomeRho,
    ChangeProtection.WholeChange visit,
    SumProtection sums,
    ChangeProtection update) {
  /** Whether profiles, trials and outcomes of swaps have noise. */
  public boolean noisesProfiles() {
    return protection != Protection.NONE && Double.isFinite(filter.epsilon());
  }

  /** Whether an update's noise hides single records. */
  boolean hidesRecordsInUpdates() {
    return noisesEverything() && update instanceof ChangeProtection.EachSample;
  }

  /** Whether all that a device releases has noise. */
  public boolean noisesEverything() {
    return protection == Protection.ALL && Double.isFinite(filter.epsilon());
  }
}
