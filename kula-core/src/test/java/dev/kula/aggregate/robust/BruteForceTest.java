package dev.kula.aggregate.robust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rules against their definitions, written down without regard to speed. */
final class BruteForceTest {
  @Provide
  Arbitrary<List<float[]>> updates() {
    return Arbitraries.integers()
        .between(1, 40)
        .flatMap(
            size ->
                Arbitraries.floats()
                    .between(-100, 100)
                    .array(float[].class)
                    .ofSize(size)
                    .list()
                    .ofMinSize(11)
                    .ofMaxSize(33));
  }

  @Property(tries = 200)
  void median(@ForAll("updates") List<float[]> updates) {
    float[] combined = combine(new CoordinateMedian(), updates);
    for (int i = 0; i < combined.length; i++) {
      double[] column = sortedColumn(updates, i);
      int n = column.length;
      assertEquals((float) ((column[(n - 1) / 2] + column[n / 2]) / 2), combined[i]);
    }
  }

  @Property(tries = 200)
  void trimmedMean(@ForAll("updates") List<float[]> updates) {
    float[] combined = combine(new TrimmedMean(0.2), updates);
    for (int i = 0; i < combined.length; i++) {
      double[] column = sortedColumn(updates, i);
      int trimmed = column.length / 5;
      double mean = Arrays.stream(column, trimmed, column.length - trimmed).average().orElseThrow();
      assertEquals(mean, combined[i], 1e-5);
    }
  }

  @Property(tries = 200)
  void krum(@ForAll("updates") List<float[]> updates) {
    float[] best = updates.stream().min(byScore(updates, 2)).orElseThrow();
    assertArrayEquals(best, combine(new Krum(2), updates));
  }

  @Property(tries = 200)
  void multiKrum(@ForAll("updates") List<float[]> updates) {
    List<float[]> kept =
        updates.stream().sorted(byScore(updates, 2)).limit(updates.size() - 4L).toList();
    float[] combined = combine(RobustRule.parse("multi-krum:2"), updates);
    for (int i = 0; i < combined.length; i++) {
      assertEquals(Arrays.stream(sortedColumn(kept, i)).average().orElseThrow(), combined[i], 1e-5);
    }
  }

  @Property(tries = 200)
  void bulyan(@ForAll("updates") List<float[]> updates) {
    List<float[]> left = new ArrayList<>(updates);
    List<float[]> chosen = new ArrayList<>();
    while (chosen.size() < updates.size() - 4) {
      float[] best = left.stream().min(byScore(left, 2)).orElseThrow();
      chosen.add(best);
      left.remove(best);
    }
    float[] combined = combine(new Bulyan(2), updates);
    for (int i = 0; i < combined.length; i++) {
      double[] column = sortedColumn(chosen, i);
      int n = column.length;
      double median = (column[(n - 1) / 2] + column[n / 2]) / 2;
      double mean =
          Arrays.stream(column)
              .boxed()
              .sorted(Comparator.comparingDouble(value -> Math.abs(value - median)))
              .limit(n - 4L)
              .mapToDouble(Double::doubleValue)
              .average()
              .orElseThrow();
      assertEquals(mean, combined[i], 1e-5);
    }
  }

  /**
   * Moving the geometric median a little never shortens the sum of distances; by more than what
   * Weiszfeld's iteration still lacks, that is, which where an update lies near the median shrinks
   * only with the inverse of the number of steps. For a rare cohort a thousand steps lack more than
   * is allowed here, so the cohorts are the same each time.
   */
  @Property(tries = 50, seed = "20261128")
  void geometricMedian(@ForAll("updates") List<float[]> updates, @ForAll long seed) {
    float[] combined = combine(new GeometricMedian(1000, 1e-9), updates);
    double least = sumOfDistances(updates, combined);
    Random random = new Random(seed);
    for (int attempt = 0; attempt < 20; attempt++) {
      float[] moved = combined.clone();
      for (int i = 0; i < moved.length; i++) {
        moved[i] += (float) (random.nextGaussian() * (attempt < 10 ? 0.1 : 5));
      }
      assertTrue(sumOfDistances(updates, moved) >= least * (1 - 2e-3));
    }
  }

