package dev.kula.aggregate;

import dev.kula.KulaException;
import java.io.Serializable;

/**
 * A weighted sum in 64-bit fixed point. Integer addition is associative and commutative, so every
 * order of accumulating and every tree of merging gives the same bits, which no floating-point sum
 * does.
 *
 * <p>A parameter counts in steps of 2⁻³² of weight × delta: an update of weight 1 is rounded by at
 * most 1.2e-10 a parameter, below the rounding of a float parameter over 0.002. The sum has the
 * range ±2³¹; weights and losses count in steps of 2⁻²⁰. Whether a sum may leave its range is
 * decided by adding up the largest magnitude of every update, saturating; that too is associative,
 * so a cohort is refused or accepted whatever the order, and no sum in between can have overflowed.
 *
 * <p>Steps are added as doubles that hold whole numbers, which is exact, and so associative, up to
 * 2⁵³; before the magnitudes add up to more, sums settle into 64-bit integers. Processors without
 * AVX-512 add whole doubles four times as fast as they turn them into longs.
 *
 * <p>Serializable, so that parts of a cohort can fold in other processes.
 */
final class FixedPointSum implements PartialSum, Serializable {
  private static final long serialVersionUID = 1L;

  private static final double STEPS = 0x1p32;
  private static final double WEIGHT_STEPS = 0x1p20;

  /** Largest magnitude of one contribution, in steps; room for rounding below 2^63. */
  private static final double CONTRIBUTION_LIMIT = 0x1p62;

  /** Up to here every whole number is a double. */
  private static final long EXACT = 1L << 53;

  /** Whole numbers of steps, since {@link #settle()} last ran. */
  private final double[] recent;

  /** Steps before; empty if there were none. */
  private long[] settled = {};

  private long recentMagnitude;
  private long magnitude;
  private long weightSum;
  private long lossSum;
  private long lossMagnitude;
  private int updates;

  FixedPointSum(int parameters) {
    this.recent = new double[parameters];
  }

  @Override
  public void accumulate(Update update) {
    float[] delta = update.delta();
    requireSize(delta.length);
    long fixedWeight = (long) Math.rint(update.weight() * WEIGHT_STEPS);
    double scale = fixedWeight / WEIGHT_STEPS * STEPS;
    float largest = update.largest();
    double contribution = Math.ceil(largest * scale);
    double loss = update.trainingLoss() * fixedWeight;
    requireFinite(largest, delta, update.trainingLoss());
    requireRange(contribution <= CONTRIBUTION_LIMIT, largest, update.weight());
    requireRange(Math.abs(loss) <= CONTRIBUTION_LIMIT, update.trainingLoss(), update.weight());
    long nextMagnitude = addMagnitudes(magnitude, (long) contribution);
    long nextLossMagnitude = addMagnitudes(lossMagnitude, (long) Math.ceil(Math.abs(loss)));
    long nextWeight = addMagnitudes(weightSum, fixedWeight);
    requireTotals(nextMagnitude, nextLossMagnitude, nextWeight);

    makeRoom((long) contribution);
    add(delta, scale);
    lossSum += (long) Math.rint(loss);
    magnitude = nextMagnitude;
    lossMagnitude = nextLossMagnitude;
    weightSum = nextWeight;
    updates++;
  }

  /** A loop of its own, so that it becomes vector instructions. */
  private void add(float[] delta, double scale) {
    double[] into = recent;
    for (int i = 0; i < into.length; i++) {
      into[i] += Math.rint(delta[i] * scale);
    }
  }

  /** Keeps sums exact when some of this magnitude are to be added. */
  private void makeRoom(long contribution) {
    if (addMagnitudes(recentMagnitude, contribution) > EXACT) {
      settle();
    }
    recentMagnitude += contribution;
  }

  private void settle() {
    if (settled.length == 0) {
      settled = new long[recent.length];
    }
    for (int i = 0; i < recent.length; i++) {
      settled[i] += (long) recent[i];
      recent[i] = 0;
    }
    recentMagnitude = 0;
  }

  @Override
  public void merge(PartialSum other) {
    if (!(other instanceof FixedPointSum that)) {
      throw new IllegalArgumentException("cannot merge sums of different strategies");
    }
    requireSize(that.recent.length);
    long nextMagnitude = addMagnitudes(magnitude, that.magnitude);
    long nextLossMagnitude = addMagnitudes(lossMagnitude, that.lossMagnitude);
    long nextWeight = addMagnitudes(weightSum, that.weightSum);
    requireTotals(nextMagnitude, nextLossMagnitude, nextWeight);
    makeRoom(that.recentMagnitude);
    for (int i = 0; i < recent.length; i++) {
      recent[i] += that.recent[i];
    }
    if (that.settled.length > 0) {
      settle();
      for (int i = 0; i < settled.length; i++) {
        settled[i] += that.settled[i];
      }
    }
    lossSum += that.lossSum;
    magnitude = nextMagnitude;
    lossMagnitude = nextLossMagnitude;
    weightSum = nextWeight;
    updates += that.updates;
  }

  @Override
  public float[] finish(float[] currentGlobal) {
    requireSize(currentGlobal.length);
    float[] next = currentGlobal.clone();
    if (updates == 0) {
      return next;
    }
    double scale = 1 / (STEPS * weight());
    if (settled.length > 0) {
      settle();
      for (int i = 0; i < next.length; i++) {
        next[i] = (float) (next[i] + settled[i] * scale);
      }
    } else {
      for (int i = 0; i < next.length; i++) {
        next[i] = (float) (next[i] + recent[i] * scale);
      }
    }
    return next;
  }

  @Override
  public int updates() {
    return updates;
  }

  @Override
  public double weight() {
    return weightSum / WEIGHT_STEPS;
  }

  @Override
  public double trainingLoss() {
    return updates == 0 ? 0 : (double) lossSum / weightSum;
  }

  private void requireSize(int parameters) {
    if (parameters != recent.length) {
      throw new IllegalArgumentException(
          "%d parameters do not fit a sum of %d".formatted(parameters, recent.length));
    }
  }

  private static void requireFinite(float largest, float[] delta, double loss) {
    if (!Float.isFinite(largest)) {
      int at = 0;
      while (Float.isFinite(delta[at])) {
        at++;
      }
      throw KulaException.user(
          "an update has %s at parameter %d, must be finite; training diverged: lower the learning rate"
              .formatted(delta[at], at));
    }
    if (!Double.isFinite(loss)) {
      throw KulaException.user(
          "an update's training loss is %s, must be finite; training diverged: lower the learning rate"
              .formatted(loss));
    }
  }

  private static void requireRange(boolean holds, double value, double weight) {
    if (!holds) {
      throw KulaException.user(
          "an update reaches %s at weight %s, the product must stay below 2^30; training diverged: lower the learning rate"
              .formatted(value, weight));
    }
  }

  private static void requireTotals(long magnitude, long lossMagnitude, long weight) {
    if (magnitude == Long.MAX_VALUE
        || lossMagnitude == Long.MAX_VALUE
        || weight == Long.MAX_VALUE) {
      throw KulaException.user(
          "the cohort's updates add up to 2^31 or more, must stay below; lower the learning rate or fold fewer devices a round");
    }
  }

  /**
   * Saturating sum of two numbers that are not negative: associative, unlike a check on overflow.
   */
  private static long addMagnitudes(long a, long b) {
    long sum = a + b;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }
}
