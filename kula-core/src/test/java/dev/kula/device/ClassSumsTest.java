package dev.kula.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.data.FeatureTable;
import dev.kula.data.SampleBatch;
import dev.kula.data.SampleSet;
import dev.kula.data.ToyClusters;
import dev.kula.model.ToyEngine;
import dev.kula.privacy.noise.GaussianMechanism;
import dev.kula.privacy.noise.NoiseSource;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What a record adds to class sums, and how they are noised. */
final class ClassSumsTest {
  private static final int WIDTH = ToyClusters.FEATURES;
  private static final int CLASSES = ToyClusters.CLASSES;
  private static final int STRIDE = 1 + WIDTH;

  private static final ToyEngine ENGINE = ToyDevices.engine();
  private static final float[] MODEL = ENGINE.initialParameters(new Seed(4).generator());

  private static SampleSet samples(float[][] rows, int[] classes) {
    float[] values = new float[rows.length * WIDTH];
    float[] targets = new float[rows.length];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, values, i * WIDTH, WIDTH);
      targets[i] = classes[i];
    }
    return SampleSet.of(new SampleBatch(new FeatureTable.Floats(values, WIDTH), targets));
  }

  private static ClassSums sums(SampleSet samples, double rho, double clip, long draw) {
    return ClassSums.of(
        samples,
        ENGINE,
        MODEL,
        ToyClusters.LABELS,
        new SumProtection(rho, clip),
        NoiseSource.seeded(new Seed(draw)));
  }

  /** All that a record adds, in the space in which noise is added, is at most Δ long. */
  @Property(tries = 500)
  void oneRecordMovesTheSumsByAtMostTheSensitivity(
      @ForAll @Size(min = 0, max = 12) float[][] others,
      @ForAll @Size(WIDTH) float[] record,
      @ForAll @IntRange(min = 0, max = CLASSES - 1) int label,
      @ForAll @IntRange(min = 1, max = 1000) int clip) {
    long[] without = new long[CLASSES * STRIDE];
    for (int i = 0; i < others.length; i++) {
      ClassSums.add(Arrays.copyOf(others[i], WIDTH), clip / 100.0, without, i % CLASSES * STRIDE);
    }
    long[] with = without.clone();
    ClassSums.add(record, clip / 100.0, with, label * STRIDE);
    double squares = 0;
    for (int i = 0; i < with.length; i++) {
      boolean own = i / STRIDE == label;
      assertTrue(own || with[i] == without[i], "another class moved");
      double moved = with[i] - without[i];
      double scale = i % STRIDE == 0 ? ClassSums.countWeight(WIDTH) : 0x1p-32;
      squares += moved * scale * moved * scale;
    }
    assertTrue(Math.sqrt(squares) <= ClassSums.sensitivity(WIDTH), () -> "moved too far");
    assertTrue(squares > 0, "the count at least is seen");
  }

  /** The order of adding shows nowhere, though floats are what is added. */
  @Property(tries = 100)
  void sumsDoNotDependOnTheOrderOfSamples(
      @ForAll @Size(min = 2, max = 12) float[][] rows, @ForAll long seed) {
    long[] forward = new long[STRIDE];
    long[] backward = new long[STRIDE];
    for (int i = 0; i < rows.length; i++) {
      ClassSums.add(Arrays.copyOf(rows[i], WIDTH), 1, forward, 0);
      ClassSums.add(Arrays.copyOf(rows[rows.length - 1 - i], WIDTH), 1, backward, 0);
    }
    assertArrayEquals(forward, backward);
  }

  @Test
  void embeddingsAreClippedAndWhatIsNotFiniteCountsOnly() {
    float[][] rows = {
      {3, 4, 0, 0, 0, 0},
      {0.3f, 0, 0, 0.4f, 0, 0},
      {Float.NaN, 0, 0, 0, 0, 0},
      {1e30f, 1e30f, 0, 0, 0, 0}
    };
    long[] sums = new long[STRIDE];
    ClassSums.add(rows[0], 1, sums, 0);
    assertEquals(0.6, sums[1] * 0x1p-32, 1e-8);
    assertEquals(0.8, sums[2] * 0x1p-32, 1e-8);
    ClassSums.add(rows[1], 1, sums, 0);
    assertEquals(0.9, sums[1] * 0x1p-32, 1e-7, "within the clip it stays as it is");
    long[] before = sums.clone();
    ClassSums.add(rows[2], 1, sums, 0);
    before[0]++;
    assertArrayEquals(before, sums);
    ClassSums.add(rows[3], 1, sums, 0);
    assertEquals(0.9 + Math.sqrt(0.5), sums[1] * 0x1p-32, 1e-7, "its squares overflow floats");
    assertEquals(4, sums[0]);
  }

  @Test
  void withoutNoiseTheyAreCountsAndSumsOfEmbeddings() {
    float[][] rows = {{1, 0, 0, 0, 0, 1}, {0, 2, 0, 0, 0, 1}, {0, 0, 3, 0, 0, 1}};
    SampleSet samples = samples(rows, new int[] {1, 3, 3});
    ClassSums sums = sums(samples, Double.POSITIVE_INFINITY, 1e3, 1);
    assertArrayEquals(new float[] {0, 1, 0, 2}, sums.counts());
    float[] embeddings = new float[3 * WIDTH];
    ENGINE.embed(MODEL, samples, embeddings);
    for (int k = 0; k < WIDTH; k++) {
      assertEquals(0, sums.sums()[k]);
      assertEquals(embeddings[k], sums.sums()[WIDTH + k], 1e-4);
      assertEquals(
          embeddings[WIDTH + k] + embeddings[2 * WIDTH + k], sums.sums()[3 * WIDTH + k], 1e-4);
    }
    assertEquals(0, sums.countStddev());
    assertEquals(0, sums.sumStddev());
  }

  @Test
  void noiseHasTheVarianceThatIsStated() {
    double rho = 0.05;
    double clip = 2;
    SampleSet none = SampleSet.empty(WIDTH);
    double[] squares = new double[2];
    int draws = 400;
    double countStddev = 0;
    double sumStddev = 0;
    for (int draw = 0; draw < draws; draw++) {
      ClassSums sums = sums(none, rho, clip, draw);
      for (float count : sums.counts()) {
        squares[0] += (double) count * count / draws / CLASSES;
      }
      for (float sum : sums.sums()) {
        squares[1] += (double) sum * sum / draws / CLASSES / WIDTH;
      }
      countStddev = sums.countStddev();
      sumStddev = sums.sumStddev();
    }
    double weight = ClassSums.countWeight(WIDTH);
    double stddev =
        new GaussianMechanism(ClassSums.sensitivity(WIDTH), rho, CLASSES * STRIDE).stddev();
    assertEquals(stddev / weight, countStddev, 1e-9);
    assertEquals(stddev * clip * Math.sqrt(WIDTH), sumStddev, 1e-9);
    // Six standard errors of a variance of so many draws.
    assertEquals(1, squares[0] / countStddev / countStddev, 6 * Math.sqrt(2.0 / draws / CLASSES));
    assertEquals(
        1, squares[1] / sumStddev / sumStddev, 6 * Math.sqrt(2.0 / draws / CLASSES / WIDTH));
  }

  /** Sums are noised on the mechanism's grid: what comes out are whole numbers of its steps. */
  @Test
  void theGridDoesNotDependOnTheSamples() {
    double weight = ClassSums.countWeight(WIDTH);
    double step =
        new GaussianMechanism(ClassSums.sensitivity(WIDTH), 5, CLASSES * STRIDE).step() / weight;
    float[][] rows = {{0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f}};
    for (SampleSet samples :
        new SampleSet[] {SampleSet.empty(WIDTH), samples(rows, new int[] {2})}) {
      for (float count : sums(samples, 5, 1, 3).counts()) {
        assertEquals(count, (float) (Math.rint(count / step) * step));
      }
    }
  }

  @Test
  void theWeightOfCountsIsThePowerOfTwoNearestToTheFourthRoot() {
    assertEquals(0.25, ClassSums.countWeight(200));
    assertEquals(1, ClassSums.countWeight(1));
    for (int width : new int[] {1, 6, 64, 200, 784, 4096}) {
      double weight = ClassSums.countWeight(width);
      assertEquals(weight, Math.scalb(1.0, Math.getExponent(weight)));
      double exact = Math.pow(width, -0.25);
      assertTrue(weight / exact < 1.42 && exact / weight < 1.42);
    }
  }

  @Test
  void malformedSumsAreNotSound() {
    float[] counts = new float[CLASSES];
    float[] sums = new float[CLASSES * WIDTH];
    assertTrue(new ClassSums(counts, sums, 0, 0).isSound(CLASSES, WIDTH));
    assertFalse(new ClassSums(counts, sums, -1, 0).isSound(CLASSES, WIDTH));
    assertFalse(new ClassSums(counts, sums, 0, Double.NaN).isSound(CLASSES, WIDTH));
    assertFalse(new ClassSums(counts, sums, Double.POSITIVE_INFINITY, 0).isSound(CLASSES, WIDTH));
    assertFalse(new ClassSums(new float[3], sums, 0, 0).isSound(CLASSES, WIDTH));
    assertFalse(new ClassSums(counts, new float[5], 0, 0).isSound(CLASSES, WIDTH));
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      float[] badCounts = counts.clone();
      badCounts[2] = bad;
      assertFalse(new ClassSums(badCounts, sums, 0, 0).isSound(CLASSES, WIDTH));
      float[] badSums = sums.clone();
      badSums[7] = bad;
      assertFalse(new ClassSums(counts, badSums, 0, 0).isSound(CLASSES, WIDTH));
    }
  }

  private static SampleSet own() {
    float[][] rows = {
      {0, 0, 0, 0, 0, 0}, {2, 0, 0, 0, 0, 0}, {10, 4, 0, 0, 0, 0}, {12, 4, 0, 0, 0, 0}
    };
    return samples(rows, new int[] {0, 0, 1, 1});
  }

  /** Means from the source, spread from the receiver: 2 in the first number, none in others. */
  @Test
  void virtualSamplesLieAroundTheMeansWithTheReceiversSpread() {
    float[] counts = {0, 0, 50, 10};
    float[] sums = new float[CLASSES * WIDTH];
    sums[2 * WIDTH] = 150;
    sums[2 * WIDTH + 1] = -50;
    sums[3 * WIDTH + 5] = 70;
    SampleSet drawn =
        new VirtualSamples(own(), ToyClusters.LABELS)
            .draw(new ClassSums(counts, sums, 0, 0), 4000, List.of(2, 3), new Seed(9).generator());
    assertArrayEquals(new double[] {0, 0, 2000, 2000}, drawn.labelCounts(ToyClusters.LABELS));
    float[] row = new float[WIDTH];
    double mean = 0;
    double squares = 0;
    for (int i = 0; i < 2000; i++) {
      drawn.copyFeatures(i, row, 0);
      mean += row[0] / 2000;
      squares += (row[0] - 3) * (row[0] - 3) / 2000;
      assertEquals(-1, row[1]);
    }
    assertEquals(3, mean, 0.2);
    assertEquals(2, squares, 0.4);
    drawn.copyFeatures(3000, row, 0);
    assertEquals(7, row[5]);
  }

  @Test
  void withoutLabelsAskedClassesComeAsOftenAsTheyAre() {
    SampleSet drawn = draw(new float[] {30, 10, 0, -3}, 0, 0, 8);
    assertArrayEquals(new double[] {6, 2, 0, 0}, drawn.labelCounts(ToyClusters.LABELS));
  }

  private static SampleSet draw(
      float[] counts, double countStddev, double sumStddev, int size, Integer... wanted) {
    return new VirtualSamples(own(), ToyClusters.LABELS)
        .draw(
            new ClassSums(counts, new float[CLASSES * WIDTH], countStddev, sumStddev),
            size,
            List.of(wanted),
            new Seed(9).generator());
  }

  @Test
  void whatDoesNotStandOutFromTheNoiseIsNotDrawnFrom() {
    float[] counts = {100, 11, 9, -50};
    assertArrayEquals(
        new double[] {3, 3, 0, 0},
        draw(counts, 5, 0, 6, 0, 1, 2, 3).labelCounts(ToyClusters.LABELS));
    // The spread is √2 in all, so noise of σ√6 in a sum is as long at 100√2/√6 = 57.7.
    assertEquals(6, draw(counts, 0, 57, 6, 0).size());
    assertEquals(0, draw(counts, 0, 58, 6, 0).size(), "a mean of so much noise says nothing");
    assertEquals(0, draw(counts, 0, 0, 6, 3).size(), "nobody has less than no samples");
  }

  @Test
  void noOrderFillsTheMemory() {
    assertEquals(
        VirtualSamples.MOST, draw(new float[] {9, 9, 9, 9}, 0, 0, Integer.MAX_VALUE).size());
  }

  @Test
  void theSameSeedDrawsTheSame() {
    float[] once = flat(9);
    assertArrayEquals(once, flat(9));
    assertNotEquals(0, IntStream.range(0, once.length).filter(i -> once[i] != 0).count());
  }

  private static float[] flat(int size) {
    SampleSet drawn = draw(new float[] {5, 5, 5, 5}, 0, 0, size);
    float[] values = new float[drawn.size() * WIDTH];
    for (int i = 0; i < drawn.size(); i++) {
      drawn.copyFeatures(i, values, i * WIDTH);
    }
    return values;
  }
}
