package dev.kula.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.audit.EpsilonBound.Counts;
import dev.kula.audit.EpsilonBound.Event;
import dev.kula.audit.EpsilonBound.Evidence;
import dev.kula.privacy.accounting.Mechanism;
import dev.kula.privacy.accounting.PrivacyLossAccountant;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EpsilonBoundTest {
  private static final double DELTA = 1e-5;

  /** {@code scipy.stats.beta.ppf(0.025, 8, 3)} and {@code (0.975, 9, 2)}; the rule of three. */
  @Test
  void limitsAreThoseOfClopperAndPearson() {
    assertEquals(0.4439045376923585, ClopperPearson.lower(8, 10, 0.975), 1e-12);
    assertEquals(0.9747892736731666, ClopperPearson.upper(8, 10, 0.975), 1e-12);
    assertEquals(1 - Math.pow(0.05, 1.0 / 30), ClopperPearson.upper(0, 30, 0.95), 1e-12);
    assertEquals(0, ClopperPearson.lower(0, 30, 0.95));
    assertEquals(1, ClopperPearson.upper(30, 30, 0.95));
    assertEquals(Math.pow(0.05, 1.0 / 30), ClopperPearson.lower(30, 30, 0.95), 1e-12);
    assertThrows(IllegalArgumentException.class, () -> ClopperPearson.lower(3, 2, 0.95));
  }

  /** What limits of all and of none of 100 leave, by hand. */
  @Test
  void theBoundIsTheLogarithmOfTheLimits() {
    double limit = Math.pow(0.025, 1.0 / 100);
    assertEquals(
        Math.log((limit - DELTA) / (1 - limit)),
        new Counts(100, 100, 0, 100).epsilon(DELTA, 0.95),
        1e-9);
    assertEquals(0, new Counts(50, 100, 50, 100).epsilon(DELTA, 0.95));
    assertEquals(0, new Counts(0, 100, 0, 100).epsilon(DELTA, 0.95));
  }

  @Test
  void eventsAreCountedBothWays() {
    MembershipScores scores =
        new MembershipScores(new double[] {3, 1, 2}, new double[] {2, 0, -1, 5});
    assertEquals(new Counts(2, 3, 2, 4), new Event(2, Evidence.PRESENCE).count(scores));
    assertEquals(new Counts(2, 4, 1, 3), new Event(2, Evidence.ABSENCE).count(scores));
  }

  /** Only what the record makes impossible gives it away here: absence shows, presence never. */
  @Test
  void absenceIsEvidenceToo() {
    RandomGenerator random = new Seed(1).generator();
    double[] members = DoubleStream.generate(() -> 1 + random.nextDouble()).limit(2000).toArray();
    double[] others = DoubleStream.generate(() -> 2 * random.nextDouble()).limit(2000).toArray();
    EpsilonBound bound = halves(members, others);
    assertEquals(Evidence.ABSENCE, bound.event().evidence());
    assertTrue(bound.epsilon() > 4, bound::toString);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 4})
  void aGaussianMechanismIsBelowItsEpsilonAndNotFar(double epsilon) {
    double mu = mu(epsilon);
    EpsilonBound bound = gaussian(mu, 200_000);
    assertTrue(bound.epsilon() <= epsilon && bound.epsilon() >= epsilon / 2, bound::toString);
    assertTrue(bound.gaussianEpsilon() <= epsilon, bound::toString);
    assertTrue(bound.gaussianEpsilon() >= 0.8 * epsilon, bound::toString);
  }

  @Test
  void halfTheNoiseIsCaught() {
    EpsilonBound bound = gaussian(2 * mu(1), 200_000);
    assertTrue(bound.epsilon() > 1, bound::toString);
  }

  /** The curve of Dong, Roth and Su against the accountant's own. */
  @Test
  void theGaussianCurveIsTheAccountants() {
    double sigma = 0.8;
    double expected =
        PrivacyLossAccountant.empty().plus(new Mechanism.Gaussian(1, sigma), 1).epsilon(DELTA);
    assertEquals(expected, new GaussianTradeoff(1 / sigma).epsilon(DELTA), 2e-3);
    assertEquals(1.5, GaussianTradeoff.of(0.2266273523768682, 0.2266273523768682).mu(), 1e-9);
    assertEquals(0, GaussianTradeoff.of(0.5, 0.6).mu());
  }

  /** In ninety-five of a hundred audits, at least, the bound holds; noise here hides nothing. */
  @Test
  void whereThereIsNothingToSeeNothingIsSeen() {
    int wrong = 0;
    for (int audit = 0; audit < 200; audit++) {
      RandomGenerator random = new Seed(2).derive(audit).generator();
      wrong += halves(normal(random, 0, 200), normal(random, 0, 200)).epsilon() > 0 ? 1 : 0;
    }
    assertTrue(wrong <= 10, wrong + " of 200 audits see something");
  }

  private static double mu(double epsilon) {
    double low = 0;
    double high = 10;
    for (int i = 0; i < 60; i++) {
      double middle = (low + high) / 2;
      if (new GaussianTradeoff(middle).epsilon(DELTA) < epsilon) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static EpsilonBound gaussian(double mu, int trials) {
    RandomGenerator random = new Seed(7).generator();
    return halves(normal(random, mu, trials), normal(random, 0, trials));
  }

  private static double[] normal(RandomGenerator random, double mean, int size) {
    return DoubleStream.generate(() -> random.nextGaussian(mean, 1)).limit(size).toArray();
  }

  private static EpsilonBound halves(double[] members, double[] others) {
    return EpsilonBound.of(half(members, others, 0), half(members, others, 1), DELTA);
  }

  private static MembershipScores half(double[] members, double[] others, int which) {
    return new MembershipScores(half(members, which), half(others, which));
  }

  private static double[] half(double[] scores, int which) {
    int size = scores.length / 2;
    return Arrays.copyOfRange(scores, which * size, (which + 1) * size);
  }
}
