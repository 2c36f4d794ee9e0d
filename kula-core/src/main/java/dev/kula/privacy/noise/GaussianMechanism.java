package dev.kula.privacy.noise;

/**
 * Adds Gaussian noise of standard deviation Δ/√(2ρ) to a vector, which makes it ρ-zCDP if one
 * record more or less moves the vector by at most Δ in the L2 norm. The caller must have made sure
 * of Δ (see {@link #clip}) and must have charged ρ. Post-processing the result is free; a second
 * draw on the same data is not: keep the bytes and send them again.
 *
 * <p>Immutable, thread safe. Source: Bun and Steinke 2016, Proposition 1.6. What floating-point
 * numbers leave unprotected is said at {@link NoiseSource}.
 *
 * @param l2Sensitivity Δ, positive and finite
 * @param rho ρ, positive; infinite means no noise
 */
public record GaussianMechanism(double l2Sensitivity, double rho) {
  public GaussianMechanism {
    if (!(l2Sensitivity > 0) || Double.isInfinite(l2Sensitivity)) {
      throw new IllegalArgumentException(
          "l2Sensitivity is " + l2Sensitivity + ", must be positive and finite");
    }
    if (!(rho > 0)) {
      throw new IllegalArgumentException(
          "rho is " + rho + ", must be positive: an account with nothing left releases nothing");
    }
  }

  /** Standard deviation of the noise in each coordinate; 0 if ρ is infinite. */
  public double stddev() {
    return l2Sensitivity / Math.sqrt(2 * rho);
  }

  /** Adds noise to every coordinate. */
  public void addTo(double[] values, NoiseSource noise) {
    double stddev = stddev();
    if (stddev == 0) {
      return;
    }
    for (int i = 0; i < values.length; i++) {
      values[i] += stddev * noise.nextGaussian();
    }
  }

  /** Adds noise to every coordinate; the sum is taken in double precision and then rounded. */
  public void addTo(float[] values, NoiseSource noise) {
    addTo(values, 0, values.length, noise);
  }

  /** Adds noise to the coordinates from {@code from} to before {@code to}. */
  public void addTo(float[] values, int from, int to, NoiseSource noise) {
    double stddev = stddev();
    if (stddev == 0) {
      return;
    }
    for (int i = from; i < to; i++) {
      values[i] = (float) (values[i] + stddev * noise.nextGaussian());
    }
  }

  /**
   * Scales {@code values[from..to)} down so that its L2 norm is at most {@code norm}. A vector
   * whose norm is not finite becomes zero, so that one overflow cannot undo the bound.
   *
   * @param norm positive
   * @return the factor applied, in [0, 1]
   */
  public static double clip(float[] values, int from, int to, double norm) {
    if (!(norm > 0)) {
      throw new IllegalArgumentException("norm is " + norm + ", must be positive");
    }
    double squares = 0;
    for (int i = from; i < to; i++) {
      squares += (double) values[i] * values[i];
    }
    double actual = Math.sqrt(squares);
    if (actual <= norm) {
      return 1;
    }
    boolean finite = actual < Double.POSITIVE_INFINITY;
    // Rounding to float may lengthen the vector by an ulp or so: leave room for it.
    double factor = finite ? norm / actual * (1 - 0x1p-23) : 0;
    for (int i = from; i < to; i++) {
      values[i] = finite ? (float) (values[i] * factor) : 0f;
    }
    return factor;
  }
}
