package dev.kula.aggregate;

/**
 * What a device returns from local training: a change of the parameters, and what it counts.
 *
 * <p>Not copied, because the change is as large as the model: nobody writes to it between making
 * and folding or sending it.
 */
public final class Update {
  /** Maps ±2¹⁰ to the positive ints, and what is not a number to 0, as every Java cast does. */
  private static final float INT_SCALE = 0x1p20f;

  private static final float INT_ZERO = 0x1p30f;

  /** Twice the most that a float next to 2³⁰ is off. */
  private static final int INT_ROUNDING = 128;

  private final float[] delta;
  private final float largest;
  private final double weight;
  private final double trainingLoss;
  private final int steps;
  private final int cluster;

  /**
   * An update that has been worked out.
   *
   * @param delta local minus global parameters, in the model's layout; kept
   * @param weight what it counts in the mean, usually the number of training samples; from 2⁻²⁰ to
   *     2⁴⁰
   * @param trainingLoss mean loss in the last local epoch
   */
  public Update(float[] delta, double weight, double trainingLoss) {
    this(delta, largest(delta), weight, trainingLoss, 1, 0);
  }

  private Update(
      float[] delta, float largest, double weight, double trainingLoss, int steps, int cluster) {
    if (!(weight >= 0x1p-20) || weight > 0x1p40) {
      throw new IllegalArgumentException(
          "an update's weight is " + weight + ", must be from 2^-20 to 2^40");
    }
    this.delta = delta;
    this.largest = largest;
    this.weight = weight;
    this.trainingLoss = trainingLoss;
    this.steps = steps;
    this.cluster = cluster;
  }

  /**
   * The update that leads from {@code global} to {@code local}.
   *
   * @param local becomes the change: the array is the update's from now on
   */
  public static Update between(float[] global, float[] local, double weight, double trainingLoss) {
    if (global.length != local.length) {
      throw new IllegalArgumentException(
          "global model has %d parameters, local one %d".formatted(global.length, local.length));
    }
    int low = Integer.MAX_VALUE;
    int high = 0;
    for (int i = 0; i < local.length; i++) {
      float change = local[i] - global[i];
      local[i] = change;
      int position = (int) (change * INT_SCALE + INT_ZERO);
      low = Math.min(low, position);
      high = Math.max(high, position);
    }
    return new Update(local, largest(local, low, high), weight, trainingLoss, 1, 0);
  }

  private static float largest(float[] delta) {
    int low = Integer.MAX_VALUE;
    int high = 0;
    for (float change : delta) {
      int position = (int) (change * INT_SCALE + INT_ZERO);
      low = Math.min(low, position);
      high = Math.max(high, position);
    }
    return largest(delta, low, high);
  }

  /**
   * A bound on the magnitudes. It comes from the extremes of their positions among the ints,
   * because minima of ints become vector instructions on every processor, and those of floats
   * hardly; the plain way is for changes of 2¹⁰ and more and for what is not finite.
   */
  private static float largest(float[] delta, int low, int high) {
    if (delta.length == 0) {
      return 0;
    }
    if (low > 0 && high < Integer.MAX_VALUE) {
      int zero = (int) INT_ZERO;
      return (Math.max(high - zero, zero - low) + INT_ROUNDING) / INT_SCALE;
    }
    float largest = 0;
    for (float change : delta) {
      largest = Math.max(largest, Math.abs(change)); // NaN if any is
    }
    return largest;
  }

  /** This update in memory of its own. */
  public Update copy() {
    return new Update(delta.clone(), largest, weight, trainingLoss, steps, cluster);
  }

  /** Another change in the place of this one. */
  public Update withDelta(float[] other) {
    return new Update(other, largest(other), weight, trainingLoss, steps, cluster);
  }

  /** The same, made in so many gradient steps, at least 1. */
  public Update inSteps(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("steps is %d, must be at least 1".formatted(count));
    }
    return new Update(delta, largest, weight, trainingLoss, count, cluster);
  }

  /** The same, of the model of a cluster, 0 or more. */
  public Update ofCluster(int index) {
    if (index < 0) {
      throw new IllegalArgumentException("cluster is %d, must be 0 or more".formatted(index));
    }
    return new Update(delta, largest, weight, trainingLoss, steps, index);
  }

  /** Local minus global parameters, in the model's layout; not to be written to. */
  public float[] delta() {
    return delta;
  }

  /** What it counts in the mean. */
  public double weight() {
    return weight;
  }

  /** Mean loss in the last local epoch. */
  public double trainingLoss() {
    return trainingLoss;
  }

  /** Gradient steps in which it was made; 1 if nobody says. */
  public int steps() {
    return steps;
  }

  /** Which of several global models it changes; 0 where there is one. */
  public int cluster() {
    return cluster;
  }

  /**
   * At least the magnitude of every change, by less than 2⁻¹² too much; NaN or infinite if one of
   * them is.
   */
  float largest() {
    return largest;
  }
}
