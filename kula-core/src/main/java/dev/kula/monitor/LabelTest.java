package dev.kula.monitor;

/**
 * Do two pools have the same label shares? The residual of bin b is r_b = (n″a_b − n′b_b)/n, with
 * a, b the noised counts, n′, n″ their sums and n both. Under the null hypothesis its covariance is
 * N(diag q − qqᵀ) + s²(I − q1ᵀ)(I − 1qᵀ), with q the pooled shares, N = n′n″/n and s² the noise's
 * part: the second factor is there because the sums are noised too. The statistic is Σ r²/(N q + s²
 * + ½); without noise and the ½, which keeps bins with next to no samples from deciding, it is
 * Pearson's χ². The variance includes the fourth cumulant of Poisson counts.
 */
final class LabelTest {
  /** Added to the variance of a bin: half a sample squared. */
  private static final double SMALL_COUNT = 0.5;

  private final double[] residuals;
  private final double[] shares;
  private final double sampling;
  private final double noise;
  private final double fourthCumulant;

  LabelTest(ClassPool left, ClassPool right) {
    double leftSamples = left.samples();
    double rightSamples = right.samples();
    double total = leftSamples + rightSamples;
    double leftFactor = rightSamples / total;
    double rightFactor = leftSamples / total;
    int bins = left.bins();
    residuals = new double[bins];
    shares = new double[bins];
    double sum = 0;
    for (int bin = 0; bin < bins; bin++) {
      residuals[bin] = leftFactor * left.count(bin) - rightFactor * right.count(bin);
      shares[bin] = Math.max(0, left.count(bin) + right.count(bin));
      sum += shares[bin];
    }
    for (int bin = 0; bin < bins; bin++) {
      shares[bin] = sum > 0 ? shares[bin] / sum : 1.0 / bins;
    }
    sampling = leftSamples * rightSamples / total;
    noise =
        leftFactor * leftFactor * left.labelVariance()
            + rightFactor * rightFactor * right.labelVariance();
    fourthCumulant =
        Math.pow(leftFactor, 4) * leftSamples + Math.pow(rightFactor, 4) * rightSamples;
  }

  double pValue() {
    int bins = residuals.length;
    double statistic = 0;
    double mean = 0;
    double variance = 0;
    for (int b = 0; b < bins; b++) {
      double weight = weight(b);
      statistic += weight * residuals[b] * residuals[b];
      mean += weight * covariance(b, b);
      variance += weight * weight * fourthCumulant * shares[b];
      for (int c = 0; c < bins; c++) {
        double covariance = covariance(b, c);
        variance += 2 * weight * weight(c) * covariance * covariance;
      }
    }
    QuadraticForm form = new QuadraticForm();
    form.add(statistic, mean, variance);
    return form.pValue();
  }

  /** How many standard deviations the left pool has too many of {@code bin}. */
  double score(int bin) {
    return residuals[bin] / Math.sqrt(covariance(bin, bin) + SMALL_COUNT);
  }

  private double weight(int bin) {
    return 1 / (sampling * shares[bin] + noise + SMALL_COUNT);
  }

  private double covariance(int b, int c) {
    double product = shares[b] * shares[c];
    double multinomial = (b == c ? shares[b] : 0) - product;
    double centred = (b == c ? 1 : 0) - shares[b] - shares[c] + shares.length * product;
    return sampling * multinomial + noise * centred;
  }
}
