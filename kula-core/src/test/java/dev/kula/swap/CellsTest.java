package dev.kula.swap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CellsTest {
  private static final int WIDTH = 3;

  private static float[] points(int size) {
    Random random = new Random(3);
    float[] points = new float[size * WIDTH];
    for (int i = 0; i < points.length; i++) {
      points[i] = (float) random.nextGaussian();
    }
    return points;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8, 9, 1000})
  void eachPointIsInOneCellAndFoundInIt(int size) {
    float[] points = points(size);
    Cells cells = Cells.of(points, WIDTH, 8, new Seed(1));
    int[] seen = new int[size];
    for (int cell = 0; cell < cells.count(); cell++) {
      int[] members = cells.members(cell);
      assertTrue(members.length <= 8, members.length + " points");
      for (int member : members) {
        seen[member]++;
        assertEquals(cell, cells.find(points, member));
      }
    }
    assertTrue(Arrays.stream(seen).allMatch(count -> count == 1));
  }

  @Test
  void pointsThatAreAllTheSameAreDivided() {
    Cells cells = Cells.of(new float[100 * WIDTH], WIDTH, 10, new Seed(1));
    assertEquals(16, cells.count());
    assertEquals(100, IntStream.range(0, 16).map(cell -> cells.members(cell).length).sum());
  }

  /** Nearer than any two are on the average, by far. */
  @Test
  void cellsHoldWhatIsNear() {
    float[] points = points(4000);
    Cells cells = Cells.of(points, WIDTH, 16, new Seed(2));
    double within = 0;
    for (int cell = 0; cell < cells.count(); cell++) {
      int[] members = cells.members(cell);
      within += distance(points, members[0], members[members.length - 1]) / cells.count();
    }
    double all = 0;
    for (int i = 0; i < 2000; i++) {
      all += distance(points, i, 2000 + i) / 2000;
    }
    assertTrue(within < 0.4 * all, within + " of " + all);
  }

  @Test
  void theSameSeedDividesAlike() {
    float[] points = points(500);
    assertArrayEquals(
        Cells.of(points, WIDTH, 8, new Seed(5)).members(3),
        Cells.of(points, WIDTH, 8, new Seed(5)).members(3));
  }

  private static double distance(float[] points, int a, int b) {
    double squares = 0;
    for (int d = 0; d < WIDTH; d++) {
      double difference = points[a * WIDTH + d] - points[b * WIDTH + d];
      squares += difference * difference;
    }
    return Math.sqrt(squares);
  }
}
