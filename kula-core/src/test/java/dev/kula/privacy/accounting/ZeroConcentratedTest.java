package dev.kula.privacy.accounting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ZeroConcentratedTest {
  @ParameterizedTest
  @CsvSource({"0.2, 3.234854", "0.5, 5.298526", "1, 7.786140", "0, 0"})
  void convertsAsPublished(double rho, double epsilon) {
    assertEquals(epsilon, ZeroConcentrated.epsilon(rho, 1e-5), 1e-6);
  }

  @Property
  void isTheInverse(
      @ForAll @Scale(12) @DoubleRange(min = 1e-6, max = 1e4) double epsilon,
      @ForAll @Scale(12) @DoubleRange(min = 1e-12, max = 0.5) double delta) {
    double back = ZeroConcentrated.epsilon(ZeroConcentrated.rho(epsilon, delta), delta);
    assertEquals(epsilon, back, 1e-9 * epsilon);
  }

  @Test
  void keepsInfinityAndRefusesNonsense() {
    assertEquals(Double.POSITIVE_INFINITY, ZeroConcentrated.epsilon(1 / 0.0, 1e-5));
    assertEquals(Double.POSITIVE_INFINITY, ZeroConcentrated.rho(1 / 0.0, 1e-5));
    assertThrows(IllegalArgumentException.class, () -> ZeroConcentrated.epsilon(-1, 1e-5));
    assertThrows(IllegalArgumentException.class, () -> ZeroConcentrated.rho(Double.NaN, 1e-5));
    assertThrows(IllegalArgumentException.class, () -> ZeroConcentrated.rho(1, 0));
    assertThrows(IllegalArgumentException.class, () -> ZeroConcentrated.rho(1, 1));
  }
}
