package dev.kula.device;

/**
 * What a device's releases cost and how they are noised.
 *
 * @param epsilonLimit of the whole account; infinite turns noise off
 * @param delta of the account
 * @param protection which releases are noised
 * @param profileRho zCDP cost of one profile
 * @param outcomeRho zCDP cost of one round's outcomes
 * @param visitRho zCDP cost of one visit, under {@link Protection#ALL}
 * @param updateRho zCDP cost of one update, under {@link Protection#ALL}
 * @param updateClip L2 norm to which updates are clipped, under {@link Protection#ALL}
 * @param visitClip L2 norm to which visits' results are clipped, under {@link Protection#ALL}
 */
public record PrivacySettings(
    double epsilonLimit,
    double delta,
    Protection protection,
    double profileRho,
    double outcomeRho,
    double visitRho,
    double updateRho,
    double updateClip,
    double visitClip) {
  boolean noisesProfiles() {
    return protection != Protection.NONE && Double.isFinite(epsilonLimit);
  }

  boolean noisesEverything() {
    return protection == Protection.ALL && Double.isFinite(epsilonLimit);
  }
}
