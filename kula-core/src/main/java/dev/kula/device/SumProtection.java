package dev.kula.device;

import dev.kula.privacy.noise.GaussianMechanism;

/**
 * How {@link ClassSums} are protected before they leave.
 *
 * @param rho ρ of zCDP, positive; infinite for no noise
 * @param clip root mean square to which the numbers of an embedding are clipped, positive and
 *     finite: an embedding of d numbers has at most the norm clip · √d
 */
public record SumProtection(double rho, double clip) {
  public SumProtection {
    if (!(clip > 0) || Double.isInfinite(clip)) {
      throw new IllegalArgumentException("clip is " + clip + ", must be positive and finite");
    }
  }

  /** L2 norm to which embeddings of {@code width} numbers are clipped. */
  double norm(int width) {
    return clip * Math.sqrt(width);
  }

  /** The noise of the sums over the clip of so many classes, and of their counts' parts. */
  GaussianMechanism mechanism(int classes, int width) {
    return new GaussianMechanism(ClassSums.sensitivity(width), rho, classes * (1 + width));
  }

  /** Standard deviation of the noise in each number of a sum. */
  public double sumStddev(int classes, int width) {
    return mechanism(classes, width).stddev() * norm(width);
  }

  /** The same clip without noise. */
  SumProtection withoutNoise() {
    return new SumProtection(Double.POSITIVE_INFINITY, clip);
  }
}
