package dev.kula.swap;

/**
 * The receiver's decision on one swap: does fine-tuning with it do better on held-out samples that
 * chose nothing else? Thread safe.
 *
 * @param trustedTolerance relative gain that a source of good reputation must exceed, 0 or more
 * @param tolerance relative gain that any other source must exceed
 * @param repeats times that both sides are trained, with the same seeds on both, at least 1
 */
public record Gate(double trustedTolerance, double tolerance, int repeats) {
  /** Section 4 of the design's formulas: 0 for trusted sources, 0.05 for others, two repeats. */
  public static Gate defaults() {
    return new Gate(0.0, 0.05, 2);
  }

  public Gate {
    if (trustedTolerance < 0 || tolerance < 0 || repeats < 1) {
      throw new IllegalArgumentException(
          "gate needs tolerances of 0 or more and a repeat, not %s, %s and %d"
              .formatted(trustedTolerance, tolerance, repeats));
    }
  }

  /** What a swap did for its receiver. */
  public enum Verdict {
    /** It lowered the held-out loss by more than the tolerance. */
    USEFUL,
    /** It changed little. Not useful to this receiver is not malicious. */
    NEUTRAL,
    /** It raised the held-out loss by more than the tolerance for unknown sources. */
    HARMFUL
  }

  /**
   * Compares mean held-out losses.
   *
   * @param lossWithout without the swap
   * @param lossWith with it
   * @param trusted whether the monitor vouches for the source
   */
  public Verdict judge(double lossWithout, double lossWith, boolean trusted) {
    double gain = (lossWithout - lossWith) / Math.max(lossWithout, 1e-9);
    double required = trusted ? trustedTolerance : tolerance;
    if (gain > required) {
      return Verdict.USEFUL;
    }
    return gain < -tolerance ? Verdict.HARMFUL : Verdict.NEUTRAL;
  }
}
