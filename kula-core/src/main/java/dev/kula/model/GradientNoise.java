package dev.kula.model;

/** What a step of {@link PrivateSteps} does to a sum of clipped gradients before it is used. */
@FunctionalInterface
public interface GradientNoise {
  /** Changes {@code sum[from..to)} in place. */
  void addTo(float[] sum, int from, int to);
}
