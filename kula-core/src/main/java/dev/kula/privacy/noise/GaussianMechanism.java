package dev.kula.privacy.noise;

/**
 * Adds Gaussian noise to a vector, which makes it ρ-zCDP if one record more or less moves the
 * vector by at most Δ in the L2 norm. The caller must have made sure of Δ (see {@link #clip}) and
 * must have charged ρ. Post-processing the result is free; a second draw on the same data is not:
 * keep the bytes and send them again.
 *
 * <p>What comes out are multiples of a step γ that depends on Δ, ρ and the number of coordinates
 * alone. Each coordinate is rounded to the grid and gets an exact draw of the {@link
 * DiscreteGaussian} of σ = 2²⁰ steps: the low-order bits of a result say no more than its integer
 * does (Mironov 2012). Rounding moves two neighbours' coordinates apart by at most one step more,
 * and a division in doubles by less than 2⁻¹⁰ of a step, so that in steps the sensitivity is at
 * most Δ/γ + (1 + 2⁻¹⁰)√d by the triangle inequality. With γ = Δ/(2²⁰√(2ρ) − (1 + 2⁻¹⁰)√d) that is
 * 2²⁰√(2ρ), whose square over 2σ² is ρ. The noise is larger than that of the continuous mechanism,
 * Δ/√(2ρ), by the factor 1/(1 − √d/(2²⁰√(2ρ))): a third of a percent for 160,000 coordinates at ρ =
 * 0.01.
 *
 * <p>Values count up to 2⁴⁰ steps, a million σ, in magnitude; what is not a number counts as 0.
 *
 * <p>Immutable, thread safe. Sources: Bun and Steinke 2016, Proposition 1.6; Canonne, Kamath and
 * Steinke 2020, Theorem 4. <b>Not protected:</b> the time that a draw takes; memory that others
 * read.
 *
 * @param l2Sensitivity Δ, positive and finite
 * @param rho ρ, positive; infinite means no noise
 * @param coordinates d, how many numbers Δ and ρ are stated for, in one call or several
 */
public record GaussianMechanism(double l2Sensitivity, double rho, int coordinates) {
  private static final DiscreteGaussian NOISE =
      new DiscreteGaussian(DiscreteGaussian.LARGEST_SIGMA);

  private static final double MOST_STEPS = 0x1p40;
  private static final double ROUNDING = 1 + 0x1p-10;

  public GaussianMechanism {
    if (!(l2Sensitivity > 0) || Double.isInfinite(l2Sensitivity)) {
      throw new IllegalArgumentException(
          "l2Sensitivity is " + l2Sensitivity + ", must be positive and finite");
    }
    if (!(rho > 0)) {
      throw new IllegalArgumentException(
          "rho is " + rho + ", must be positive: an account with nothing left releases nothing");
    }
    if (coordinates < 1 || !(stepsOfDelta(rho, coordinates) > 0)) {
      throw new IllegalArgumentException(
          "coordinates are %d, must be at least 1, and few enough for a rho of %s"
              .formatted(coordinates, rho));
    }
  }

  /** Δ/γ. */
  private static double stepsOfDelta(double rho, int coordinates) {
    return NOISE.sigma() * Math.sqrt(2 * rho) - ROUNDING * Math.sqrt(coordinates);
  }

  /** γ, of which every result is a multiple; 0 if ρ is infinite. */
  public double step() {
    return l2Sensitivity / stepsOfDelta(rho, coordinates);
  }

  /** Standard deviation of the noise in each coordinate; 0 if ρ is infinite. */
  public double stddev() {
    return NOISE.sigma() * step();
  }

  /** Adds noise to every coordinate. */
  public void addTo(double[] values, NoiseSource noise) {
    double step = step();
    if (step == 0) {
      return;
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = step * noised(values[i] / step, noise);
    }
  }

  /** Adds noise to every coordinate; results are rounded to floats. */
  public void addTo(float[] values, NoiseSource noise) {
    addTo(values, 0, values.length, noise);
  }

  /** Adds noise to the coordinates from {@code from} to before {@code to}. */
  public void addTo(float[] values, int from, int to, NoiseSource noise) {
    double step = step();
    if (step == 0) {
      return;
    }
    for (int i = from; i < to; i++) {
      values[i] = (float) (step * noised(values[i] / step, noise));
    }
  }

  /** A value in steps with its noise, in steps. */
  private static long noised(double steps, NoiseSource noise) {
    long rounded = Double.isNaN(steps) ? 0 : Math.round(Math.clamp(steps, -MOST_STEPS, MOST_STEPS));
    return rounded + NOISE.sample(noise);
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
