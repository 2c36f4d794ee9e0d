package dev.kula.secagg;

/**
 * Who masks with whom and keeps shares for whom, and how many shares of a device's secrets give
 * them away. Of a device with k neighbours a threshold t with 2t &gt; k + c keeps it safe from a
 * server with up to c corrupt neighbours of it: the honest ones reveal a share of one secret each,
 * and t shares of both would take 2t − c of them.
 */
public sealed interface Neighbourhoods {
  /** t: shares that give a secret away, and neighbours that a device needs in every phase. */
  int threshold();

  /** k in a cohort of that size. */
  int degree(int cohort);

  /** Below so many survivors no device reveals anything. */
  int fewestSurvivors(int cohort);

  /**
   * Refuses a cohort of a size that cannot have this graph.
   *
   * @throws IllegalArgumentException if it cannot
   */
  void requireFits(int cohort);

  /** c: up to so many corrupt neighbours of a device, its secrets are safe. */
  default int mostCorrupt(int cohort) {
    return 2 * threshold() - degree(cohort) - 1;
  }

  /**
   * Everybody with everybody. Bonawitz et al. 2017.
   *
   * @param threshold t, more than half of the others
   */
  record Complete(int threshold) implements Neighbourhoods {
    public Complete {
      requirePositive(threshold);
    }

    /** With the smallest threshold that is safe from so many corrupt devices. */
    public static Complete against(int corrupt, int cohort) {
      if (corrupt < 0 || corrupt >= cohort - 1) {
        throw new IllegalArgumentException(
            "corrupt is %d, must be from 0 to below %d, the cohort without oneself"
                .formatted(corrupt, cohort - 1));
      }
      return new Complete((cohort - 1 + corrupt) / 2 + 1);
    }

    @Override
    public int degree(int cohort) {
      return cohort - 1;
    }

    @Override
    public int fewestSurvivors(int cohort) {
      return threshold + 1;
    }

    @Override
    public void requireFits(int cohort) {
      requireThreshold(threshold, cohort - 1);
    }
  }

  /**
   * Each with {@code degree} others: a ring in the order of a random permutation, on which each is
   * next to the {@code degree}/2 before and after it (a Harary graph). Bell et al. 2020. {@link
   * NeighbourhoodSize} says how large the two numbers must be.
   *
   * @param degree k, even, less than the cohort
   * @param threshold t, more than half of the degree
   */
  record Sparse(int degree, int threshold) implements Neighbourhoods {
    public Sparse {
      requirePositive(threshold);
      if (degree < 2 || degree % 2 != 0) {
        throw new IllegalArgumentException(
            "degree is " + degree + ", must be even and at least 2, half of it to either side");
      }
      requireThreshold(threshold, degree);
    }

    @Override
    public int degree(int cohort) {
      return degree;
    }

    /** The same share of the cohort as the threshold is of a neighbourhood. */
    @Override
    public int fewestSurvivors(int cohort) {
      return Math.ceilDiv(cohort * threshold, degree);
    }

    @Override
    public void requireFits(int cohort) {
      if (degree >= cohort) {
        throw new IllegalArgumentException(
            "degree is %d, must be less than the cohort, %d; use Complete for small cohorts"
                .formatted(degree, cohort));
      }
    }
  }

  private static void requirePositive(int threshold) {
    if (threshold < 1) {
      throw new IllegalArgumentException("threshold is " + threshold + ", must be at least 1");
    }
  }

  private static void requireThreshold(int threshold, int degree) {
    if (2 * threshold <= degree || threshold > degree) {
      throw new IllegalArgumentException(
          "threshold is %d, must be more than half of the %d neighbours and at most all"
              .formatted(threshold, degree));
    }
  }
}
