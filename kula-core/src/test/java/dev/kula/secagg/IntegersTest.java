package dev.kula.secagg;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.privacy.noise.NoiseSource;
import dev.kula.secagg.Quantiser.Rounding;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Floats to integers, integers to bytes, and how many neighbours. */
final class IntegersTest {
  @Property(tries = 200)
  void whatIsPackedAddsUpAgain(
      @ForAll int[] vector, @ForAll @IntRange(min = 1, max = 32) int bits) {
    Modulus modulus = new Modulus(bits);
    byte[] packed = modulus.pack(vector);
    assertEquals((vector.length * (long) bits + 7) / 8, packed.length);
    assertTrue(modulus.isCanonical(packed, vector.length));
    int[] sum = new int[vector.length];
    modulus.addPacked(packed, sum);
    for (int i = 0; i < vector.length; i++) {
      assertEquals(modulus.signed(vector[i]), modulus.signed(sum[i]));
    }
  }

  @Test
  void theModulusIsTheSmallestThatFits() {
    assertEquals(26, Modulus.forSums(1000, 32767).bits());
    assertEquals(2, Modulus.forSums(1, 1).bits());
    assertEquals(4, Modulus.forSums(5, 1).bits());
    assertEquals(32, Modulus.forSums(1, Integer.MAX_VALUE).bits());
    assertThrows(IllegalArgumentException.class, () -> Modulus.forSums(3, Integer.MAX_VALUE));
  }

  @Test
  void numbersAreClippedAndRounded() {
    Quantiser quantiser = new Quantiser(2, 100);
    NoiseSource bits = NoiseSource.seeded(new Seed(1));
    float[] values = {0, 1, -1, 3, -9, Float.NaN, Float.POSITIVE_INFINITY, 0.011f};
    int[] expected = {0, 50, -50, 100, -100, 0, 100, 1};
    assertArrayEquals(expected, quantiser.quantise(values, Rounding.NEAREST, bits));
    assertArrayEquals(new double[] {1, -0.02}, quantiser.dequantise(new int[] {50, -1}), 1e-12);
  }

  @Test
  void stochasticRoundingIsRightOnAverage() {
    Quantiser quantiser = new Quantiser(1, 10);
    float[] values = new float[100_000];
    Arrays.fill(values, 0.123f);
    int[] rounded =
        quantiser.quantise(values, Rounding.STOCHASTIC, NoiseSource.seeded(new Seed(2)));
    assertTrue(Arrays.stream(rounded).allMatch(i -> i == 1 || i == 2));
    // The standard error is √(0.23 · 0.77 / 100,000) = 0.0013.
    assertEquals(1.23, Arrays.stream(rounded).average().orElseThrow(), 0.008);
  }

  /** Tails by a recurrence of their own, not those of the library. */
  @Test
  void theSmallestGraphMeetsItsConditionsAndNoSmallerOneDoes() {
    NeighbourhoodSize size = new NeighbourhoodSize(1000, 0.1, 0.1, 40, 20);
    Neighbourhoods.Sparse sparse = size.smallest();
    int degree = sparse.degree();
    int threshold = sparse.threshold();
    double corrupt = 1000 * upperTail(999, 100, degree, 2 * threshold - degree);
    double few = 1000 * (1 - upperTail(999, 899, degree, threshold));
    assertEquals(corrupt, size.tooManyCorrupt(degree, threshold), 1e-6 * corrupt);
    assertTrue(corrupt <= Math.scalb(1.0, -41));
    assertTrue(size.parting(degree) <= Math.scalb(1.0, -41));
    assertTrue(few <= Math.scalb(1.0, -20));
    assertTrue(size.tooManyCorrupt(degree, threshold - 1) > Math.scalb(1.0, -41));
    for (int t = degree / 2; t <= degree - 2; t++) {
      boolean meets =
          size.tooManyCorrupt(degree - 2, t) <= Math.scalb(1.0, -41)
              && size.tooFewSurvivors(degree - 2, t) <= Math.scalb(1.0, -20)
              && size.parting(degree - 2) <= Math.scalb(1.0, -41);
      assertTrue(!meets, "threshold " + t);
    }
  }

  /** P[Hyp(population, marked, drawn) ≥ least], drawing one after another. */
  private static double upperTail(int population, int marked, int drawn, int least) {
    double[] chance = new double[drawn + 1];
    chance[0] = 1;
    for (int draw = 0; draw < drawn; draw++) {
      for (int have = draw + 1; have >= 0; have--) {
        double miss =
            have <= draw
                ? chance[have] * (population - marked - (draw - have)) / (population - draw)
                : 0;
        double hit = have > 0 ? chance[have - 1] * (marked - (have - 1)) / (population - draw) : 0;
        chance[have] = miss + hit;
      }
    }
    double tail = 0;
    for (int have = drawn; have >= Math.max(0, least); have--) {
      tail += chance[have];
    }
    return tail;
  }

  @Test
  void tooMuchToAskHasNoGraph() {
    NeighbourhoodSize size = new NeighbourhoodSize(20, 0.3, 0.3, 40, 20);
    assertEquals(
        KulaException.Blame.USER, assertThrows(KulaException.class, size::smallest).blame());
  }

  @Test
  void graphsAreSymmetricRegularAndSeeded() {
    Neighbourhoods sparse = new Neighbourhoods.Sparse(8, 5);
    Graph graph = Graph.of(sparse, 31, new byte[32]);
    for (int i = 0; i < 31; i++) {
      int[] neighbours = graph.neighbours(i);
      assertEquals(8, Arrays.stream(neighbours).distinct().count());
      for (int other = 0; other < 31; other++) {
        assertEquals(Arrays.binarySearch(neighbours, other) >= 0, graph.adjacent(i, other));
        assertEquals(graph.adjacent(i, other), graph.adjacent(other, i));
      }
    }
    byte[] otherSeed = new byte[32];
    otherSeed[0] = 1;
    assertTrue(!Arrays.equals(graph.neighbours(0), Graph.of(sparse, 31, otherSeed).neighbours(0)));
  }
}
