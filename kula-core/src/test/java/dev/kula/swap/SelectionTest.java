package dev.kula.swap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.swap.Selection.Candidates;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.junit.jupiter.api.Test;

final class SelectionTest {
  private static final List<Integer> ANY = List.of();

  /** Points on a line, losses and importance as given, all of label 0. */
  private static Candidates line(float[] losses, float[] importance, float... points) {
    return new Candidates(new int[points.length], losses, importance, points, 1);
  }

  private static Candidates line(float... points) {
    return line(new float[points.length], new float[points.length], points);
  }

  private static int[] select(Selection how, Candidates from, int size, double diversity) {
    return how.select(from, ANY, size, diversity, new Seed(1).generator());
  }

  @Property(tries = 300)
  void picksASubsetOfWhatIsWanted(
      @ForAll Selection how,
      @ForAll @Size(max = 40) List<@IntRange(max = 5) Integer> bins,
      @ForAll @Size(max = 4) List<@IntRange(max = 7) Integer> labels,
      @ForAll @IntRange(max = 50) int size,
      @ForAll @DoubleRange(min = 0, max = 1) double diversity,
      @ForAll long seed) {
    RandomGenerator random = new Seed(seed).generator();
    int count = bins.size();
    float[] numbers = new float[3 * count];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = random.nextInt(4); // many ties
    }
    Candidates candidates =
        new Candidates(
            bins.stream().mapToInt(Integer::intValue).toArray(),
            Arrays.copyOf(numbers, count),
            Arrays.copyOf(numbers, count),
            numbers,
            3);
    int[] picked = how.select(candidates, labels, size, diversity, random);
    long available = bins.stream().filter(bin -> labels.isEmpty() || labels.contains(bin)).count();
    assertEquals(Math.min(size, available), picked.length);
    int last = -1;
    for (int index : picked) {
      assertTrue(index > last, "ascending and distinct");
      assertTrue(index < count);
      assertTrue(labels.isEmpty() || labels.contains(bins.get(index)));
      last = index;
    }
  }

  private static int[] counts(int[] bins, int[] picked) {
    int[] counts = new int[Arrays.stream(bins).max().orElseThrow() + 1];
    for (int index : picked) {
      counts[bins[index]]++;
    }
    return counts;
  }

  private static int[] bins(int... sizes) {
    List<Integer> bins = new ArrayList<>();
    for (int bin = 0; bin < sizes.length; bin++) {
      for (int i = 0; i < sizes[bin]; i++) {
        bins.add(bin);
      }
    }
    return bins.stream().mapToInt(Integer::intValue).toArray();
  }

  private static Candidates labelled(int[] bins) {
    float[] zeros = new float[bins.length];
    return new Candidates(bins, zeros, zeros, zeros, 1);
  }

  @Test
  void labelsAskedForAreServedEvenly() {
    int[] bins = bins(50, 50, 3, 50);
    for (Selection how : Selection.values()) {
      int[] picked = how.select(labelled(bins), List.of(0, 2, 3), 21, 0.5, new Seed(1).generator());
      assertArrayEquals(new int[] {9, 0, 3, 9}, counts(bins, picked));
    }
  }

  @Test
  void anyLabelsAreServedInProportion() {
    int[] bins = bins(60, 30, 10);
    int[] picked = select(Selection.UNIFORM, labelled(bins), 20, 0);
    assertArrayEquals(new int[] {12, 6, 2}, counts(bins, picked));
  }

  /** From the point nearest to the mean, then always the farthest from all picked. */
  @Test
  void diversityIsFarthestFirst() {
    Candidates points = line(0, 10, 11, 12, 30, 31);
    // Mean 15.7: 12 first, then 31 (19 away), then 0 (12 away), then 10 (2 away).
    assertArrayEquals(new int[] {3}, select(Selection.DIVERSITY, points, 1, 1));
    assertArrayEquals(new int[] {3, 5}, select(Selection.DIVERSITY, points, 2, 1));
    assertArrayEquals(new int[] {0, 3, 5}, select(Selection.DIVERSITY, points, 3, 1));
    assertArrayEquals(new int[] {0, 1, 3, 5}, select(Selection.DIVERSITY, points, 4, 1));
  }

  /** The 10 % of highest loss are suspect, even where they lie farthest out. */
  @Test
  void diversityDropsTheTenthOfHighestLoss() {
    float[] points = new float[20];
    float[] losses = new float[20];
    for (int i = 0; i < 20; i++) {
      points[i] = i;
      losses[i] = 1;
    }
    points[7] = 1000;
    losses[7] = 9;
    points[12] = -1000;
    losses[12] = 8;
    Candidates candidates = line(losses, new float[20], points);
    for (int size = 1; size <= 18; size++) {
      int[] picked = select(Selection.DIVERSITY, candidates, size, 1);
      assertEquals(-1, Arrays.binarySearch(picked, 7) >= 0 ? 7 : -1);
      assertEquals(-1, Arrays.binarySearch(picked, 12) >= 0 ? 12 : -1);
    }
    assertEquals(19, select(Selection.DIVERSITY, candidates, 19, 1).length);
    assertTrue(Arrays.binarySearch(select(Selection.DIVERSITY, candidates, 19, 1), 7) < 0);
    assertEquals(20, select(Selection.DIVERSITY, candidates, 20, 1).length);
  }

  @Test
  void importanceTakesTheLargest() {
    float[] importance = {0.5f, 3, 1, 3, 0.1f, 2};
    Candidates candidates = line(new float[6], importance, 0, 0, 0, 0, 0, 0);
    assertArrayEquals(new int[] {1}, select(Selection.IMPORTANCE, candidates, 1, 0));
    assertArrayEquals(new int[] {1, 3, 5}, select(Selection.IMPORTANCE, candidates, 3, 0));
  }

  @Test
  void mixedGivesDiversityItsShare() {
    float[] importance = {9, 8, 7, 0, 0, 0};
    Candidates candidates = line(new float[6], importance, 10, 11, 12, 0, 20, 13);
    // Diversity alone: 11 first (mean 11), then 0, then 20, then 13.
    assertArrayEquals(new int[] {0, 1, 2}, select(Selection.MIXED, candidates, 3, 0));
    assertArrayEquals(new int[] {0, 1, 2}, select(Selection.MIXED, candidates, 3, 1.0 / 3));
    assertArrayEquals(new int[] {0, 1, 3}, select(Selection.MIXED, candidates, 3, 2.0 / 3));
    assertArrayEquals(new int[] {1, 3, 4}, select(Selection.MIXED, candidates, 3, 1));
  }

  /** Chi-square over 2000 draws of 3 of 12, at 0.1 %. */
  @Test
  void uniformIsUniform() {
    Candidates candidates = labelled(new int[12]);
    int draws = 2000;
    int[] counts = new int[12];
    RandomGenerator random = new Seed(8).generator();
    for (int draw = 0; draw < draws; draw++) {
      for (int index : Selection.UNIFORM.select(candidates, ANY, 3, 0, random)) {
        counts[index]++;
      }
    }
    double expected = draws * 3 / 12.0;
    double statistic = 0;
    for (int count : counts) {
      statistic += (count - expected) * (count - expected) / expected;
    }
    // Draws without replacement vary less than independent ones: by (12 − 3)/(12 − 1).
    double pValue = ChiSquaredDistribution.of(11).survivalProbability(statistic * 11 / 9);
    assertTrue(pValue > 0.001 && pValue < 0.999, "p is " + pValue);
  }
}
