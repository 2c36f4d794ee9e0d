package dev.kula.data.identity;

import dev.kula.Seed;
import dev.kula.data.FederatedData;
import dev.kula.data.FederatedData.DeviceRows;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Whether groups of devices call the same things by different names. For test rows of a device, the
 * nearest training row of another device in its group is set beside the nearest of a device in
 * another group, among equally many. Only pairs that are about equally near count, so that a group
 * whose things merely look different has few. If names are the same, the two agree with the row's
 * label equally often.
 */
public final class LookAlikes {
  /** Rows that are searched, of each side. */
  private static final int POOL = 1500;

  /** Test rows of a device that are looked up. */
  private static final int QUERIES = 20;

  /** By how much two distances may differ to count as alike. */
  private static final double ALIKE = 1.25;

  private LookAlikes() {}

  /**
   * For each device, how much more often look-alikes within its group have its rows' label than
   * look-alikes in other groups, from −1 to 1; empty where it has none to compare.
   *
   * @param groups group of each device, by name; devices that are missing are left out
   */
  public static List<OptionalDouble> disagreement(
      FederatedData data, Map<String, Integer> groups, Seed seed) {
    RandomGenerator random = seed.derive("look-alikes").generator();
    int[] rows =
        IntStream.concat(Arrays.stream(data.trainingRows()), Arrays.stream(data.testRows()))
            .toArray();
    Columns columns = Columns.of(data.dataset(), rows, random);
    int[] places = new int[data.dataset().size()];
    for (int i = 0; i < rows.length; i++) {
      places[rows[i]] = i;
    }
    return data.devices().stream()
        .map(device -> ofDevice(data, groups, device, columns, places, random))
        .toList();
  }

  private static OptionalDouble ofDevice(
      FederatedData data,
      Map<String, Integer> groups,
      DeviceRows device,
      Columns columns,
      int[] places,
      RandomGenerator random) {
    Integer group = groups.get(device.device().name());
    if (group == null) {
      return OptionalDouble.empty();
    }
    int[] within = trainingRows(data, groups, device, group, true);
    int[] beyond = trainingRows(data, groups, device, group, false);
    int size = Math.min(POOL, Math.min(within.length, beyond.length));
    if (size == 0) {
      return OptionalDouble.empty();
    }
    int[] near = draw(within, size, random);
    int[] far = draw(beyond, size, random);
    int pairs = 0;
    double sum = 0;
    for (int query : draw(device.test(), Math.min(QUERIES, device.test().length), random)) {
      int inside = nearest(columns, places, query, near);
      int outside = nearest(columns, places, query, far);
      double ratio =
          (distance(columns, places[query], places[inside]) + 1e-9)
              / (distance(columns, places[query], places[outside]) + 1e-9);
      if (ratio <= ALIKE * ALIKE && ratio >= 1 / (ALIKE * ALIKE)) {
        int label = data.dataset().bin(query);
        sum += data.dataset().bin(inside) == label ? 1 : 0;
        sum -= data.dataset().bin(outside) == label ? 1 : 0;
        pairs++;
      }
    }
    return pairs == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / pairs);
  }

  private static int[] trainingRows(
      FederatedData data, Map<String, Integer> groups, DeviceRows device, int group, boolean same) {
    return data.devices().stream()
        .filter(other -> !other.device().equals(device.device()))
        .filter(other -> groups.containsKey(other.device().name()))
        .filter(other -> (groups.getOrDefault(other.device().name(), -1) == group) == same)
        .flatMapToInt(other -> Arrays.stream(other.train()))
        .toArray();
  }

  private static int[] draw(int[] rows, int size, RandomGenerator random) {
    int[] drawn = rows.clone();
    for (int i = 0; i < size; i++) {
      int other = i + random.nextInt(drawn.length - i);
      int kept = drawn[i];
      drawn[i] = drawn[other];
      drawn[other] = kept;
    }
    return Arrays.copyOf(drawn, size);
  }

  private static int nearest(Columns columns, int[] places, int query, int[] pool) {
    int nearest = pool[0];
    double least = Double.POSITIVE_INFINITY;
    for (int row : pool) {
      double distance = distance(columns, places[query], places[row]);
      if (distance < least) {
        least = distance;
        nearest = row;
      }
    }
    return nearest;
  }

  /** Squared. */
  private static double distance(Columns columns, int one, int other) {
    float[] values = columns.values();
    int width = columns.count();
    double sum = 0;
    for (int c = 0; c < width; c++) {
      double off = values[one * width + c] - values[other * width + c];
      sum += off * off;
    }
    return sum;
  }
}
