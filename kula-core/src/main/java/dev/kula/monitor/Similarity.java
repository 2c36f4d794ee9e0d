package dev.kula.monitor;

import java.util.List;

/**
 * How alike two devices are, by component. The components stay apart because they mean different
 * things: a label difference is a chance where there is a deficit, a feature difference is a cost.
 *
 * @param labelDistance D_y in [0, 1]: Hellinger distance of the label shares
 * @param featureDistance D_x in [0, 1]: distance of the mean sketches of labels that both have, in
 *     units of 0.5; 0.5 where the profiles are too noisy to say
 * @param metricDistance D_m in [0, 1]: 1 − exp(−‖z − z′‖/2) on standardised accuracy, loss and
 *     inference time
 */
public record Similarity(double labelDistance, double featureDistance, double metricDistance) {
  private static final double LABEL_WEIGHT = 0.4;
  private static final double FEATURE_WEIGHT = 0.4;
  private static final double METRIC_WEIGHT = 0.2;

  public Similarity {
    requireUnit("labelDistance", labelDistance);
    requireUnit("featureDistance", featureDistance);
    requireUnit("metricDistance", metricDistance);
  }

  /** 1 − (0.4 D_y + 0.4 D_x + 0.2 D_m), in [0, 1]. */
  public double value() {
    return Math.clamp(
        1
            - (LABEL_WEIGHT * labelDistance
                + FEATURE_WEIGHT * featureDistance
                + METRIC_WEIGHT * metricDistance),
        0,
        1);
  }

  /**
   * Compares two devices of a fleet; symmetric. Who compares many keeps their {@link Portraits}.
   *
   * @param fleet of all devices that are being compared
   */
  public static Similarity between(Profile a, Profile b, FleetStatistics fleet) {
    return Portraits.of(List.of(a, b), fleet).similarity(0, 1);
  }

  private static void requireUnit(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException("%s is %s, must be in [0, 1]".formatted(name, value));
    }
  }
}
