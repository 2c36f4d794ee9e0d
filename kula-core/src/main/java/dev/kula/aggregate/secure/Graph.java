package dev.kula.aggregate.secure;

import dev.kula.secagg.NeighbourhoodSize;
import dev.kula.secagg.Neighbourhoods;

/** Who masks with whom, whatever the size of a cohort. A tenth of it may be corrupt. */
public enum Graph {
  /** Everybody with everybody. */
  COMPLETE {
    @Override
    public Neighbourhoods of(int cohort) {
      return Neighbourhoods.Complete.against(corrupt(cohort), cohort);
    }
  },
  /** Everybody with enough of the others; a tenth may drop out, too. */
  SPARSE {
    @Override
    public Neighbourhoods of(int cohort) {
      return new NeighbourhoodSize(cohort, CORRUPT, DROPPING, SECURITY_BITS, CORRECTNESS_BITS)
          .smallest();
    }
  };

  private static final double CORRUPT = 0.1;
  private static final double DROPPING = 0.1;
  private static final int SECURITY_BITS = 40;
  private static final int CORRECTNESS_BITS = 20;

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
