package dev.kula.data.partition;

import java.util.random.RandomGenerator;
import org.apache.commons.rng.sampling.distribution.DirichletSampler;

/** Random shares that sum to 1, and how shares become whole rows. */
final class Proportions {
  private Proportions() {}

  /**
   * One draw from the symmetric Dirichlet distribution.
   *
   * @param count how many shares, at least 1
   * @param alpha concentration, within {@link PartitionSpec#SMALLEST_ALPHA} and {@link
   *     PartitionSpec#LARGEST_ALPHA}
   */
  static double[] dirichlet(RandomGenerator random, int count, double alpha) {
    if (count == 1) {
      return new double[] {1};
    }
    return DirichletSampler.symmetric(random::nextLong, count, alpha).sample();
  }

  /**
   * Cuts {@code total} rows at the rounded cumulative shares.
   *
   * @return first row of each share, and {@code total} at the end
   */
  static int[] cut(double[] shares, int total) {
    int[] bounds = new int[shares.length + 1];
    double cumulative = 0;
    for (int i = 0; i < shares.length; i++) {
      cumulative += shares[i];
      bounds[i + 1] = Math.min(total, (int) Math.round(cumulative * total));
    }
    bounds[shares.length] = total;
    return bounds;
  }
}
