package dev.kula.aggregate.secure;

import dev.kula.KulaException;
import dev.kula.secagg.NeighbourhoodSize;
import dev.kula.secagg.Neighbourhoods;

/** Who masks with whom, whatever the size of a cohort. A tenth of it may be corrupt. */
public enum Graph {
  /** Everybody with everybody. */
  COMPLETE {
    @Override
    public boolean fits(int cohort) {
      return cohort >= FEWEST;
    }

    @Override
    public Neighbourhoods of(int cohort) {
      return Neighbourhoods.Complete.against(corrupt(cohort), cohort);
    }
  },
  /** Everybody with enough of the others; a tenth may drop out, too. */
  SPARSE {
    @Override
    public boolean fits(int cohort) {
      if (cohort < FEWEST) {
        return false;
      }
      try {
        return of(cohort).threshold() > 0;
      } catch (KulaException none) {
        return false;
      }
    }

    @Override
    public Neighbourhoods of(int cohort) {
      return new NeighbourhoodSize(cohort, CORRUPT, DROPPING, SECURITY_BITS, CORRECTNESS_BITS)
          .smallest();
    }
  };

  /** A sum of two tells each of them the other's part. */
  private static final int FEWEST = 3;

  private static final double CORRUPT = 0.1;
  private static final double DROPPING = 0.1;
  private static final int SECURITY_BITS = 40;
  private static final int CORRECTNESS_BITS = 20;

  /** Whether a cohort of that size can have this graph. */
  public abstract boolean fits(int cohort);

  /**
   * Neighbourhoods of a cohort.
   *
   * @throws dev.kula.KulaException blaming the user if it is too small for this graph
   */
  public abstract Neighbourhoods of(int cohort);

  /** How many of a cohort may be in league with the server. */
  public static int corrupt(int cohort) {
    return (int) (CORRUPT * cohort);
  }
}
