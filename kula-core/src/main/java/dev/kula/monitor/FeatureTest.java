package dev.kula.monitor;

/**
 * Do inputs of the same label look alike in two pools? For every label that both have, the residual
 * is (n″S′ − n′S″)/n, with S the noised sketch sums and n the noised counts of that label. Under
 * the null hypothesis it has mean 0 and a squared length of mean N(1 − ‖m‖²) + 8g + h‖m‖²:
 * sampling, for sketches have norm 1; the sketch noise; and the noise of the counts. Labels are
 * weighted by the power that they have. How far the squared length scatters depends on the shape of
 * the sketches' covariance, which nobody releases: it is taken to vary in {@value
 * FeatureDistance#EFFECTIVE_DIMENSIONS} directions.
 */
final class FeatureTest {
  private static final double LEAST_SAMPLES = 2;
  private static final double PRESENT = 3;
  private static final int DIMENSIONS = FeatureSketch.DIMENSIONS;

  private final ClassPool left;
  private final ClassPool right;

  FeatureTest(ClassPool left, ClassPool right) {
    this.left = left;
    this.right = right;
  }

  /** 1 if the two have no label in common. */
  double pValue() {
    QuadraticForm form = new QuadraticForm();
    for (int bin = 0; bin < left.bins(); bin++) {
      addTo(form, bin);
    }
    return form.pValue();
  }

  /** The p-value of one label; 1 if the two do not have it in common. */
  double pValue(int bin) {
    QuadraticForm form = new QuadraticForm();
    addTo(form, bin);
    return form.pValue();
  }

  private void addTo(QuadraticForm form, int bin) {
    if (!left.has(bin, LEAST_SAMPLES, PRESENT) || !right.has(bin, LEAST_SAMPLES, PRESENT)) {
      return;
    }
    double total = left.count(bin) + right.count(bin);
    double leftFactor = right.count(bin) / total;
    double rightFactor = left.count(bin) / total;
    double residual = 0;
    double squaredSum = 0;
    for (int d = 0; d < DIMENSIONS; d++) {
      double r = leftFactor * left.sum(bin, d) - rightFactor * right.sum(bin, d);
      double sum = left.sum(bin, d) + right.sum(bin, d);
      residual += r * r;
      squaredSum += sum * sum;
    }
    double labelVariance = left.labelVariance() + right.labelVariance();
    double sketchVariance = left.sketchVariance() + right.sketchVariance();
    double squaredMean =
        Math.clamp(
            (squaredSum - total - DIMENSIONS * sketchVariance)
                / Math.max(1, total * total - total - labelVariance),
            0,
            1);
    double sampling = left.count(bin) * leftFactor * (1 - squaredMean);
    double noise =
        leftFactor * leftFactor * left.sketchVariance()
            + rightFactor * rightFactor * right.sketchVariance();
    double counting =
        squaredMean
            * (leftFactor * leftFactor * left.labelVariance()
                + rightFactor * rightFactor * right.labelVariance());
    double mean = sampling + DIMENSIONS * noise + counting;
    if (!(mean > 0)) {
      return;
    }
    double variance =
        2
            * (sampling * sampling / FeatureDistance.EFFECTIVE_DIMENSIONS
                + DIMENSIONS * noise * noise
                + counting * counting
                + 2 * noise * (sampling + counting)
                + 2 * sampling * counting / DIMENSIONS);
    double power = left.count(bin) * leftFactor / mean;
    double weight = power * power;
    form.add(weight * residual, weight * mean, weight * weight * variance);
  }
}
