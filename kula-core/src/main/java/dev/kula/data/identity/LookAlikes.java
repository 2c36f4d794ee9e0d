package dev.kula.data.identity;

import dev.kula.Seed;
import dev.kula.data.FederatedData;
import dev.kula.data.FederatedData.DeviceRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Whether groups of devices give other labels to what looks the same: call things by other names,
 * or see things as others see other things. For test rows of a device, the nearest training row of
 * another device in its group is set beside the nearest of a device in another group, among equally
 * many. Of labels only pairs that are about equally near count, so that a group whose things merely
 * look different has few. If names are the same, the two agree with the row's label equally often;
 * if features are, each is the nearer one equally often.
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
   * What became of the rows of a device.
   *
   * @param nearer how much more often the nearest row is within the group than beyond it, from −1
   *     to 1; 0 on average if features do not differ
   * @param disagreement how much more often look-alikes within the group have the row's label than
   *     look-alikes beyond it, from −1 to 1; empty if there are no pairs that are equally near
   */
  public record Neighbours(double nearer, OptionalDouble disagreement) {}

  /**
   * Looks up rows of each device that can be compared.
   *
   * @param groups group of each device, by name; devices that are missing are left out
   */
  public static List<Neighbours> of(FederatedData data, Map<String, Integer> groups, Seed seed) {
    RandomGenerator random = seed.derive("look-alikes").generator();
    int[] rows =
        IntStream.concat(Arrays.stream(data.trainingRows()), Arrays.stream(data.testRows()))
            .toArray();
    Columns columns = Columns.of(data.dataset(), rows, random);
    int[] places = new int[data.dataset().size()];
    for (int i = 0; i < rows.length; i++) {
      places[rows[i]] = i;
    }
    List<Neighbours> all = new ArrayList<>();
    for (DeviceRows device : data.devices()) {
      Integer group = groups.get(device.device().name());
      int[] within = trainingRows(data, groups, device, group, true);
      int[] beyond = trainingRows(data, groups, device, group, false);
      int size = Math.min(POOL, Math.min(within.length, beyond.length));
      int[] queries = draw(device.test(), Math.min(QUERIES, device.test().length), random);
      if (group != null && size > 0 && queries.length > 0) {
        int[] near = draw(within, size, random);
        int[] far = draw(beyond, size, random);
        all.add(neighbours(data, columns, places, queries, near, far));
      }
    }
    return all;
  }

  private static Neighbours neighbours(
      FederatedData data, Columns columns, int[] places, int[] queries, int[] near, int[] far) {
    int pairs = 0;
    double agreement = 0;
    double nearer = 0;
    for (int query : queries) {
      int inside = nearest(columns, places, query, near);
      int outside = nearest(columns, places, query, far);
      double ratio =
          (distance(columns, places[query], places[inside]) + 1e-9)
              / (distance(columns, places[query], places[outside]) + 1e-9);
      nearer -= Math.signum(ratio - 1);
      if (ratio <= ALIKE * ALIKE && ratio >= 1 / (ALIKE * ALIKE)) {
        int label = data.dataset().bin(query);
        agreement += data.dataset().bin(inside) == label ? 1 : 0;
        agreement -= data.dataset().bin(outside) == label ? 1 : 0;
        pairs++;
      }
    }
    return new Neighbours(
        nearer / queries.length,
        pairs == 0 ? OptionalDouble.empty() : OptionalDouble.of(agreement / pairs));
  }

  private static int[] trainingRows(
      FederatedData data,
      Map<String, Integer> groups,
      DeviceRows device,
      @Nullable Integer group,
      boolean same) {
    return data.devices().stream()
        .filter(other -> !other.device().equals(device.device()))
        .filter(other -> groups.containsKey(other.device().name()))
        .filter(other -> Objects.equals(groups.get(other.device().name()), group) == same)
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
