package dev.kula.monitor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class GroupingTest {
  private static final double NONE = Double.NaN;

  /** Receiver i gains 10 i more than the first, source j gives j more; 2 and 3 suit each other. */
  @Test
  void whatIsCommonToAReceiverOrASourceIsTakenOff() {
    double[][] gains = new double[4][4];
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        gains[i][j] = 10 * i + j;
      }
    }
    Affinity plain = Affinity.of(gains);
    for (int i = 0; i < 4; i++) {
      for (Affinity.Edge edge : plain.of(i)) {
        assertEquals(0, edge.value(), 0.01);
      }
    }
    gains[2][3] += 1;
    Affinity one = Affinity.of(gains);
    double best = one.of(2).get(2).value();
    assertEquals(3, one.of(2).get(2).other());
    assertTrue(best > 0.15, () -> "affinity " + best);
    assertEquals(best, one.of(3).get(2).value(), 1e-12); // counts both ways
  }

  @Test
  void pairsWithoutATrialAreUnknown() {
    double[][] gains = {{NONE, 1, NONE}, {NONE, NONE, NONE}, {NONE, 2, NONE}};
    Affinity affinity = Affinity.of(gains);
    assertEquals(1, affinity.of(0).size());
    assertEquals(2, affinity.of(1).size());
  }

  @Test
  void groupsAreFoundInFewNoisyTrials() {
    int size = 60;
    RandomGenerator random = new Seed(4).generator();
    double[][] gains = new double[size][size];
    for (int i = 0; i < size; i++) {
      Arrays.fill(gains[i], NONE);
      for (int trial = 0; trial < 20; trial++) {
        int j = random.nextInt(size);
        if (i != j) {
          gains[i][j] =
              (i % 3 == j % 3 ? 0.3 : 0) + 0.2 * random.nextGaussian() - 0.05 * i + 0.03 * j;
        }
      }
    }
    Grouping found = Grouping.of(Affinity.of(gains), 3, new Seed(1));
    assertEquals(3, found.count());
    int[] expected = new int[size];
    Arrays.setAll(expected, i -> i % 3);
    assertArrayEquals(expected, found.of());
    assertArrayEquals(found.of(), Grouping.of(Affinity.of(gains), 3, new Seed(1)).of());
  }

  @Test
  void emptyGroupsAreLeftOut() {
    double[][] gains = {{NONE, 1}, {1, NONE}};
    Grouping found = Grouping.of(Affinity.of(gains), 5, new Seed(1));
    assertTrue(found.count() <= 2);
    assertEquals(0, found.of()[0]);
  }
}
