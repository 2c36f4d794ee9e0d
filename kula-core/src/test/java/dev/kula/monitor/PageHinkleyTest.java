package dev.kula.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class PageHinkleyTest {
  /**
   * With δ = 0.1 and λ = 1: of 0, 0, 1, 1 the running means are 0, 0, 1/3, 1/2, and m goes by −0.1,
   * −0.1, 1 − 1/3 − 0.1, 1 − 1/2 − 0.1 to −0.2, then to 0.3667 and 0.7667: 0.9667 above the least.
   * One more 1, with the mean 0.6, makes it 1.2667.
   */
  @Test
  void stepsByHand() {
    PageHinkley alarm = new PageHinkley(0.1, 1);
    double[] values = {0, 0, 1, 1};
    for (double value : values) {
      assertFalse(alarm.add(value));
    }
    assertEquals(0.7667, alarm.state().sum(), 1e-4);
    assertEquals(-0.2, alarm.state().least(), 1e-12);
    assertTrue(alarm.add(1));
    assertEquals(3, alarm.state().since());
  }

  @Test
  void aSteadyMeanRaisesFewAlarmsAndARiseOneSoon() {
    RandomGenerator random = new Seed(3).generator();
    PageHinkley alarm = new PageHinkley(0.3, 5);
    for (int i = 0; i < 2000; i++) {
      assertFalse(alarm.add(0.4 + 0.3 * random.nextGaussian()));
    }
    int until = 1;
    while (!alarm.add(2 + 0.3 * random.nextGaussian())) {
      until++;
    }
    assertTrue(until <= 6, "raised after " + until);
    assertEquals(until, alarm.state().since(), 1);
  }

  @Test
  void goesOnAsItWas() {
    PageHinkley one = new PageHinkley(0, 100);
    one.add(3);
    one.add(5);
    PageHinkley other = new PageHinkley(0, 100);
    other.restore(one.state());
    one.add(7);
    other.add(7);
    assertEquals(one.state(), other.state());
    one.reset();
    assertEquals(0, one.state().count());
  }
}
