package dev.kula.data.partition;

import dev.kula.data.Dataset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Orders and groups of row numbers. */
final class Rows {
  private Rows() {}

  /** A permutation of {@code rows}, each equally likely (Fisher and Yates). */
  static int[] shuffled(int[] rows, RandomGenerator random) {
    int[] shuffled = rows.clone();
    for (int i = shuffled.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = shuffled[i];
      shuffled[i] = shuffled[j];
      shuffled[j] = swapped;
    }
    return shuffled;
  }

  /** By time where the data have times, else, and among equal times, as in the source. */
  static int[] ordered(Dataset dataset, int[] rows) {
    Comparator<Integer> order =
        dataset
            .times()
            .map(times -> Comparator.comparingDouble((Integer row) -> times[row]))
            .map(byTime -> byTime.thenComparing(Comparator.naturalOrder()))
            .orElse(Comparator.naturalOrder());
    return IntStream.of(rows).boxed().sorted(order).mapToInt(Integer::intValue).toArray();
  }

  /** The rows of each label bin, in the order given; some may be empty. */
  static List<int[]> byBin(Dataset dataset, int[] rows) {
    int bins = dataset.labels().size();
    int[] counts = new int[bins];
    for (int row : rows) {
      counts[dataset.bin(row)]++;
    }
    List<int[]> groups = new ArrayList<>();
    for (int count : counts) {
      groups.add(new int[count]);
    }
    int[] next = new int[bins];
    for (int row : rows) {
      int bin = dataset.bin(row);
      groups.get(bin)[next[bin]++] = row;
    }
    return groups;
  }
}
