package dev.kula.monitor;

/**
 * Variances of squared distances of devices from each of a block, if the true ones are 0, in single
 * precision: 2 (s²/k + 2sn + 8n²), where s is the variance of the two devices' means by sampling, n
 * that by noise, both added up, and k the effective dimensions. With one device given this is a sum
 * of three columns. Not thread safe.
 *
 * @param own of the device of the block alone
 * @param bySampling what it grows by with the other's variance by sampling
 * @param byNoise and with its variance by noise
 */
record Variances(float[] own, float[] bySampling, float[] byNoise) {
  private static final float DIMENSIONS = FeatureSketch.DIMENSIONS;
  private static final float EFFECTIVE = (float) FeatureDistance.EFFECTIVE_DIMENSIONS;

  Variances(int devices) {
    this(new float[devices], new float[devices], new float[devices]);
  }

  /** Sets a device of the block. */
  void set(int at, float sampling, float noise) {
    own[at] = alone(sampling, noise);
    bySampling[at] = 4 * (sampling / EFFECTIVE + noise);
    byNoise[at] = 4 * (sampling + DIMENSIONS * noise);
  }

  /** What a device that is compared with the block adds to all. */
  static float alone(float sampling, float noise) {
    return 2
        * (sampling * sampling / EFFECTIVE + 2 * sampling * noise + DIMENSIONS * noise * noise);
  }
}
