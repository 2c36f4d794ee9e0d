package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kula.round.Comparisons.Spread;
import org.junit.jupiter.api.Test;

final class FiguresTest {
  @Test
  void percentHaveOneDecimal() {
    assertEquals("82.3", Figures.percent(0.8234));
    assertEquals("100.0", Figures.percent(1));
    assertEquals("82.3 ± 0.5", Figures.percent(new Spread(0.8234, 0.0051), 5));
    assertEquals("82.3", Figures.percent(new Spread(0.8234, 0), 1));
  }

  @Test
  void differencesHaveASign() {
    assertEquals("+1.2", Figures.points(0.012));
    assertEquals("−0.3", Figures.points(-0.003));
    assertEquals("0.0", Figures.points(-0.0001));
    assertEquals("+1.0 [−0.2, +2.2]", Figures.points(0.01, -0.002, 0.022));
    assertEquals("+1.0", Figures.points(0.01, null, null));
  }

  @Test
  void gainsHaveTheirStandardErrors() {
    assertEquals("0.360 ± 0.029", Figures.gain(0.3604, 0.0288));
    assertEquals("−0.040 ± 0.020", Figures.gain(-0.04, 0.02));
    assertEquals("0.000", Figures.loss(-0.0001));
  }

  @Test
  void neverIsADashAndEndlessASign() {
    assertEquals("–", Figures.count(null));
    assertEquals("–", Figures.seconds(null));
    assertEquals("23", Figures.count(23.0));
    assertEquals("23.5", Figures.count(23.5));
    assertEquals("∞", Figures.epsilon(Double.POSITIVE_INFINITY));
    assertEquals("7.79", Figures.epsilon(7.786));
  }

  @Test
  void somethingIsNeverShownAsNothing() {
    assertEquals("0", Figures.megabytes(0));
    assertEquals("<0.1", Figures.megabytes(400));
    assertEquals("12.3", Figures.megabytes(12_345_678));
  }
}
