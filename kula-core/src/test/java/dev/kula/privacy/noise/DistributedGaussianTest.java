package dev.kula.privacy.noise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class DistributedGaussianTest {
  @Property(tries = 300)
  void theSumIsNoisedForItsSensitivityAndLittleMore(
      @ForAll @DoubleRange(min = 0.01, max = 100) double clip,
      @ForAll @DoubleRange(min = 0.01, max = 2) double rho,
      @ForAll @IntRange(min = 1, max = 200_000) int coordinates,
      @ForAll @IntRange(min = 1, max = 1000) int contributors) {
    DistributedGaussian mechanism = new DistributedGaussian(clip, rho, coordinates, contributors);
    double step = mechanism.step();
    assertEquals(step, Math.scalb(1.0, Math.getExponent(step)), "a power of two");
    // Two vectors of norm C that point apart, each coordinate rounded away from the other.
    double sensitivity = 2 * clip + step * Math.sqrt(coordinates);
    double needed = sensitivity / Math.sqrt(2 * rho);
    assertTrue(mechanism.stddevOfSum() >= needed);
    double plain = 2 * clip / Math.sqrt(2 * rho);
    assertTrue(mechanism.stddevOfSum() <= 1.12 * plain, mechanism.stddevOfSum() + " " + plain);
    assertTrue(mechanism.sigma() >= DistributedGaussian.LEAST_SIGMA);
  }

  @Test
  void aSumOfPartsHasTheVarianceThatItStates() {
    int contributors = 10;
    int coordinates = 2000;
    DistributedGaussian mechanism = new DistributedGaussian(1, 0.1, coordinates, contributors);
    double[] sum = new double[coordinates];
    double[] truth = new double[coordinates];
    for (int device = 0; device < contributors; device++) {
      float[] vector = new float[coordinates];
      vector[device] = 5; // clipped to 1
      truth[device] = 1;
      mechanism.addTo(vector, NoiseSource.seeded(new Seed(device)));
      for (int i = 0; i < coordinates; i++) {
        double steps = vector[i] / mechanism.step();
        assertEquals(Math.rint(steps), steps, "on the grid");
        assertTrue(Math.abs(steps) <= mechanism.largest());
        sum[i] += vector[i];
      }
    }
    double squares = 0;
    for (int i = 0; i < coordinates; i++) {
      squares += (sum[i] - truth[i]) * (sum[i] - truth[i]);
    }
    double stated = mechanism.stddevOfSum() * mechanism.stddevOfSum();
    assertEquals(1, squares / coordinates / stated, 6 * Math.sqrt(2.0 / coordinates));
  }

  @Test
  void refusesNonsense() {
    assertThrows(IllegalArgumentException.class, () -> new DistributedGaussian(0, 1, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new DistributedGaussian(1, 1 / 0.0, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new DistributedGaussian(1, 1, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> new DistributedGaussian(1, 1, 1, 0));
    DistributedGaussian two = new DistributedGaussian(1, 1, 2, 1);
    assertThrows(
        IllegalArgumentException.class,
        () -> two.addTo(new float[3], NoiseSource.seeded(new Seed(1))));
  }
}
