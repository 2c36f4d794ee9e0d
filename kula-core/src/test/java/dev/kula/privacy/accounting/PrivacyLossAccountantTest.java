package dev.kula.privacy.accounting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.privacy.accounting.Mechanism.Direction;
import dev.kula.privacy.accounting.Mechanism.Gaussian;
import dev.kula.privacy.accounting.Mechanism.Laplace;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PrivacyLossAccountantTest {
  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  private static PrivacyLossAccountant gaussian(double rate, double noise, int times) {
    return PrivacyLossAccountant.empty().plus(new Gaussian(rate, noise), times);
  }

  /**
   * T releases of noise σ are one of σ/√T, whose δ(ε) is closed: Balle and Wang 2018, <i>Improving
   * the Gaussian Mechanism for Differential Privacy</i>, Theorem 8.
   */
  @ParameterizedTest
  @CsvSource({
    "0.05, 1, 1e-5",
    "1, 1, 1e-5",
    "10, 100, 1e-5",
    "4, 40, 1e-5",
    "0.5, 1, 1e-6",
    "30, 7, 1e-8",
    "60, 5000, 1e-6"
  })
  void gaussiansComposeToAGaussian(double noise, int times, double delta) {
    double epsilon = gaussian(1, noise, times).epsilon(delta);
    double mu = Math.sqrt(times) / noise;
    double exact =
        NORMAL.cumulativeProbability(mu / 2 - epsilon / mu)
            - Math.exp(epsilon) * NORMAL.cumulativeProbability(-mu / 2 - epsilon / mu);
    assertTrue(exact <= delta, "an upper bound of epsilon must keep delta, not reach " + exact);
    assertEquals(delta, exact, 2e-3 * delta);
    assertEquals(exact, gaussian(1, noise, times).delta(epsilon), 2e-3 * delta);
  }

  /** So small that rounding shows: the answer errs on the safe side. */
  @ParameterizedTest
  @CsvSource({"60, 5000, 1e-9", "120, 20000, 1e-9", "6, 50, 1e-10"})
  void smallDeltasAreKept(double noise, int times, double delta) {
    double epsilon = gaussian(1, noise, times).epsilon(delta);
    double mu = Math.sqrt(times) / noise;
    assertTrue(
        NORMAL.cumulativeProbability(mu / 2 - epsilon / mu)
                - Math.exp(epsilon) * NORMAL.cumulativeProbability(-mu / 2 - epsilon / mu)
            <= delta);
  }

  /**
   * Brackets from an implementation of its own, in Python: losses on a grid of 2·10⁻⁶ to 2·10⁻⁵,
   * all rounded down and all rounded up, composed by numpy's transform. The truth is in between.
   */
  @ParameterizedTest
  @CsvSource({
    "0.01, 4, 10000, 1e-5, 0.936866, 0.956867",
    "0.01, 1.1, 6000, 1e-5, 3.887745, 3.911746",
    "0.004266666666666667, 1.3, 3515, 1e-5, 0.857379, 0.871440",
    "0.1, 2, 100, 1e-5, 2.336399, 2.338400",
    "0.05, 1, 500, 1e-6, 8.486556, 8.491557",
    "0.04, 1.5, 2250, 1e-5, 6.764280, 6.773281",
    "0.2, 3, 200, 1e-5, 4.354244, 4.356245",
    "0.5, 2, 20, 1e-6, 6.409373, 6.409774",
    "0.02, 0.7, 1000, 1e-5, 9.077122, 9.081123",
    "0.001, 0.8, 20000, 1e-6, 1.275922, 1.295923",
    "0.18, 3.5, 440, 1e-5, 4.981970, 4.983731",
  })
  void sampledGaussiansLieInTheirBrackets(
      double rate, double noise, int times, double delta, double low, double high) {
    double epsilon = gaussian(rate, noise, times).epsilon(delta);
    assertTrue(low <= epsilon && epsilon <= high, () -> "got " + epsilon);
    double renyi = RenyiAccountant.wholeOrders().plus(rate, noise, times).improved(delta).epsilon();
    assertTrue(epsilon < renyi, () -> "%s is not below the %s of RDP".formatted(epsilon, renyi));
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "1, 10, 100", "0.1, 2, 100", "0.05, 1, 50"})
  void theBoundsAreClose(double rate, double noise, int times) {
    double upper = gaussian(rate, noise, times).epsilon(1e-5);
    double lower = gaussian(rate, noise, times).epsilonLowerBound(1e-5);
    assertTrue(lower <= upper);
    assertEquals(upper, lower, 0.012);
  }

  /** δ(0) of a single Laplace is its total variation distance, 1 − e^{−ε/2}; δ(1/scale) is 0. */
  @Test
  void aLaplaceIsPure() {
    PrivacyLossAccountant laplace = PrivacyLossAccountant.empty().plus(new Laplace(2), 1);
    assertEquals(1 - Math.exp(-0.25), laplace.delta(0), 1e-6);
    assertEquals(0.5, laplace.epsilon(1e-10), 1e-6);
    PrivacyLossAccountant hundred = PrivacyLossAccountant.empty().plus(new Laplace(20), 100);
    assertTrue(hundred.epsilon(1e-5) < 2.5, "advanced composition, where plain adding gives 5");
  }

  @Test
  void differentMechanismsCompose() {
    PrivacyLossAccountant both =
        PrivacyLossAccountant.empty()
            .plus(new Gaussian(1, 3), 2)
            .plus(new Gaussian(1, 4), 5)
            .plus(new Gaussian(1, 9), 0);
    double noise = 1 / Math.sqrt(2 / 9.0 + 5 / 16.0);
    assertEquals(gaussian(1, noise, 1).epsilon(1e-5), both.epsilon(1e-5), 2e-3);
    assertEquals(
        both.plus(new Laplace(5), 1).epsilon(1e-5),
        PrivacyLossAccountant.empty()
            .plus(new Laplace(5), 1)
            .plus(new Gaussian(1, noise), 1)
            .epsilon(1e-5),
        2e-3);
  }

  @Test
  void massesAreProbabilities() {
    for (Mechanism mechanism : new Mechanism[] {new Gaussian(0.2, 1), new Laplace(0.7)}) {
      for (Direction direction : Direction.values()) {
        Mechanism.Masses all =
            mechanism.between(direction, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        assertEquals(1, all.underThis(), 1e-15);
        assertEquals(1, all.underTheOther(), 1e-15);
        Mechanism.Masses some = mechanism.between(direction, 0.3, 0.31);
        double ratio = Math.log(some.underThis() / some.underTheOther());
        assertTrue(some.underThis() == 0 || (ratio > 0.3 && ratio <= 0.31), "got " + ratio);
      }
    }
  }

  @Test
  void nothingReleasedCostsNothing() {
    assertEquals(0, PrivacyLossAccountant.empty().epsilon(1e-5));
    assertEquals(0, PrivacyLossAccountant.empty().delta(0));
  }

  @Test
  void refusesWhatHasNoAnswer() {
    PrivacyLossAccountant one = gaussian(1, 1, 1);
    assertThrows(IllegalArgumentException.class, () -> one.epsilon(1e-11));
    assertThrows(IllegalArgumentException.class, () -> one.epsilon(1));
    assertThrows(IllegalArgumentException.class, () -> one.delta(-1));
    assertThrows(IllegalArgumentException.class, () -> one.plus(new Gaussian(1, 1), -1));
    assertThrows(IllegalArgumentException.class, () -> new Gaussian(0, 1));
    assertThrows(IllegalArgumentException.class, () -> new Gaussian(0.1, 0.04));
    assertThrows(IllegalArgumentException.class, () -> new Laplace(0.009));
  }
}
