package dev.kula.audit;

/**
 * The likelihood-ratio attack: how likely a model's confidence in a record is if the record was
 * trained on, over how likely it is if not, by a Gaussian fitted to each from shadow models (LiRA;
 * Carlini et al. 2022, section V, Algorithm 1, online).
 *
 * <p>Immutable, thread safe.
 *
 * @param inMean mean of {@link #logitConfidence} over the shadow models that saw the record
 * @param inVariance its variance, positive
 * @param outMean over those that did not
 * @param outVariance likewise
 */
public record LikelihoodRatio(
    double inMean, double inVariance, double outMean, double outVariance) {
  /** Below what floats tell apart at the losses in question. */
  private static final double LEAST_VARIANCE = 1e-8;

  /** The loss at which a float's probability is as good as 1. */
  private static final double LEAST_LOSS = 0x1p-24;

  private static final double LARGEST_LOSS = 1e3;

  /**
   * Fits both Gaussians.
   *
   * @param in confidences of shadow models that saw the record, at least two
   * @param out of those that did not, at least two
   */
  public static LikelihoodRatio fit(double[] in, double[] out) {
    return new LikelihoodRatio(mean(in), variance(in), mean(out), variance(out));
  }

  /**
   * ln p − ln(1 − p) of the probability p that a model gives the right class, which is close to
   * normal over models, as p is not.
   *
   * @param loss cross-entropy −ln p in nats; what is not a number counts as the largest
   */
  public static double logitConfidence(double loss) {
    double kept = Double.isNaN(loss) ? LARGEST_LOSS : Math.clamp(loss, LEAST_LOSS, LARGEST_LOSS);
    return -kept - Math.log(-Math.expm1(-kept));
  }

  /** Logarithm of the ratio for a confidence that was seen; higher for "it was there". */
  public double score(double confidence) {
    return logDensity(confidence, inMean, inVariance)
        - logDensity(confidence, outMean, outVariance);
  }

  private static double logDensity(double x, double mean, double variance) {
    return -((x - mean) * (x - mean) / variance + Math.log(variance)) / 2;
  }

  private static double mean(double[] values) {
    if (values.length < 2) {
      throw new IllegalArgumentException(
          "%d shadow models, must be at least 2 with and 2 without the record"
              .formatted(values.length));
    }
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  private static double variance(double[] values) {
    double mean = mean(values);
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return Math.max(LEAST_VARIANCE, squares / (values.length - 1));
  }
}
