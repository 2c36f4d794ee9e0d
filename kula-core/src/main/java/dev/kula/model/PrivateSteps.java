package dev.kula.model;

/**
 * Gradient steps whose sums can be made private one by one, as in DP-SGD (Abadi et al. 2016,
 * Algorithm 1). Each step takes every sample independently with the same probability, clips the
 * gradient of each taken sample, adds them up, and lets a {@link GradientNoise} change the sum
 * before anything else sees it. So one sample more or less moves a sum by at most {@code clip} in
 * the L2 norm; how many samples there are shows nowhere else.
 *
 * @param samplingRate q, the probability that a sample is taken in a step, in (0, 1]; public
 * @param steps number of steps, 0 or more; public
 * @param clip C, the largest L2 norm of what a sample adds, its weight included; positive
 * @param expectedBatch what sums are divided by, positive; public, so not the count of what was
 *     taken
 */
public record PrivateSteps(double samplingRate, int steps, float clip, double expectedBatch) {
  public PrivateSteps {
    require(samplingRate > 0 && samplingRate <= 1, "samplingRate", samplingRate, "in (0, 1]");
    require(steps >= 0, "steps", steps, "0 or more");
    require(clip > 0 && Float.isFinite(clip), "clip", clip, "positive and finite");
    require(
        expectedBatch > 0 && Double.isFinite(expectedBatch),
        "expectedBatch",
        expectedBatch,
        "positive and finite");
  }

  private static void require(boolean holds, String name, Number value, String rule) {
    if (!holds) {
      throw new IllegalArgumentException("%s is %s, must be %s".formatted(name, value, rule));
    }
  }
}
