package dev.kula.round;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class FleetGainTest {
  private static final double LEVEL = 0.95;

  /** Of {@code devices} and {@code seeds} with effects of their own around 0.02. */
  private static double[][] differences(
      Random random, int seeds, int devices, double bySeed, double byDevice, double rest) {
    double[] ofDevices =
        random.doubles(devices).map(u -> byDevice * random.nextGaussian()).toArray();
    double[][] differences = new double[seeds][devices];
    for (int s = 0; s < seeds; s++) {
      double ofSeed = bySeed * random.nextGaussian();
      for (int i = 0; i < devices; i++) {
        differences[s][i] = 0.02 + ofSeed + ofDevices[i] + rest * random.nextGaussian();
      }
    }
    return differences;
  }

  private static double coverage(
      int seeds, int devices, double bySeed, double byDevice, double rest) {
    Random random = new Random(7);
    int covered = 0;
    for (int run = 0; run < 2000; run++) {
      FleetGain gain =
          FleetGain.of(differences(random, seeds, devices, bySeed, byDevice, rest), LEVEL);
      covered += gain.low() <= 0.02 && 0.02 <= gain.high() ? 1 : 0;
    }
    return covered / 2000.0;
  }

  @Test
  void theIntervalHoldsWhateverVaries() {
    assertEquals(0.95, coverage(3, 40, 0, 0.05, 0.02), 0.02, "devices");
    assertEquals(0.95, coverage(3, 10, 0, 0.05, 0.02), 0.02, "few devices");
    assertTrue(coverage(3, 40, 0, 0, 0.05) >= 0.94, "neither");
    assertTrue(coverage(3, 40, 0.01, 0.05, 0.02) >= 0.93, "both");
    assertTrue(coverage(3, 40, 0.05, 0.01, 0.02) >= 0.93, "seeds");
    assertTrue(coverage(5, 2, 0.01, 0.05, 0.02) >= 0.94, "two devices");
  }

  @Test
  void seedsThatAllDevicesShareWidenIt() {
    Random random = new Random(1);
    FleetGain calm = FleetGain.of(differences(random, 3, 40, 0, 0.02, 0.02), LEVEL);
    FleetGain shaken = FleetGain.of(differences(random, 3, 40, 0.05, 0.02, 0.02), LEVEL);
    assertFalse(calm.bySeeds());
    assertTrue(shaken.bySeeds());
    assertTrue(shaken.high() - shaken.low() > 2 * (calm.high() - calm.low()));
  }

  @Test
  void ofDevicesAloneItIsStudents() {
    FleetGain gain = FleetGain.of(new double[][] {{0.01, 0.02, 0.03, 0.04, 0.05}}, LEVEL);
    assertEquals(0.03, gain.mean(), 1e-12);
    // t with 4 degrees of freedom is 2.7764; the standard error is 0.0158114 / √5.
    assertEquals(0.03 - 2.776445 * 0.0158114 / Math.sqrt(5), gain.low(), 1e-6);
  }

  @Test
  void noSpreadCountsOnlyAmongEnoughDevices() {
    FleetGain few = FleetGain.of(new double[3][5], LEVEL);
    assertTrue(few.isNothing());
    assertEquals(-1, few.low());
    assertEquals(1, few.high());
    FleetGain enough = FleetGain.of(new double[3][FleetGain.FEWEST], LEVEL);
    assertEquals(0, enough.low());
    assertEquals(0, enough.high());
    assertEquals(-1, FleetGain.of(new double[][] {{0.5}, {0.4}}, LEVEL).low(), "one device");
  }

  @Test
  void itSaysHowMuchMoreIsNeeded() {
    double[] devices = new double[12];
    for (int i = 0; i < devices.length; i++) {
      devices[i] = 0.005 + (i % 2 == 0 ? 0.05 : -0.05);
    }
    FleetGain gain = FleetGain.of(new double[][] {devices}, LEVEL);
    // Half a point must be more than 1.96 standard errors of 0.05 · √(12/11) / √n.
    assertEquals(420, gain.needed(0.01), 1);
    assertEquals(FleetGain.FEWEST, FleetGain.of(new double[1][2], LEVEL).needed(0.01));
  }
}
