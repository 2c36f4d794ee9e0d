package dev.kula.privacy.accounting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RenyiFilterTest {
  /** Worked out with the published accountant: the best order is one of those that it tries. */
  @ParameterizedTest
  @CsvSource({"1, 4", "4, 4", "20, 2", "0.7, 1"})
  void aSumWithinTheLimitIsWithinEpsilonForTheAccountant(double sigma, int steps) {
    double spent = steps / (2 * sigma * sigma);
    double epsilon = RenyiAccountant.wholeOrders().plus(1, sigma, steps).improved(1e-5).epsilon();
    RenyiFilter filter = RenyiFilter.of(epsilon, 1e-5);
    assertEquals(spent, filter.limit(), 1e-9 * spent, "the order that the accountant picks");
    assertEquals(epsilon, filter.epsilonOf(spent), 1e-9 * epsilon);
  }

  @Property
  void letsThroughAboutWhatOrMoreThanConcentratedAccounting(
      @ForAll @DoubleRange(min = 0.01, max = 10) double epsilon,
      @ForAll @IntRange(min = 2, max = 10) int digits) {
    double delta = Math.pow(10, -digits);
    RenyiFilter filter = RenyiFilter.of(epsilon, delta);
    double limit = filter.limit();
    assertTrue(limit > 0.98 * ZeroConcentrated.rho(epsilon, delta), filter + " " + limit);
    assertEquals(epsilon, filter.epsilonOf(limit), 1e-9 * epsilon);
    assertTrue(limit >= new RenyiFilter(epsilon, delta, filter.order() + 1).limit());
    assertTrue(
        filter.order() == 2
            || limit >= new RenyiFilter(epsilon, delta, filter.order() - 1).limit());
  }

  @Property(tries = 200)
  void theLeastNoiseCostsThePriceAndNoMore(
      @ForAll @IntRange(min = 1, max = 1000) int perMille,
      @ForAll @IntRange(min = 1, max = 1000) int steps,
      @ForAll @DoubleRange(min = 0.01, max = 5) double price) {
    RenyiFilter filter = RenyiFilter.of(8, 1e-5);
    double rate = perMille / 1000.0;
    double sigma = filter.noiseMultiplier(rate, steps, price);
    double paid = filter.price(rate, sigma, steps);
    assertTrue(paid <= price, paid + " for " + price);
    assertTrue(paid > price * (1 - 1e-6), paid + " for " + price);
  }

  @Test
  void aWholeSampleCostsWhatConcentratedAccountingSays() {
    RenyiFilter filter = RenyiFilter.of(8, 1e-5);
    assertEquals(10 / (2 * 3.0 * 3.0), filter.price(1, 3, 10), 1e-12);
    assertTrue(filter.price(0.1, 3, 10) < 0.05 * filter.price(1, 3, 10), "sampling amplifies");
    assertEquals(0, filter.noiseMultiplier(0.1, 10, Double.POSITIVE_INFINITY));
    assertEquals(0, filter.epsilonOf(0));
    assertEquals(Double.POSITIVE_INFINITY, RenyiFilter.of(1 / 0.0, 1e-5).limit());
  }

  @Test
  void refusesNonsense() {
    assertThrows(IllegalArgumentException.class, () -> RenyiFilter.of(0, 1e-5));
    assertThrows(IllegalArgumentException.class, () -> RenyiFilter.of(1, 1));
    assertThrows(IllegalArgumentException.class, () -> new RenyiFilter(1, 1e-5, 1));
    RenyiFilter filter = RenyiFilter.of(1, 1e-5);
    assertThrows(IllegalArgumentException.class, () -> filter.noiseMultiplier(0.5, 5, 0));
    assertThrows(IllegalArgumentException.class, () -> filter.noiseMultiplier(1, 1000, 1e-12));
  }
}
