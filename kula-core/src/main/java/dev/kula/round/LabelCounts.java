package dev.kula.round;

import dev.kula.data.DeviceId;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How many samples of each label devices seem to have, as far as they have reported.
 *
 * @param bins number of labels, at least 1
 * @param reported counts by device, {@code bins} each
 */
public record LabelCounts(int bins, SortedMap<DeviceId, double[]> reported) {
  public LabelCounts {
    reported = Collections.unmodifiableSortedMap(new TreeMap<>(reported));
    for (Map.Entry<DeviceId, double[]> entry : reported.entrySet()) {
      if (entry.getValue().length != bins) {
        throw new IllegalArgumentException(
            "%s has %d counts, must have %d"
                .formatted(entry.getKey(), entry.getValue().length, bins));
      }
    }
  }

  /** Whether a device has reported. */
  boolean knows(DeviceId device) {
    return reported.containsKey(device);
  }

  /** Of one device; zeros if it has not reported. */
  double[] of(DeviceId device) {
    return of(List.of(device));
  }

  /** Of devices together. */
  double[] of(Collection<DeviceId> devices) {
    double[] counts = new double[bins];
    for (DeviceId device : devices) {
      double[] own = reported.get(device);
      for (int label = 0; own != null && label < bins; label++) {
        counts[label] += own[label];
      }
    }
    return counts;
  }
}
