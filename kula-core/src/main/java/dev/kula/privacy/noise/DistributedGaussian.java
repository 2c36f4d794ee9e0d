package dev.kula.privacy.noise;

/**
 * A device's part of Gaussian noise that hides in a sum: each of at least {@code contributors}
 * honest devices adds a {@link DiscreteGaussian} of its own to its vector, and the sum of all is
 * ρ-zCDP, where neighbours are two sums in one of which all data of one device are others. So the
 * sum has the noise of one device's Gaussian mechanism, and each vector less by √contributors.
 *
 * <p>A vector is clipped to {@code clip} in the L2 norm and rounded to the grid of {@link #step()},
 * a power of two, so that floats hold its multiples exactly. One device's vector moves the sum by
 * at most Δ = 2·clip/γ + (1 + 2⁻¹⁰)√d steps, rounding included, and every part has σ ≥ Δ/√(2ρn)
 * steps. A sum of n discrete Gaussians is not one itself; by Kairouz, Liu and Steinke 2021, <i>The
 * Distributed Discrete Gaussian Mechanism</i>, Theorem 1, what it differs by is below
 * 10·n·exp(−π²σ²), which with σ ≥ {@value #LEAST_SIGMA} is less than 10⁻¹⁰⁰⁰ and counts as 0.
 *
 * <p><b>Protects</b> against whoever sees the sum alone, such as a server under secure aggregation,
 * with fewer than all but {@code contributors} of the cohort in league with it. <b>Does not
 * protect</b> against who sees the vector itself.
 *
 * <p>Immutable, thread safe.
 *
 * @param clip L2 norm, positive and finite
 * @param rho ρ of the sum, positive and finite
 * @param coordinates d
 * @param contributors n, devices whose noise is in the sum for certain, at least 1
 */
public record DistributedGaussian(double clip, double rho, int coordinates, int contributors) {
  /** Below this a sum of discrete Gaussians would have to be told from one. */
  static final int LEAST_SIGMA = 16;

  private static final double ROUNDING = 1 + 0x1p-10;

  /** Rounding may take this share of the sensitivity. */
  private static final double MOST_ROUNDING = 1.0 / 32;

  /** Standard deviations beyond which a part is cut off; met once in 10³² draws. */
  private static final int TAIL = 12;

  public DistributedGaussian {
    if (!(clip > 0) || Double.isInfinite(clip) || !(rho > 0) || Double.isInfinite(rho)) {
      throw new IllegalArgumentException(
          "clip is %s and rho %s, must be positive and finite".formatted(clip, rho));
    }
    if (coordinates < 1 || contributors < 1) {
      throw new IllegalArgumentException(
          "coordinates are %d and contributors %d, must be at least 1"
              .formatted(coordinates, contributors));
    }
  }

  /** γ, of which every result is a multiple; a power of two. */
  public double step() {
    double most = MOST_ROUNDING * 2 * clip / (ROUNDING * Math.sqrt(coordinates));
    double step = Math.scalb(1.0, Math.getExponent(most));
    while (sigma(step) < LEAST_SIGMA) {
      step /= 2;
    }
    return step;
  }

  /** σ of a device's part, in steps. */
  public long sigma() {
    return sigma(step());
  }

  private long sigma(double step) {
    double sensitivity = 2 * clip / step + ROUNDING * Math.sqrt(coordinates);
    return (long) Math.ceil(sensitivity / Math.sqrt(2 * rho * contributors));
  }

  /** The most that a number of a vector can be, in steps. */
  public long largest() {
    return (long) Math.ceil(clip / step()) + 1 + TAIL * sigma();
  }

  /** Standard deviation of the noise in each coordinate of the sum, if nobody adds more. */
  public double stddevOfSum() {
    return sigma() * step() * Math.sqrt(contributors);
  }

  /** Clips and rounds a vector, and adds this device's part of the noise. */
  public void addTo(float[] values, NoiseSource noise) {
    if (values.length != coordinates) {
      throw new IllegalArgumentException(
          "vector has %d numbers, must have %d".formatted(values.length, coordinates));
    }
    GaussianMechanism.clip(values, 0, values.length, clip);
    double step = step();
    DiscreteGaussian part = new DiscreteGaussian(sigma());
    long largest = largest();
    for (int i = 0; i < values.length; i++) {
      long noised = Math.round(values[i] / step) + part.sample(noise);
      values[i] = (float) (step * Math.clamp(noised, -largest, largest));
    }
  }
}