  @Property(tries = 100)
  void distancesOfManyParameters(@ForAll @IntRange(min = 1, max = 20_000) int parameters) {
    Random random = new Random(parameters);
    float[][] rows = new float[4][parameters];
    for (float[] row : rows) {
      for (int i = 0; i < parameters; i++) {
        row[i] = random.nextFloat() - 0.5f;
      }
    }
    double[][] distances = Distances.squared(rows);
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        double expected = 0;
        double product = 0;
        for (int k = 0; k < parameters; k++) {
          expected += Math.pow((double) rows[i][k] - rows[j][k], 2);
          product += (double) rows[i][k] * rows[j][k];
        }
        assertEquals(expected, distances[i][j], 1e-9 * expected);
        assertEquals(distances[i][j], distances[j][i]);
        assertEquals(expected, Distances.squared(rows[i], rows[j]), 1e-9 * expected);
        assertEquals(product, Distances.product(rows[i], rows[j]), 1e-9 * parameters);
      }
    }
  }

  /** Columns do not end where blocks do. */
  @ParameterizedTest
  @CsvSource({"3, 5000", "40, 4099", "150, 1000", "1100, 130"})
  void blocksOfColumns(int updates, int parameters) {
    Random random = new Random(1);
    List<float[]> rows = new ArrayList<>();
    for (int k = 0; k < updates; k++) {
      float[] row = new float[parameters];
      for (int i = 0; i < parameters; i++) {
        row[i] = (float) random.nextGaussian();
      }
      rows.add(row);
    }
    median(rows);
    trimmedMean(rows);
  }

  /** What sorts all columns of zeros and ones sorts all columns (Knuth 5.3.4, theorem Z). */
  @ParameterizedTest
  @CsvSource({
    "1,0,1", "2,0,2", "3,0,3", "5,0,5", "8,0,8", "11,0,11", "13,0,13", "13,6,7", "12,5,7", "12,3,9"
  })
  void networkSorts(int rows, int first, int end) {
    int columns = 1 << rows;
    int[][] keys = new int[rows][columns];
    for (int column = 0; column < columns; column++) {
      for (int row = 0; row < rows; row++) {
        keys[row][column] = column >> row & 1;
      }
    }
    new SortingNetwork(rows, first, end).sort(keys, columns);
    for (int column = 0; column < columns; column++) {
      for (int rank = first; rank < end; rank++) {
        assertEquals(rank >= rows - Integer.bitCount(column) ? 1 : 0, keys[rank][column]);
      }
    }
  }

  @Test
  void networksForFewRanksCompareLess() {
    assertEquals(5, new SortingNetwork(4, 0, 4).comparisons());
    assertEquals(63, new SortingNetwork(16, 0, 16).comparisons());
    assertTrue(
        new SortingNetwork(100, 49, 51).comparisons()
            < new SortingNetwork(100, 0, 100).comparisons());
  }

  @Property
  void keysKeepTheOrder(@ForAll float a, @ForAll float b) {
    int keys = Integer.compare(SortedColumns.key(a), SortedColumns.key(b));
    assertEquals(Float.compare(a, b), keys);
    assertEquals(
        Float.floatToRawIntBits(a),
        Float.floatToRawIntBits(SortedColumns.value(SortedColumns.key(a))));
  }

  @Test
  void bucketsAreDrawnAnew() {
    List<float[]> updates = new ArrayList<>();
    for (int k = 0; k < 9; k++) {
      updates.add(new float[] {1 << k});
    }
    Set<Float> medians = new HashSet<>();
    RobustRule rule = RobustRule.parse("bucketing:2:median");
    for (int seed = 0; seed < 40; seed++) {
      medians.add(rule.combine(updates, ones(9), new Seed(seed).generator())[0]);
    }
    assertTrue(medians.size() > 10, () -> "only " + medians);
  }

  /** Bit for bit: scores are added from near to far in both, and ties go by content. */
  private static Comparator<float[]> byScore(List<float[]> among, int attackers) {
    return Comparator.<float[]>comparingDouble(update -> score(update, among, attackers))
        .thenComparing(Arrays::compare);
  }

  private static double score(float[] update, List<float[]> among, int attackers) {
    int n = among.size();
    double[] distances =
        among.stream().mapToDouble(other -> Distances.squared(update, other)).sorted().toArray();
    // The first is the update itself.
    return Arrays.stream(distances, 1, Math.min(n, 1 + Math.max(1, n - attackers - 2)))
        .reduce(0, Double::sum);
  }

  private static double sumOfDistances(List<float[]> updates, float[] from) {
    return updates.stream().mapToDouble(u -> Math.sqrt(Distances.squared(u, from))).sum();
  }

  private static double[] sortedColumn(List<float[]> updates, int parameter) {
    return updates.stream().mapToDouble(update -> update[parameter]).sorted().toArray();
  }

  private static float[] combine(RobustRule rule, List<float[]> updates) {
    return rule.combine(updates, ones(updates.size()), new Seed(1).generator());
  }

  private static double[] ones(int count) {
    return IntStream.range(0, count).mapToDouble(i -> 1).toArray();
  }
}
