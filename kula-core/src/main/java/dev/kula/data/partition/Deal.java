package dev.kula.data.partition;

import dev.kula.data.Dataset;
import dev.kula.data.DeviceId;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * Rows as they are dealt to numbered devices, as hands that grow. Mutable, for one thread, and
 * short-lived.
 */
final class Deal {
  /** Draws after which the best one so far is taken and topped up. */
  private static final int DRAWS = 100;

  /** What a draw must give each device to be taken at once, where there are rows enough. */
  private static final int COMFORTABLE = 10;

  private final List<List<Integer>> hands = new ArrayList<>();

  Deal(int devices) {
    for (int d = 0; d < devices; d++) {
      hands.add(new ArrayList<>());
    }
  }

  void give(int device, int row) {
    hands.get(device).add(row);
  }

  /** Gives {@code rows[bounds[d]]} to {@code rows[bounds[d + 1] - 1]} to device {@code d}. */
  void give(int[] rows, int[] bounds) {
    for (int d = 0; d < hands.size(); d++) {
      for (int i = bounds[d]; i < bounds[d + 1]; i++) {
        give(d, rows[i]);
      }
    }
  }

  int size(int device) {
    return hands.get(device).size();
  }

  int smallest() {
    int smallest = 0;
    for (int d = 1; d < hands.size(); d++) {
      smallest = size(d) < size(smallest) ? d : smallest;
    }
    return smallest;
  }

  private int largest() {
    int largest = 0;
    for (int d = 1; d < hands.size(); d++) {
      largest = size(d) > size(largest) ? d : largest;
    }
    return largest;
  }

  /**
   * Draws until the smallest device has at least 10 rows, as the code of Li et al. 2021 does (4
   * where 10 would be over half an equal share), but at most 100 times; then takes the draw whose
   * smallest device is largest and tops it up.
   */
  static Deal drawn(Dataset dataset, int rows, int devices, IntFunction<Deal> draw) {
    int enough = rows / devices >= 2 * COMFORTABLE ? COMFORTABLE : PartitionPlan.SMALLEST_DEVICE;
    Deal best = draw.apply(0);
    for (int i = 1; i < DRAWS && best.size(best.smallest()) < enough; i++) {
      Deal next = draw.apply(i);
      best = next.size(next.smallest()) > best.size(best.smallest()) ? next : best;
    }
    best.topUp(dataset);
    return best;
  }

  /**
   * Moves rows from the largest device to the smallest until none has fewer than 4; each time the
   * last row of the label that the largest has most of, which skews it least.
   */
  private void topUp(Dataset dataset) {
    int poor = smallest();
    while (size(poor) < PartitionPlan.SMALLEST_DEVICE) {
      List<Integer> rich = hands.get(largest());
      int[] counts = new int[dataset.labels().size()];
      for (int row : rich) {
        counts[dataset.bin(row)]++;
      }
      int bin = 0;
      for (int b = 1; b < counts.length; b++) {
        bin = counts[b] > counts[bin] ? b : bin;
      }
      int last = rich.size() - 1;
      while (dataset.bin(rich.get(last)) != bin) {
        last--;
      }
      int moved = rich.get(last);
      rich.subList(last, last + 1).clear();
      give(poor, moved);
      poor = smallest();
    }
  }

  /** The hands under names whose order is the order of the numbers. */
  SortedMap<DeviceId, int[]> named() {
    int digits = Math.max(2, String.valueOf(hands.size() - 1).length());
    SortedMap<DeviceId, int[]> named = new TreeMap<>();
    for (int d = 0; d < hands.size(); d++) {
      String number = String.valueOf(d);
      String name = "device-" + "0".repeat(digits - number.length()) + number;
      named.put(new DeviceId(name), hands.get(d).stream().mapToInt(Integer::intValue).toArray());
    }
    return named;
  }
}
