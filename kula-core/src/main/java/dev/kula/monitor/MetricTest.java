package dev.kula.monitor;

/**
 * Does the model do equally well on two pools? One test of the right answers and one of the losses,
 * both in [0, 1] a sample, with Bonferroni's factor 2. The tail is Bernstein's inequality, not the
 * normal one: with few samples and an accuracy near 1 the normal tail is wrong by orders of
 * magnitude just where corrected tests read it. Gaussian noise only adds to the variance.
 */
final class MetricTest {
  private final ClassPool left;
  private final ClassPool right;

  MetricTest(ClassPool left, ClassPool right) {
    this.left = left;
    this.right = right;
  }

  double pValue() {
    return Math.min(
        1,
        2
            * Math.min(
                pValue(left.correct(), right.correct()),
                pValue(left.lossFraction(), right.lossFraction())));
  }

  private double pValue(double leftSum, double rightSum) {
    double leftSamples = left.samples();
    double rightSamples = right.samples();
    double total = leftSamples + rightSamples;
    double leftFactor = rightSamples / total;
    double rightFactor = leftSamples / total;
    double residual = leftFactor * leftSum - rightFactor * rightSum;
    // One sample of each kind keeps a pooled mean of exactly 0 or 1 from looking certain.
    double mean = Math.clamp((leftSum + rightSum + 1) / (total + 2), 0, 1);
    double variance =
        leftSamples * leftFactor * mean * (1 - mean)
            + leftFactor * leftFactor * left.metricVariance()
            + rightFactor * rightFactor * right.metricVariance()
            + mean
                * mean
                * left.bins()
                * (leftFactor * leftFactor * left.labelVariance()
                    + rightFactor * rightFactor * right.labelVariance());
    double bound = residual > 0 ? largestPush(mean) : largestPush(1 - mean);
    double exponent = residual * residual / (2 * (variance + Math.abs(residual) * bound / 3));
    return Math.min(1, 2 * Math.exp(-exponent));
  }

  /** The most that one sample can push the residual up if the mean is {@code mean}. */
  private double largestPush(double mean) {
    double total = left.samples() + right.samples();
    double leftFactor = right.samples() / total;
    return Math.max(leftFactor * (1 - mean), (1 - leftFactor) * mean);
  }
}
