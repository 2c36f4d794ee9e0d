package dev.kula.aggregate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sums against sums of whole numbers of any size. */
final class FixedPointSumTest {
  private static final int PARAMETERS = 33;
  private static final double STEPS = 0x1p32;

  /**
   * With changes of up to 0.01 nothing leaves the doubles; with 300 each second update makes room;
   * one of 20,000 alone is more than whole doubles hold exactly.
   */
  @ParameterizedTest
  @CsvSource({"0.01, 100, 200", "300, 4096, 50", "20000, 1000, 40"})
  void everyStepCounts(float reach, int weight, int count) {
    SplittableRandom random = new SplittableRandom(5);
    FixedPointSum sum = new FixedPointSum(PARAMETERS);
    FixedPointSum second = new FixedPointSum(PARAMETERS);
    BigInteger[] expected = new BigInteger[PARAMETERS];
    Arrays.fill(expected, BigInteger.ZERO);
    for (int i = 0; i < count; i++) {
      float[] delta = new float[PARAMETERS];
      for (int j = 0; j < PARAMETERS; j++) {
        delta[j] = (float) (reach * (random.nextInt(-1000, 1001) / 1000.0));
        expected[j] = expected[j].add(steps(delta[j], weight));
      }
      (i % 3 == 0 ? second : sum).accumulate(new Update(delta, weight, 1));
    }
    sum.merge(second);
    float[] next = sum.finish(new float[PARAMETERS]);
    for (int j = 0; j < PARAMETERS; j++) {
      BigDecimal mean =
          new BigDecimal(expected[j])
              .divide(BigDecimal.valueOf(STEPS), MathContext.DECIMAL128)
              .divide(BigDecimal.valueOf((long) weight * count), MathContext.DECIMAL128);
      assertEquals(mean.floatValue(), next[j], Math.ulp(mean.floatValue()));
    }
  }

  /** Cancels all but a step or so, which no rounded sum would still have. */
  @ParameterizedTest
  @CsvSource({"0.01, 100", "300, 4096", "20000, 1000"})
  void nothingIsLeftOfWhatCancels(float reach, int weight) {
    SplittableRandom random = new SplittableRandom(6);
    List<float[]> deltas = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      float[] delta = new float[PARAMETERS];
      float[] opposite = new float[PARAMETERS];
      for (int j = 0; j < PARAMETERS; j++) {
        delta[j] = (float) random.nextDouble(-reach, reach);
        opposite[j] = -delta[j];
      }
      deltas.add(delta);
      deltas.add(0, opposite);
    }
    float[] tiny = new float[PARAMETERS];
    tiny[7] = 0x1p-30f / weight;
    deltas.add(31, tiny);
    FixedPointSum sum = new FixedPointSum(PARAMETERS);
    deltas.forEach(delta -> sum.accumulate(new Update(delta, weight, 1)));
    float[] expected = new float[PARAMETERS];
    expected[7] = (float) (4 / (STEPS * weight * deltas.size()));
    assertArrayEquals(expected, sum.finish(new float[PARAMETERS]));
  }

  private static BigInteger steps(float delta, int weight) {
    return BigInteger.valueOf((long) Math.rint((double) delta * (weight * STEPS)));
  }
}
