package dev.kula.audit;

import dev.kula.Seed;
import dev.kula.model.ModelSpec;
import dev.kula.model.TrainingPlan;
import java.util.List;

/**
 * What to attack, and how often.
 *
 * @param model architecture
 * @param releases at least one, in the order in which they are reported
 * @param local how devices train for an update
 * @param visitShare share of a device's records that a visit or a copy opens, in (0, 1]
 * @param trials releases for each attack, half of them with the record; at least {@link #FEWEST}.
 *     The first half chooses and fits what the second half is attacked with
 * @param threads that compute, at least 1; the result does not depend on it
 * @param seed of all randomness, that of the noise too
 */
public record AuditSettings(
    ModelSpec model,
    List<AuditedRelease> releases,
    TrainingPlan local,
    double visitShare,
    int trials,
    int threads,
    Seed seed) {
  /** With fewer, some half would have a record twice on one side only. */
  public static final int FEWEST = 40;

  public AuditSettings {
    releases = List.copyOf(releases);
    if (releases.isEmpty()) {
      throw new IllegalArgumentException("0 releases to audit, must be at least 1");
    }
    if (!(visitShare > 0 && visitShare <= 1)) {
      throw new IllegalArgumentException("visitShare is " + visitShare + ", must be in (0, 1]");
    }
    if (trials < FEWEST || threads < 1) {
      throw new IllegalArgumentException(
          "%d trials on %d threads, must be at least %d and 1".formatted(trials, threads, FEWEST));
    }
  }
}
