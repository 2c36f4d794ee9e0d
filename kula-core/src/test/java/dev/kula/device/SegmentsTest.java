package dev.kula.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.data.BlockId;
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
    assertArrayEquals(
        new int[] {2, 3}, segments.others(12), "five samples or more; the common one");
    int of2 = (int) IntStream.range(0, 12).filter(segments.isOf(2)).count();
    assertEquals(6, of2);
  }

  /** A sample that the present group explains less well is no reason to leave it. */
  @Test
  void oneSampleThatIsOddIsNoChange() {
    int[] odd = {0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0};
    assertArrayEquals(new int[11], sorted(new Segments(1), losses(1.4, 2, odd)));
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
    segments.sort(losses(3, 2, 0, 0, 0, 1, 1, 1, 1));
    assertEquals(4 + 4, IntStream.range(0, 11).filter(segments.isOf(1)).count());
    Segments again = new Segments(1);
    again.restore(segments.state());
    assertEquals(4 + 4, IntStream.range(0, 11).filter(again.isOf(1)).count());
    assertEquals(11, IntStream.range(0, 11).filter(again.isOf(2)).count());
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
      double[] step = Arrays.copyOf(losses[0], count + 1);
      step[count] = Double.POSITIVE_INFINITY;
      for (int sample = 1; sample < samples; sample++) {
        step = Segments.next(step, losses[sample], 0);
      }
      assertArrayEquals(step, cost);
      double[] best = new double[count + 1];
      Arrays.fill(best, Double.POSITIVE_INFINITY);
      for (int code = 0; code < Math.pow(count + 1, samples); code++) {
        int[] path = new int[samples];
        int rest = code;
        for (int sample = 0; sample < samples; sample++) {
          path[sample] = rest % (count + 1);
          rest /= count + 1;
        }
        int last = path[samples - 1];
        best[last] = Math.min(best[last], cost(losses, path));
      }
      assertArrayEquals(best, cost, 1e-12);
      int end = segments.present();
      assertEquals(Arrays.stream(best).min().orElseThrow(), best[end], 1e-12);
    }
  }

  private static double cost(double[][] losses, int[] path) {
    int unsettled = losses[0].length;
    if (path[0] == unsettled) {
      return Double.POSITIVE_INFINITY;
    }
    double cost = 0;
    for (int sample = 0; sample < path.length; sample++) {
      int group = path[sample];
      boolean changes = sample > 0 && group != path[sample - 1];
      double change = group == unsettled ? Segments.UNSETTLING : Segments.CHANGE;
      double loss =
          group == unsettled
              ? Arrays.stream(losses[sample]).min().orElseThrow() + Segments.EITHER
              : losses[sample][group];
      cost += loss + (changes ? change : 0);
    }
    return cost;
  }

  /** Each sample is then of the group that explains it, and all are of the common one. */
  @Test
  void whoMeetsThingsOfTwoKindsIsUnsettledUntilOneIsLeft() {
    int[] mixed = {0, 0, 0, 0, 1, 0, 1, 1, 0, 1};
    Segments segments = new Segments(2);
    assertArrayEquals(mixed, sorted(segments, losses(3, 2, mixed)));
    assertEquals(2, segments.present());
    assertEquals(10, IntStream.range(0, 10).filter(segments.isOf(2)).count());
    assertArrayEquals(new int[] {0}, segments.others(9), "not that of which there are four");
    assertTrue(segments.isAmong(2));
    assertFalse(segments.isAmong(1));
    int[] after = Arrays.copyOf(mixed, 17);
    Arrays.fill(after, mixed.length, after.length, 1);
    segments.sort(losses(3, 2, after));
    assertEquals(1, segments.present());
  }

  @Test
  void whatWasThereFromTheBeginningIsNeverUnsettled() {
    int[] mixed = {1, 0, 1, 0, 1, 0, 1};
    Segments segments = new Segments(mixed.length);
    segments.sort(losses(3, 2, mixed));
    assertEquals(1, segments.present());
    assertArrayEquals(new int[0], segments.others(7), "nothing comes in");
  }

  @Test
  void copiesAreOfTheGroupThatTheyWereTakenIn() {
    Segments segments = new Segments(2);
    BlockId before = block('a');
    BlockId after = block('b');
    segments.took(before);
    sorted(segments, losses(3, 2, 0, 0, 0, 0, 1, 1, 1, 1, 1));
    assertEquals(1, segments.present());
    segments.took(after);
    assertTrue(segments.isOf(0, before));
    assertFalse(segments.isOf(1, before));
    assertTrue(segments.isOf(1, after));
    assertTrue(segments.isOf(2, before), "all are of the unsettled");
    Segments restored = new Segments(2);
    restored.restore(segments.state());
    assertFalse(restored.isOf(1, before));
    assertTrue(restored.isOf(0, before));
    segments.moveAll(3);
    assertTrue(segments.isOf(3, before), "an assignment moves all that a device has");
  }

  private static BlockId block(char digit) {
    return new BlockId(String.valueOf(digit).repeat(64));
  }
}
