package dev.kula.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kula.Seed;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SegmentsTest {
  /** Losses 0 under the group of each sample and {@code wrong} under the others. */
  private static double[][] losses(double wrong, int count, int... groups) {
    double[][] losses = new double[groups.length][count];
    for (int sample = 0; sample < groups.length; sample++) {
      Arrays.fill(losses[sample], wrong);
      losses[sample][groups[sample]] = 0;
    }
    return losses;
  }

  private static int[] sorted(Segments segments, double[][] losses) {
    segments.sort(losses);
    return segments.state().groups();
  }

  @Test
  void samplesGoToTheGroupThatExplainsThem() {
    Segments segments = new Segments(2);
    int[] groups = {0, 0, 0, 2, 2, 2, 2, 2, 2, 1, 1, 1};
    assertArrayEquals(groups, sorted(segments, losses(3, 3, groups)));
    assertEquals(1, segments.present());
    assertArrayEquals(new int[] {2}, segments.others(12), "five samples or more");
    int of2 = (int) IntStream.range(0, 12).filter(segments.isOf(2)).count();
    assertEquals(6, of2);
  }

  /** A sample between others of another group costs less than two changes of 2.5 each. */
  @Test
  void oneSampleThatIsOddIsNoChange() {
    int[] odd = {0, 0, 0, 0, 1, 0, 0};
    assertArrayEquals(new int[7], sorted(new Segments(1), losses(3, 2, odd)));
  }

  @Test
  void whatWasThereFromTheBeginningIsOfOneGroup() {
    int[] mixed = {1, 0, 1, 0, 1, 0, 0};
    assertArrayEquals(
        new int[] {1, 1, 1, 1, 1, 0, 0}, sorted(new Segments(5), losses(3, 2, mixed)));
  }

  @Test
  void ofGroupsThatExplainAlikeThePresentOneIsKept() {
    Segments segments = new Segments(3);
    segments.moveAll(1);
    assertArrayEquals(new int[] {1, 1, 1, 1}, sorted(segments, new double[4][3]));
  }

  @Test
  void samplesThatComeLaterAreOfThePresentGroup() {
    Segments segments = new Segments(1);
    segments.sort(losses(3, 2, 0, 0, 0, 1, 1));
    assertEquals(2 + 4, IntStream.range(0, 9).filter(segments.isOf(1)).count());
    Segments again = new Segments(1);
    again.restore(segments.state());
    assertEquals(2 + 4, IntStream.range(0, 9).filter(again.isOf(1)).count());
  }

  /** Sample by sample, the costs are the same; and they are those of the best of all paths. */
  @Test
  void pathsAreTheCheapestOfAll() {
    RandomGenerator random = new Seed(7).generator();
    for (int trial = 0; trial < 200; trial++) {
      int count = 2 + trial % 2;
      int samples = 6;
      double[][] losses = new double[samples][count];
      for (double[] row : losses) {
        Arrays.setAll(row, group -> 3 * random.nextDouble());
      }
      Segments segments = new Segments(1);
      double[] cost = segments.sort(losses);
      double[] step = losses[0].clone();
      for (int sample = 1; sample < samples; sample++) {
        step = Segments.next(step, losses[sample], 0);
      }
      assertArrayEquals(step, cost);
      double found = cost(losses, segments.state().groups());
      double best = Double.POSITIVE_INFINITY;
      for (int code = 0; code < Math.pow(count, samples); code++) {
        int[] path = new int[samples];
        int rest = code;
        for (int sample = 0; sample < samples; sample++) {
          path[sample] = rest % count;
          rest /= count;
        }
        best = Math.min(best, cost(losses, path));
      }
      assertEquals(best, found, 1e-12);
      assertEquals(best, Arrays.stream(cost).min().orElseThrow(), 1e-12);
    }
  }

  private static double cost(double[][] losses, int[] path) {
    double cost = 0;
    for (int sample = 0; sample < path.length; sample++) {
      boolean changes = sample > 0 && path[sample] != path[sample - 1];
      cost += losses[sample][path[sample]] + (changes ? Segments.CHANGE : 0);
    }
    return cost;
  }
}
