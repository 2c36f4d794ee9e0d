package dev.kula.monitor;

import dev.kula.data.DeviceId;
import dev.kula.data.LabelSpace;
import dev.kula.model.Samples;
import dev.kula.privacy.noise.GaussianMechanism;
import dev.kula.privacy.noise.NoiseSource;

/**
 * Makes a device's profile, on the device. Three Gaussian mechanisms share the release's ρ, and
 * compose to it exactly:
 *
 * <table><caption>Parts of a profile, for neighbours that differ by one record</caption>
 * <tr><th>part</th><th>L2 sensitivity</th><th>share of ρ</th></tr>
 * <tr><td>label histogram: one count moves by 1</td><td>1</td><td>0.4</td></tr>
 * <tr><td>sums of sketches by class: one row moves by a vector of norm 1</td>
 * <td>1</td><td>0.4</td></tr>
 * <tr><td>(right answers, Σ min(loss, 5)/5): both move by at most 1</td><td>√2</td><td>0.2</td></tr>
 * </table>
 *
 * <p>Deficits are read off the labels and costs off the sketches, so both get the same; metrics are
 * two numbers only. In simulated clusters of 45 samples a device, features separate pairs with an
 * AUC of 0.52, 0.63 and 0.71 at ρ 0.2, 1 and 2 (0.50, 0.57 and 0.65 with half the ρ on labels and a
 * quarter on sketches), of 0.97 without noise: a profile of few samples and little ρ says little.
 *
 * <p>The model that the metrics are about must not depend on the record otherwise than through what
 * has been released, or the sensitivity of the metrics does not hold: measure the <em>global</em>
 * model where its updates are noised, and elsewhere say that metrics are protected against the
 * monitor only. The inference time is measured on public inputs and rounded to a public grid: it is
 * not charged.
 */
public final class ProfileRelease {
  /** Losses count up to this much. */
  public static final double LOSS_CAP = 5;

  /** L2 sensitivity of the label histogram and of the class sums. */
  public static final double SUM_SENSITIVITY = 1;

  /** L2 sensitivity of the two metrics. */
  public static final double METRIC_SENSITIVITY = Math.sqrt(2);

  /** Share of a release's ρ that buys the label histogram. */
  public static final double LABEL_SHARE = 0.4;

  static final double SKETCH_SHARE = 0.4;
  static final double METRIC_SHARE = 0.2;

  /** Steps of the public grid of inference times, per factor of 2. */
  private static final double TIME_STEPS = 4;

  private ProfileRelease() {}

  /** What one sample of loss {@code loss} adds to the loss sum: min(loss, 5)/5, in [0, 1]. */
  public static double lossFraction(double loss) {
    return Double.isNaN(loss) ? 1 : Math.clamp(loss, 0, LOSS_CAP) / LOSS_CAP;
  }

  /**
   * A profile of {@code samples}.
   *
   * @param samples what the device describes; sample weights are ignored
   * @param labels bins to count in
   * @param correct number of right answers over exactly these samples; 0 for a regression
   * @param lossFraction sum of {@link #lossFraction(double)} over exactly these samples
   * @param inferenceSeconds median on public inputs; 0 if unknown; rounded to a quarter of a
   *     doubling
   * @param rho price of the release, already charged; infinite for no noise
   */
  public static Profile of(
      DeviceId device,
      int round,
      Samples samples,
      LabelSpace labels,
      double correct,
      double lossFraction,
      double inferenceSeconds,
      double rho,
      NoiseSource noise) {
    double[] counts = labelCounts(samples, labels);
    double[] sums = classSums(samples, labels);
    double[] metrics = {
      Math.clamp(correct, 0, samples.size()), Math.clamp(lossFraction, 0, samples.size())
    };
    GaussianMechanism labelNoise =
        new GaussianMechanism(SUM_SENSITIVITY, rho * LABEL_SHARE, counts.length);
    GaussianMechanism sketchNoise =
        new GaussianMechanism(SUM_SENSITIVITY, rho * SKETCH_SHARE, sums.length);
    GaussianMechanism metricNoise =
        new GaussianMechanism(METRIC_SENSITIVITY, rho * METRIC_SHARE, metrics.length);
    labelNoise.addTo(counts, noise);
    sketchNoise.addTo(sums, noise);
    metricNoise.addTo(metrics, noise);
    return new Profile(
        device,
        round,
        counts,
        sums,
        metrics[0],
        metrics[1],
        quantise(inferenceSeconds),
        new Noise(labelNoise.stddev(), sketchNoise.stddev(), metricNoise.stddev()));
  }

  static double[] labelCounts(Samples samples, LabelSpace labels) {
    double[] counts = new double[labels.size()];
    for (int i = 0; i < samples.size(); i++) {
      counts[labels.bin(samples.target(i))]++;
    }
    return counts;
  }

  static double[] classSums(Samples samples, LabelSpace labels) {
    FeatureSketch sketch = FeatureSketch.of(samples.features());
    double[] sums = new double[labels.size() * FeatureSketch.DIMENSIONS];
    float[] sample = new float[samples.features()];
    double[] projected = new double[FeatureSketch.DIMENSIONS];
    for (int i = 0; i < samples.size(); i++) {
      samples.copyFeatures(i, sample, 0);
      sketch.project(sample, projected);
      int row = labels.bin(samples.target(i)) * FeatureSketch.DIMENSIONS;
      for (int d = 0; d < projected.length; d++) {
        sums[row + d] += projected[d];
      }
    }
    return sums;
  }

  private static double quantise(double seconds) {
    if (!(seconds > 0)) {
      return 0;
    }
    double steps = Math.rint(Math.log(seconds) / Math.log(2) * TIME_STEPS);
    return Math.pow(2, steps / TIME_STEPS);
  }
}
