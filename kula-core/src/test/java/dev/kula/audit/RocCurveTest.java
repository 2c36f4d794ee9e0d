package dev.kula.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RocCurveTest {
  /** By hand: of the twelve pairs, members win 4, 4, and 2 and a half. */
  @Test
  void areaCountsPairsAndTiesHalf() {
    RocCurve curve = new MembershipScores(new double[] {5, 3, 1}, new double[] {2, 1, 0, -1}).roc();
    assertEquals((4 + 4 + 2.5) / 12, curve.area(), 1e-15);
  }

  @Test
  void ratesAreThoseOfTheBestAllowedThreshold() {
    double[] others = IntStream.range(0, 100).asDoubleStream().toArray();
    RocCurve curve = new MembershipScores(new double[] {200, 99, 98.5, 50}, others).roc();
    assertEquals(0.25, curve.truePositiveRate(0), 1e-15);
    assertEquals(0.75, curve.truePositiveRate(0.01), 1e-15);
    assertEquals(0.75, curve.truePositiveRate(0.49), 1e-15);
    assertEquals(1, curve.truePositiveRate(0.5), 1e-15);
    assertEquals(0.74, curve.advantage(), 1e-15);
  }

  @Test
  void guessingIsHalf() {
    RocCurve curve = new MembershipScores(new double[] {1, 1}, new double[] {1, 1, 1}).roc();
    assertEquals(0.5, curve.area());
    assertEquals(0, curve.advantage());
    assertEquals(0, curve.truePositiveRate(0.99));
  }

  @Test
  void scoresAreNumbers() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new MembershipScores(new double[] {Double.NaN}, new double[] {1}));
    assertThrows(
        IllegalArgumentException.class,
        () -> new MembershipScores(new double[0], new double[] {1}));
  }
}
