package dev.kula.aggregate.attack;

import dev.kula.KulaException;
import java.util.List;

/** Mean and standard deviation of every parameter over updates. */
final class HonestMoments {
  private HonestMoments() {}

  static double[] mean(String attack, List<float[]> honest) {
    if (honest.isEmpty()) {
      throw KulaException.user(
          "attack '%s' has 0 honest updates, must have 1 or more to go by; take fewer attackers"
              .formatted(attack));
    }
    double[] mean = new double[honest.getFirst().length];
    for (float[] update : honest) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += update[i];
      }
    }
    for (int i = 0; i < mean.length; i++) {
      mean[i] /= honest.size();
    }
    return mean;
  }

  /** Of the updates themselves: the divisor is their number. */
  static double[] stddev(List<float[]> honest, double[] mean) {
    double[] stddev = new double[mean.length];
    for (float[] update : honest) {
      for (int i = 0; i < mean.length; i++) {
        double difference = update[i] - mean[i];
        stddev[i] += difference * difference;
      }
    }
    for (int i = 0; i < mean.length; i++) {
      stddev[i] = Math.sqrt(stddev[i] / honest.size());
    }
    return stddev;
  }
}
