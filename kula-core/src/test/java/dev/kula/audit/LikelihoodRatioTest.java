package dev.kula.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import java.util.random.RandomGenerator;
import java.util.stream.DoubleStream;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;

final class LikelihoodRatioTest {
  @Test
  void confidenceIsTheLogitOfTheProbability() {
    assertEquals(Math.log(0.8 / 0.2), LikelihoodRatio.logitConfidence(-Math.log(0.8)), 1e-12);
    assertEquals(0, LikelihoodRatio.logitConfidence(Math.log(2)), 1e-12);
    assertTrue(Double.isFinite(LikelihoodRatio.logitConfidence(0)));
    assertEquals(-1000, LikelihoodRatio.logitConfidence(Double.NaN), 1e-9);
    assertEquals(-1000, LikelihoodRatio.logitConfidence(Double.POSITIVE_INFINITY), 1e-9);
  }

  /** ln N(x; 1, 2) − ln N(x; 0, 0.5) at 1, by hand: (2 − ln 4)/2. */
  @Test
  void scoreIsTheLogarithmOfTheRatio() {
    LikelihoodRatio ratio = LikelihoodRatio.fit(new double[] {0, 2}, new double[] {-0.5, 0.5});
    assertEquals(new LikelihoodRatio(1, 2, 0, 0.5), ratio);
    assertEquals((2 - Math.log(4)) / 2, ratio.score(1), 1e-12);
    assertThrows(
        IllegalArgumentException.class,
        () -> LikelihoodRatio.fit(new double[] {1}, new double[] {1, 2}));
  }

  /**
   * Records that differ in how hard they are hide from one threshold for all, not from a fit of
   * their own: there the attack does as well as for N(0, 1) and N(1, 1), whose area is Φ(1/√2).
   */
  @Test
  void findsShiftsUnderDifferencesBetweenRecords() {
    RandomGenerator random = new Seed(3).generator();
    int records = 200;
    int each = 100;
    double[] ratioIn = new double[records * each];
    double[] ratioOut = new double[records * each];
    double[] plainIn = new double[records * each];
    double[] plainOut = new double[records * each];
    for (int record = 0; record < records; record++) {
      double hardness = 20 * random.nextGaussian();
      LikelihoodRatio ratio =
          LikelihoodRatio.fit(normal(random, hardness + 1, 500), normal(random, hardness, 500));
      double[] in = normal(random, hardness + 1, each);
      double[] out = normal(random, hardness, each);
      for (int i = 0; i < each; i++) {
        int at = record * each + i;
        plainIn[at] = in[i];
        plainOut[at] = out[i];
        ratioIn[at] = ratio.score(in[i]);
        ratioOut[at] = ratio.score(out[i]);
      }
    }
    double best = NormalDistribution.of(0, 1).cumulativeProbability(Math.sqrt(0.5));
    assertEquals(best, new MembershipScores(ratioIn, ratioOut).roc().area(), 0.01);
    assertEquals(0.5, new MembershipScores(plainIn, plainOut).roc().area(), 0.05);
  }

  private static double[] normal(RandomGenerator random, double mean, int size) {
    return DoubleStream.generate(() -> random.nextGaussian(mean, 1)).limit(size).toArray();
  }
}
