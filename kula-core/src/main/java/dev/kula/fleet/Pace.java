package dev.kula.fleet;

import dev.kula.aggregate.Update;

/** Whose updates a round waits for. */
public sealed interface Pace {
  /** Those of the whole cohort. */
  Pace ALL = new All();

  /** Those of the whole cohort: what FedAvg says. */
  record All() implements Pace {}

  /**
   * The first of a cohort that is larger than need be; what comes later is thrown away. Bonawitz et
   * al. 2019, Towards federated learning at scale.
   *
   * @param share of the cohort, in (0, 1]
   */
  record First(double share) implements Pace {
    public First {
      if (!(share > 0 && share <= 1)) {
        throw new IllegalArgumentException(
            "share is %s, must be above 0 and at most 1".formatted(share));
      }
    }

    /** How many of {@code updates} count. */
    public int of(int updates) {
      return (int) Math.ceil(share * updates - 1e-9);
    }
  }

  /**
   * As many as a buffer holds, whoever they are from and whichever model they were made from; who
   * is slower goes on, and comes into a later buffer, for less: FedBuff, Nguyen et al. 2022,
   * Federated learning with buffered asynchronous aggregation, whose scaling by staleness it is
   * that a change which is τ models old counts 1/√(1 + τ) of what it is.
   *
   * @param updates at least 1
   */
  record Buffer(int updates) implements Pace {
    public Buffer {
      if (updates < 1) {
        throw new IllegalArgumentException("updates is %d, must be at least 1".formatted(updates));
      }
    }

    /** A change that was made from a model so many models old, as it counts now. */
    public static Update discounted(Update update, int staleness) {
      if (staleness == 0) {
        return update;
      }
      float discount = (float) (1 / Math.sqrt(1 + staleness));
      float[] delta = update.delta().clone();
      for (int i = 0; i < delta.length; i++) {
        delta[i] *= discount;
      }
      return update.withDelta(delta);
    }
  }
}
