package dev.kula.privacy.accounting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against figures from other implementations of the same papers. */
final class RenyiAccountantTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1e-5, 5.302585, 6, 4.752728, 5",
    "0.01, 4, 10000, 1e-5, 1.258575, 20, 1.035490, 17",
    "0.01, 1.1, 6000, 1e-5, 4.804762, 6, 4.264088, 6",
    "0.004266666666666667, 1.3, 3515, 1e-5, 1.192130, 17, 0.954430, 17",
    "0.1, 2, 100, 1e-5, 3.017247, 8, 2.586652, 8",
    "0.05, 1, 500, 1e-6, 10.313305, 4, 9.563524, 4",
  })
  void convertsAsPublished(
      double samplingRate,
      double noiseMultiplier,
      long steps,
      double delta,
      double classic,
      double classicOrder,
      double improved,
      double improvedOrder) {
    RenyiAccountant accountant =
        RenyiAccountant.wholeOrders().plus(samplingRate, noiseMultiplier, steps);
    assertEquals(classic, accountant.classic(delta).epsilon(), 1e-6);
    assertEquals(classicOrder, accountant.classic(delta).order());
    assertEquals(improved, accountant.improved(delta).epsilon(), 1e-6);
    assertEquals(improvedOrder, accountant.improved(delta).order());
  }

  /**
   * TensorFlow Privacy: the tutorial's 1.18 at order 17 (batches of 250, 3,600 steps), and the
   * three rows of its MNIST example (batches of 256; 15, 60 and 45 epochs).
   */
  @ParameterizedTest
  @CsvSource({
    "250, 1.3, 3600, 1.18",
    "256, 1.3, 3515, 1.19",
    "256, 1.1, 14062, 3.01",
    "256, 0.7, 10546, 7.10"
  })
  void agreesWithTensorFlowPrivacy(
      double batch, double noiseMultiplier, long steps, double epsilon) {
    double[] orders =
        DoubleStream.concat(
                IntStream.range(1, 100).mapToDouble(i -> 1 + i / 10.0),
                IntStream.range(12, 64).asDoubleStream())
            .toArray();
    RenyiAccountant accountant =
        RenyiAccountant.at(orders).plus(batch / 60_000, noiseMultiplier, steps);
    assertEquals(epsilon, accountant.classic(1e-5).epsilon(), 0.005);
  }

  @Test
  void composesAsPublished() {
    RenyiAccountant accountant = RenyiAccountant.wholeOrders().plus(0.01, 2.5, 50);
    assertEquals(2.18075656e-3, accountant.spent(5), 1e-11);
    assertEquals(2.38460375e-2, accountant.spent(50), 1e-10);
    assertEquals(167.416308, accountant.spent(100), 1e-6);
  }

  @Test
  void followsFractionalOrdersAsPublished() {
    double[] orders =
        DoubleStream.concat(
                IntStream.range(1, 100).mapToDouble(i -> 1 + i / 10.0),
                IntStream.range(12, 64).asDoubleStream())
            .toArray();
    RenyiAccountant accountant = RenyiAccountant.at(orders).plus(0.04, 1.5, 2250);
    assertEquals(7.32911117, accountant.improved(1e-5).epsilon(), 1e-8);
  }

  @ParameterizedTest
  @CsvSource({"0.01, 1.1", "0.04, 1.5", "0.3, 0.8", "0.7, 3"})
  void fractionalOrdersPassThroughWholeOnes(double samplingRate, double noiseMultiplier) {
    for (int order = 2; order <= 20; order++) {
      double whole = RenyiAccountant.divergence(samplingRate, noiseMultiplier, order);
      double near = RenyiAccountant.divergence(samplingRate, noiseMultiplier, order + 1e-7);
      assertEquals(whole, near, 1e-4 * (1 + whole));
    }
  }

  @Test
  void knowsTheEnds() {
    assertEquals(0, RenyiAccountant.divergence(0, 1, 3));
    assertEquals(1.5, RenyiAccountant.divergence(1, 1, 3));
    assertEquals(0, RenyiAccountant.wholeOrders().plus(0.5, 1, 0).spent(2));
    assertThrows(
        IllegalArgumentException.class, () -> RenyiAccountant.wholeOrders().plus(1.5, 1, 1));
    assertThrows(
        IllegalArgumentException.class, () -> RenyiAccountant.wholeOrders().plus(0.5, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> RenyiAccountant.at(1));
  }
}
