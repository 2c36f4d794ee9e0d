package dev.kula.swap;

/**
 * The receiver's decision on one swap: does fine-tuning with it do better on held-out samples that
 * chose nothing else? The samples are few, so a gain must also stand out from their spread: without
 * that, about half of all useless swaps would pass, and each one that passes by luck costs a
 * little. Thread safe.
 *
 * @param trustedTolerance relative gain that a source of good reputation must exceed, 0 or more
 * @param tolerance relative gain that any other source must exceed
 * @param standardErrors how many standard errors of the paired difference a gain must exceed beyond
 *     the tolerance, 0 or more; 1.28 lets a tenth of the useless swaps pass
 * @param folds of the cross-validation, at least 2
 */
public record Gate(double trustedTolerance, double tolerance, double standardErrors, int folds) {
  /** 0 for trusted sources, 0.05 for others, 1.28 standard errors, three folds. */
  public static Gate defaults() {
    return new Gate(0.0, 0.05, 1.28, 3);
  }

  public Gate {
    if (trustedTolerance < 0 || tolerance < 0 || standardErrors < 0 || folds < 2) {
      throw new IllegalArgumentException(
          "gate needs tolerances of 0 or more and two folds, not %s, %s, %s and %d"
              .formatted(trustedTolerance, tolerance, standardErrors, folds));
    }
  }

  /** What a swap did for its receiver. */
  public enum Verdict {
    /** It lowered the cross-validated loss by more than the tolerance, and not by luck. */
    USEFUL,
    /** It changed little. Not useful to this receiver is not malicious. */
    NEUTRAL,
    /** It raised the cross-validated loss by more than the tolerance for unknown sources. */
    HARMFUL
  }

  /**
   * Compares the losses of the same samples.
   *
   * @param without weighted loss of each sample without the swap; at least one
   * @param with weighted loss of each sample with it
   * @param trusted whether the monitor vouches for the source
   */
  public Verdict judge(double[] without, double[] with, boolean trusted) {
    int samples = without.length;
    double base = 0;
    double gain = 0;
    for (int i = 0; i < samples; i++) {
      base += without[i] / samples;
      gain += (without[i] - with[i]) / samples;
    }
    double squares = 0;
    for (int i = 0; i < samples; i++) {
      double deviation = without[i] - with[i] - gain;
      squares += deviation * deviation;
    }
    double standardError =
        samples < 2 ? Double.POSITIVE_INFINITY : Math.sqrt(squares / (samples - 1) / samples);
    double required = (trusted ? trustedTolerance : tolerance) * base;
    if (gain > required + standardErrors * standardError) {
      return Verdict.USEFUL;
    }
    return gain < -tolerance * base - standardErrors * standardError
        ? Verdict.HARMFUL
        : Verdict.NEUTRAL;
  }
}
