package dev.kula.aggregate;

/**
 * What a device returns from local training.
 *
 * @param delta local minus global parameters, in the model's layout. Not copied, because it is as
 *     large as the model: nobody writes to it any more
 * @param weight what it counts in the mean, usually the number of training samples; from 2⁻²⁰ to
 *     2⁴⁰
 * @param trainingLoss mean loss in the last local epoch
 */
public record Update(float[] delta, double weight, double trainingLoss) {
  public Update {
    if (!(weight >= 0x1p-20) || weight > 0x1p40) {
      throw new IllegalArgumentException(
          "an update's weight is " + weight + ", must be from 2^-20 to 2^40");
    }
  }

  /** The update that leads from {@code global} to {@code local}. */
  public static Update between(float[] global, float[] local, double weight, double trainingLoss) {
    if (global.length != local.length) {
      throw new IllegalArgumentException(
          "global model has %d parameters, local one %d".formatted(global.length, local.length));
    }
    float[] delta = new float[local.length];
    for (int i = 0; i < delta.length; i++) {
      delta[i] = local[i] - global[i];
    }
    return new Update(delta, weight, trainingLoss);
  }
}
