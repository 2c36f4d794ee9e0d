package dev.kula.data.target;

import dev.kula.Seed;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * An exam in the making: rows with the weights they have so far. Mutable, for one thread, and
 * short-lived.
 */
final class ExamSheet {
  private final Map<Integer, Double> weightByRow = new TreeMap<>();

  /** Spreads {@code weight} evenly over {@code rows}. */
  void add(int[] rows, double weight) {
    for (int row : rows) {
      weightByRow.merge(row, weight / rows.length, Double::sum);
    }
  }

  /**
   * Spreads {@code weight} evenly over the labels of the fleet's test pool, and each label's part
   * evenly over rows drawn of it without replacement: as many of each label as make up {@code
   * count}, or all it has.
   */
  void addBalanced(TestPool pool, int count, double weight, Seed seed) {
    int labels = 0;
    for (int label = 0; label < pool.bins(); label++) {
      labels += pool.rows(label).length > 0 ? 1 : 0;
    }
    int quota = Math.max(1, count / labels);
    for (int label = 0; label < pool.bins(); label++) {
      int[] rows = pool.rows(label);
      if (rows.length > 0) {
        add(drawn(rows, quota, seed.derive(label).generator()), weight / labels);
      }
    }
  }

  /** The first {@code count} of a random order of {@code rows}, or all; by swaps, kept apart. */
  private static int[] drawn(int[] rows, int count, RandomGenerator random) {
    int[] drawn = new int[Math.min(count, rows.length)];
    Map<Integer, Integer> moved = new HashMap<>();
    for (int i = 0; i < drawn.length; i++) {
      int j = i + random.nextInt(rows.length - i);
      drawn[i] = moved.getOrDefault(j, rows[j]);
      moved.put(j, moved.getOrDefault(i, rows[i]));
    }
    return drawn;
  }

  /** The exam, rows ascending. */
  Exam finished() {
    int[] rows = new int[weightByRow.size()];
    float[] weights = new float[rows.length];
    int next = 0;
    for (Map.Entry<Integer, Double> entry : weightByRow.entrySet()) {
      rows[next] = entry.getKey();
      weights[next++] = entry.getValue().floatValue();
    }
    return new Exam(rows, weights);
  }
}
